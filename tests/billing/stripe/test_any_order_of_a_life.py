"""The news of an order's whole life in any order: sale, transfers, refund, reversal, dispute, payout that comes back.

All of it has happened at Stripe and none of the answers reached us. What Stripe says does not change while we listen, so
each object is fetched once and remembered; what is told, in which order and how often, is what varies.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from billing.payments import actions
from billing.payouts import actions as payouts
from billing.stripe import inbox, tasks
from billing.stripe.client import stripe_client
from billing.stripe.models import WebhookEvent
from billing.stripe.sync import sync_balance
from kit import clock
from tests.billing.stripe.orders_of_news import Orders, state_of_the_books
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE, Hook

CHANCES = 8


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read from Stripe once is read from memory: a test's Stripe stands still while its news is told."""
    ask, known = stripe.RequestsClient.request, {}

    def request(self: Any, method: str, url: str, headers: Any, post_data: Any = None, **options: Any) -> Any:
        if method.lower() != "get":
            return ask(self, method, url, headers, post_data, **options)
        key = (url, headers.get("Stripe-Account"))
        if key not in known:
            known[key] = ask(self, method, url, headers, post_data, **options)
        return known[key]

    monkeypatch.setattr(stripe.RequestsClient, "request", request)


def tell(hook: Hook) -> None:
    """Store an event as its endpoint would, and work on it at once."""
    event = inbox.store(hook.path.rpartition("/")[2], json.loads(hook.body))
    event.attempts += 1
    inbox.process(event)


def come_to_rest() -> None:
    """What could not be done when it was told is tried again; then the books are read from Stripe's, as each night."""
    for _ in range(4):
        WebhookEvent.objects.filter(done_at__isnull=True).update(due_at=clock.now())
        tasks.process_inbox()
    assert list(WebhookEvent.objects.filter(done_at__isnull=True).values_list("type", "error")) == []
    sync_balance()


@pytest.fixture
def life(purchase: Any, settings: Any) -> list[Hook]:
    """The news of all that happened after a sale: every answer to us was lost, and some was done at Stripe directly."""
    settings.HOLD_DAYS = 0
    sandbox, client = purchase.sandbox, stripe_client()
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    purchase.refresh()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    actions.request_refund(share=purchase.lindqvist, amount_minor=1001, key="returned:1", reason="Broken")
    sandbox.fail("/v1/transfers", "drop", times=6)
    sandbox.fail("/v1/refunds", "drop", times=3)
    assert (tasks.send_transfers(), tasks.send_refunds()) == (0, 0)
    charge = purchase.payment.provider_charge_id
    made = client.v1.transfers.list({"limit": 10}).data
    assert len(made) == 2
    client.v1.transfers.reversals.create(made[0].id, {"amount": 900}, {"idempotency_key": "rv:by-hand"})
    dispute = sandbox.control(f"charges/{charge}/dispute")["id"]
    sandbox.control(f"disputes/{dispute}/close", {"status": "won"})
    paid_out = client.v1.payouts.create({"amount": 1000, "currency": "eur"}, {"idempotency_key": "po:by-hand"})
    sandbox.advance(hours=25)
    sandbox.control(f"payouts/{paid_out.id}/fail")
    hooks = sandbox.caught()
    return [hook for hook in hooks if hook.path.endswith("platform")]


def pick(hooks: list[Hook], *types: str) -> list[Hook]:
    """The first event of each type."""
    return [next(hook for hook in hooks if f'"type": "{kind}"'.encode() in hook.body) for kind in types]


@pytest.mark.slow
def test_every_order_of_six_kinds_of_news(life, agree, remembered, capsys):
    six = pick(
        life,
        "transfer.created",
        "refund.created",
        "transfer.reversed",
        "charge.dispute.funds_withdrawn",
        "payout.paid",
        "payout.failed",
    )
    orders = Orders([lambda hook=hook: tell(hook) for hook in six], lambda: outcome(agree))
    count = orders.all()
    with capsys.disabled():
        print(f"\n{count} orders of {len(six)} events, {orders.told} told, {len(orders.outcomes)} outcome")
    assert count == 720
    assert len(orders.outcomes) == 1


@pytest.mark.slow
def test_chance_orders_of_all_the_news_with_repetitions(life, agree, remembered, capsys):
    orders = Orders([lambda hook=hook: tell(hook) for hook in life], lambda: outcome(agree))
    chance = random.Random(20261028)
    for _ in range(CHANCES):
        order = [*range(len(life)), *chance.sample(range(len(life)), len(life) // 3)]
        chance.shuffle(order)
        orders.once(order)
    with capsys.disabled():
        print(f"\n{CHANCES} orders of {len(life)} events, a third of them twice, {len(orders.outcomes)} outcome")
    assert len(life) >= 10
    assert len(orders.outcomes) == 1


def outcome(agree: Callable[[], None]) -> object:
    come_to_rest()
    agree()
    return state_of_the_books()
