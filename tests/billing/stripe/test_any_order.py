"""News of one order may come in any order, any number of times, and from anywhere: the books are the same."""

from collections.abc import Callable

import pytest

from billing.ledger.models import JournalEntry
from billing.payments import actions
from billing.payouts import actions as payouts
from billing.stripe import tasks
from billing.stripe.confirm import confirm_session
from billing.stripe.sync import sync_balance
from kit import clock
from outbox.models import Fact
from tests.billing.stripe.orders_of_news import Orders
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE


@pytest.mark.slow
def test_every_order_of_the_news_that_it_is_paid(purchase, books, agree):
    purchase.start()
    purchase.pay()
    sandbox = purchase.sandbox
    hooks = sandbox.caught()
    news: list[Callable[[], object]] = [
        lambda hook=hook: (sandbox.deliver([hook, hook]), tasks.process_inbox()) for hook in hooks
    ]
    news += [lambda: confirm_session(purchase.attempt.provider_session_id), sync_balance]

    def outcome():
        agree()
        keys = frozenset(JournalEntry.objects.values_list("source_key", flat=True))
        return tuple(sorted(books().items())), keys, Fact.objects.filter(name="payment.captured").count()

    orders = Orders(news, outcome)
    assert orders.all() >= 120
    ((books_then, keys, captured),) = orders.outcomes
    assert dict(books_then) == {
        "1010": 11795,
        "5000": 205,
        "2000/lindqvist": -7200,
        "2000/moreau": -3400,
        "4000": -1400,
    }
    assert (len(keys), captured) == (3, 1)


@pytest.mark.slow
def test_every_order_of_the_news_of_a_transfer_and_a_refund_whose_answers_were_lost(purchase, books, agree, settings):
    settings.HOLD_DAYS = 0
    sandbox = purchase.sandbox
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    actions.request_refund(share=purchase.lindqvist, amount_minor=8000, key="sold_out:1", reason="Sold out")
    # Carried out at Stripe, and the connection cut each time before we hear: as if our process had died.
    sandbox.fail("/v1/transfers", "drop", times=3)
    sandbox.fail("/v1/refunds", "drop", times=3)
    assert (tasks.send_transfers(), tasks.send_refunds()) == (0, 0)
    before = books()

    news: list[Callable[[], object]] = [
        lambda hook=hook: (sandbox.deliver([hook]), tasks.process_inbox()) for hook in sandbox.caught()
    ]
    orders = Orders([*news, sync_balance], lambda: (agree(), tuple(sorted(books().items())))[1])
    assert orders.all() >= 6
    assert before["1020"] == 11795
    assert orders.outcomes == {tuple(sorted({"1020": 11795 - 3400 - 8000, "5000": 205, "4000": -600}.items()))}
