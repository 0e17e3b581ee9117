"""What goes wrong around a payment, through the whole market: neither money nor stock is lost, and the books agree."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from billing.ledger.models import JournalEntry
from billing.payments.models import Payment, PaymentAttempt, Refund
from billing.payouts.models import Transfer
from billing.reconciliation.actions import reconcile
from billing.stripe import tasks as stripe
from billing.stripe.confirm import confirm_session
from billing.stripe.models import ConnectedAccount, WebhookEvent
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order, start_payment
from marketplace.checkout.tasks import release_expired_holds
from marketplace.orders.models import Fulfillment, Order, OrderEvent, StockHold
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation.doors import in_shop
from tenants.shop.inventory import actions as inventory
from tenants.shop.inventory.models import StockLevel
from tests.support.sandbox import CARD, CARD_AVAILABLE_AT_ONCE, CARD_DECLINED, Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("everything_ten_percent")]


@dataclass
class Market:
    """Two shops with ten pieces of one thing each, at 49.00 and 4.90 for shipping, and somebody who buys."""

    sandbox: Sandbox
    shelves: list[Any]
    address: dict[str, str]

    def order(self, quantity: int = 2) -> Order:
        """An order of so many from each shop."""
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        for shelf in self.shelves:
            add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
        cart.refresh_from_db()
        return place_order(cart=cart, version=cart.version, email="ada@example.com", ship_to=self.address)

    def to_payment_page(self, order: Order) -> str:
        """The provider's page for this order; gives its session's id."""
        start_payment(order=order, success_url="http://localhost/paid", cancel_url="http://localhost/cart")
        return PaymentAttempt.objects.filter(payment__reference_id=order.id).latest("number").provider_session_id

    def settle(self) -> None:
        """Deliver what the provider has to tell, and do all that is due."""
        for _ in range(3):
            self.sandbox.drain()
            stripe.expire_sessions()
            release_expired_holds()
            stripe.send_refunds()
            stripe.sync_balance()
            deliver()

    def stock(self) -> list[tuple[int, int, int]]:
        """On hand, allocated and reserved, shop by shop."""
        found = []
        for shelf in self.shelves:
            with in_shop(shelf.vendor):
                level = StockLevel.objects.get(variant_id=shelf.variant.id)
                found.append((level.on_hand, level.allocated, level.reserved))
        return found

    def entries(self) -> dict[str, int]:
        return dict(Counter(JournalEntry.objects.values_list("kind", flat=True)))

    def events(self, order: Order) -> list[str]:
        return sorted(OrderEvent.objects.filter(order_id=order.id).values_list("name", flat=True))

    def agrees(self) -> bool:
        self.settle()
        return reconcile().matches


@pytest.fixture
def market(sandbox: Sandbox, put_on_shelf: Any, address: dict[str, str]) -> Market:
    shelves = [put_on_shelf("lindqvist"), put_on_shelf("moreau")]
    for shelf in shelves:
        ConnectedAccount.objects.create(vendor_id=shelf.vendor.id, country="DE")
    return Market(sandbox, shelves, address)


def test_a_webhook_that_comes_again_changes_nothing(market: Market) -> None:
    order = market.order()
    session = market.to_payment_page(order)
    market.sandbox.pay(session)
    hooks = market.sandbox.caught()
    for _ in range(3):
        assert set(market.sandbox.deliver(hooks)) == {200}
        stripe.process_inbox()
        deliver()
    confirm_session(session)
    assert set(WebhookEvent.objects.values_list("times_received", flat=True)) == {3}
    assert market.stock() == [(10, 2, 0), (10, 2, 0)]
    assert market.events(order) == ["paid", "placed"]
    assert market.entries() == {"sale": 1, "commission": 2}
    assert Mail.objects.filter(template="order_confirmed").count() == 1
    assert Transfer.objects.count() == 2
    assert market.agrees()


def test_a_declined_card_keeps_the_order_for_another(market: Market) -> None:
    order = market.order()
    session = market.to_payment_page(order)
    declined = market.sandbox.pay(session, CARD_DECLINED)
    assert declined["error"]["code"] == "card_declined"
    market.settle()
    assert Payment.objects.get().state == "pending"
    assert market.stock() == [(10, 0, 2), (10, 0, 2)]
    assert market.entries() == {}

    assert market.to_payment_page(order) == session
    market.sandbox.pay(session, CARD)
    market.settle()
    assert Payment.objects.get().state == "paid"
    assert market.stock() == [(10, 2, 0), (10, 2, 0)]
    assert market.agrees()


def test_a_session_that_expires_gives_the_stock_back(market: Market) -> None:
    order = market.order()
    session = market.to_payment_page(order)
    market.sandbox.advance(minutes=45)
    market.settle()
    order.refresh_from_db()
    assert (order.stock_hold, order.cancel_reason != "") == (StockHold.RELEASED, True)
    assert market.events(order) == ["canceled", "placed"]
    assert market.stock() == [(10, 0, 0), (10, 0, 0)]
    assert market.entries() == {}

    assert "error" in market.sandbox.pay(session)  # too late
    market.settle()
    assert Payment.objects.get().state != "paid"
    assert market.agrees()


def test_two_tabs_pay_the_same_order_once(market: Market) -> None:
    order = market.order()
    one, other = market.to_payment_page(order), market.to_payment_page(order)
    assert one == other
    market.sandbox.pay(one)
    assert "error" in market.sandbox.pay(other)
    confirm_session(one)
    confirm_session(other)
    market.settle()
    payment = Payment.objects.get()
    assert (payment.state, payment.amount_minor) == ("paid", 2 * (2 * 4900 + 490))
    assert PaymentAttempt.objects.count() == 1
    assert market.stock() == [(10, 2, 0), (10, 2, 0)]
    assert market.entries() == {"sale": 1, "commission": 2}
    assert market.agrees()


def test_what_sells_out_before_the_payment_comes_is_refunded_and_the_rest_delivered(market: Market) -> None:
    first = market.order(quantity=8)
    session = market.to_payment_page(first)
    # The hold of one shop is lost, and somebody else buys what it held.
    with transaction.atomic(), in_shop(market.shelves[0].vendor):
        inventory.release(first.id)
    second = market.order(quantity=2)
    with in_shop(market.shelves[0].vendor):
        inventory.adjust_stock(market.shelves[0].variant, 9, "One broke")

    market.sandbox.pay(session, CARD_AVAILABLE_AT_ONCE)
    market.settle()
    parts = {part.vendor_slug: part for part in first.vendor_orders.all()}
    assert {slug: part.fulfillment for slug, part in parts.items()} == {
        "lindqvist": Fulfillment.CANCELED,
        "moreau": Fulfillment.NEW,
    }
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor) == ("succeeded", parts["lindqvist"].total_minor)
    assert Payment.objects.get(reference_id=first.id).refunded_minor == parts["lindqvist"].total_minor
    assert market.stock() == [(9, 0, 2), (10, 8, 2)]

    market.sandbox.pay(market.to_payment_page(second))
    market.settle()
    assert market.stock() == [(9, 2, 0), (10, 10, 0)]
    assert Refund.objects.count() == 1
    assert market.agrees()
