"""Many at once, on real connections: the webhook twice, the customer's return, the sweeps."""

import threading
from itertools import pairwise

import pytest
from django.db import connection

from billing.ledger.models import JournalEntry
from billing.payments.models import PaymentAttempt, PaymentState
from billing.payouts import actions as payouts
from billing.payouts.models import Transfer, TransferState
from billing.stripe import tasks, transfers
from billing.stripe.client import stripe_client
from billing.stripe.confirm import confirm_session
from billing.stripe.pace import take_slot
from kit import clock
from outbox.models import Fact
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE


def at_once(*works):
    """Run all at the same moment, each on its own connection; gives their results."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            gate.wait()
            results[index] = work()
        except Exception as error:  # shown by the assertion on the results
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_tabs_starting_at_once_share_one_session(purchase):
    urls = at_once(*[purchase.start] * 4)
    assert set(urls) == {purchase.attempt.url}
    assert PaymentAttempt.objects.count() == 1
    assert len(stripe_client().v1.checkout.sessions.list().data) == 1


@pytest.mark.django_db(transaction=True)
def test_paid_is_captured_once_whoever_comes_first(purchase, books, explained):
    purchase.start()
    purchase.pay()
    purchase.sandbox.deliver(purchase.sandbox.caught())
    session = purchase.attempt.provider_session_id
    results = at_once(
        *[lambda: confirm_session(session)] * 3, tasks.process_inbox, tasks.process_inbox, tasks.sync_balance
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    tasks.process_inbox()
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID
    assert Fact.objects.filter(name="payment.captured").count() == 1
    assert JournalEntry.objects.count() == 3
    assert Transfer.objects.count() == 2
    explained()


@pytest.mark.django_db(transaction=True)
def test_transfers_are_sent_once_by_several_workers(purchase, explained, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    assert sum(at_once(*[tasks.send_transfers] * 4)) == 2
    assert set(Transfer.objects.values_list("state", flat=True)) == {TransferState.DONE}
    assert sorted(made.amount for made in stripe_client().v1.transfers.list().data) == [3400, 7200]
    explained()


@pytest.mark.django_db
def test_the_return_page_confirms_with_the_rights_of_the_web_process(purchase, books):
    purchase.start()
    purchase.pay()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE store")
    try:
        assert confirm_session(purchase.attempt.provider_session_id) == PaymentState.PAID
        purchase.sandbox.deliver(purchase.sandbox.caught())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    assert books()["1010"] == 11795
    assert tasks.process_inbox() > 0


@pytest.mark.django_db(transaction=True)
def test_one_transfer_a_vendor_is_on_its_way_at_a_time(purchase, settings, monkeypatch, explained):
    """Three orders of the same two vendors, four workers: calls for one vendor never overlap."""
    settings.HOLD_DAYS = 0
    for number in range(3):
        made = purchase if number == 0 else purchase.another()
        made.start()
        made.pay(CARD_AVAILABLE_AT_ONCE)
        made.sandbox.drain()
        for share in (made.lindqvist, made.moreau):
            payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    sending, overlaps, guard, create = set(), [], threading.Lock(), transfers._create

    def watched(claimed):
        with guard:
            overlaps.extend(sending & {claimed.destination})
            sending.add(claimed.destination)
        try:
            return create(claimed)
        finally:
            with guard:
                sending.discard(claimed.destination)

    monkeypatch.setattr(transfers, "_create", watched)
    results = at_once(*[tasks.send_transfers] * 4)
    assert sum(results) == 6, results
    assert overlaps == []
    assert Transfer.objects.filter(state=TransferState.DONE, leased_until=None).count() == 6
    explained()


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_pace():
    """Whoever asks, moments given lie a twentieth of a second apart: 20 calls a second over all processes."""
    given = at_once(*[lambda: [take_slot("transfers")[0] for _ in range(5)]] * 3)
    moments = sorted(moment for each in given for moment in each)
    assert len(moments) == 15
    assert all(later - earlier >= 0.05 - 1e-5 for earlier, later in pairwise(moments))
