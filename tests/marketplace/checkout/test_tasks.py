"""The sweep over holds: every order whose time is over is looked at, whatever keeps the ones before it."""

from datetime import timedelta

import pytest

from billing.payments.actions import open_attempt
from billing.payments.models import Payment, PaymentShare, PaymentState
from kit import clock
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.checkout.tasks import release_expired_holds
from marketplace.orders.models import Order, StockHold
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import StockLevel

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


@pytest.fixture
def overdue(put_on_shelf, address):
    """Six orders of one piece each, their holds over, the oldest first; the last two over at the same moment."""
    shelf = put_on_shelf("lindqvist")
    orders, now = [], clock.now()
    for minutes in (6, 5, 4, 3, 1, 1):
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=1)
        order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
        Order.objects.filter(id=order.id).update(hold_until=now - timedelta(minutes=minutes))
        orders.append(order)
    return shelf, orders


def holds(orders):
    found = Order.objects.in_bulk([order.id for order in orders])
    return [found[order.id].stock_hold for order in orders]


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_orders_that_have_to_wait_keep_no_other_from_being_released(overdue, batch):
    shelf, orders = overdue
    processing = Payment.objects.filter(reference_id__in=[orders[0].id, orders[1].id])
    processing.update(state=PaymentState.PROCESSING)
    open_attempt(payment_id=Payment.objects.get(reference_id=orders[2].id).id)
    assert release_expired_holds(batch=batch) == 3
    assert holds(orders) == [StockHold.HELD] * 3 + [StockHold.RELEASED] * 3
    with in_shop(shelf.vendor):
        assert StockLevel.objects.get(variant_id=shelf.variant.id).reserved == 3
    assert release_expired_holds(batch=batch) == 0


def test_an_order_that_cannot_be_released_keeps_no_other_from_it(overdue):
    _, orders = overdue
    PaymentShare.objects.filter(payment__reference_id=orders[0].id).delete()
    Payment.objects.filter(reference_id=orders[0].id).delete()
    assert release_expired_holds(batch=2) == 5
    assert holds(orders) == [StockHold.HELD] + [StockHold.RELEASED] * 5
