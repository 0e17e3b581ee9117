"""A shop frees what is held for an unpaid order: by canceling the order, and never one that is paid."""

from uuid import uuid4

import pytest

from billing.payments.actions import open_attempt
from billing.payments.models import Payment, PaymentAttempt
from kit import clock
from kit.errors import InvalidInput
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.checkout.events import free_hold
from marketplace.orders.actions import mark_paid
from marketplace.orders.models import OrderEvent, StockHold
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.holds import NothingHeld, ask_to_free, open_holds
from tenants.shop.inventory.models import HoldFreeing, StockLevel

pytestmark = pytest.mark.usefixtures("everything_ten_percent")
BY = uuid4()


@pytest.fixture
def waiting(put_on_shelf, address):
    """An order that waits for payment: a lamp of Lindqvist and a soap of Moreau."""
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in (lamp, soap):
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=2)
    return place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address), lamp, soap


def ask(shelf, order):
    with in_shop(shelf.vendor):
        ask_to_free(order.id, reason="A customer stands in the shop", by=BY)
    return Fact.objects.get(name="shop.hold_freeing_asked")


def held(shelf):
    with in_shop(shelf.vendor):
        return StockLevel.objects.values_list("reserved", "allocated").get(variant=shelf.variant)


def test_the_unpaid_order_is_canceled_whole_and_every_shop_has_its_stock_back(waiting):
    order, lamp, soap = waiting
    with in_shop(lamp.vendor):
        assert [hold.reservation.quantity for hold in open_holds().rows] == [2]
    fact = ask(lamp, order)
    assert ask(lamp, order) == fact
    assert held(lamp) == (2, 0)
    for _ in range(2):
        free_hold(fact)
    order.refresh_from_db()
    assert (order.stock_hold, order.cancel_reason) == (StockHold.RELEASED, "The shop could not keep it any longer")
    assert held(lamp) == held(soap) == (0, 0)
    event = OrderEvent.objects.get(order_id=order.id, name="hold_freed")
    assert (event.vendor_id, event.actor_id, event.note) == (lamp.vendor.id, BY, "A customer stands in the shop")
    assert Payment.objects.get(reference_id=order.id).state == "canceled"
    with in_shop(lamp.vendor):
        assert open_holds().rows == []


def test_with_a_session_open_the_provider_is_asked_to_end_it_first(waiting):
    order, lamp, _ = waiting
    open_attempt(payment_id=Payment.objects.get(reference_id=order.id).id)
    PaymentAttempt.objects.update(state="open")
    free_hold(ask(lamp, order))
    order.refresh_from_db()
    assert order.stock_hold == StockHold.HELD
    assert order.hold_until <= clock.now()
    assert PaymentAttempt.objects.get().expires_at <= clock.now()
    assert held(lamp) == (2, 0)


def test_what_is_paid_meanwhile_stays_paid(waiting):
    order, lamp, _ = waiting
    fact = ask(lamp, order)
    mark_paid(order.id)
    free_hold(fact)
    assert held(lamp) == (0, 2)
    assert not OrderEvent.objects.filter(name="hold_freed").exists()
    with in_shop(lamp.vendor), pytest.raises(NothingHeld):
        ask_to_free(order.id, reason="Again", by=BY)


def test_a_shop_frees_only_what_it_holds_itself_and_says_why(waiting, make_vendor):
    order, lamp, soap = waiting
    other = make_vendor("rossi")
    with in_shop(other):
        with pytest.raises(NothingHeld):
            ask_to_free(order.id, reason="Mine", by=BY)
        HoldFreeing.objects.create(order_id=order.id, reason="Forged", asked_by=BY)
    free_hold(Fact(name="shop.hold_freeing_asked", vendor_id=other.id, payload={"order": str(order.id)}))
    assert held(lamp) == held(soap) == (2, 0)
    with in_shop(lamp.vendor), pytest.raises(InvalidInput):
        ask_to_free(order.id, reason=" ", by=BY)
