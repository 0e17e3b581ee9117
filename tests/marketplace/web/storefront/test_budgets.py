"""How many statements the pages of buying take: few, and as many for one line of one vendor as for many of several."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.payments.models import Payment, PaymentState
from kit import clock
from kit.ids import short_code, uuid7
from marketplace.carts.models import Cart
from marketplace.checkout.actions import place_order
from marketplace.orders.models import Order, StockHold, VendorOrder
from tests.support.office import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]

MOST = {"/cart/": 12, "/checkout/": 20, "order": 12, "/account/": 12, "/orders/": 12}
MANY = 1000


@pytest.fixture
def at_home(shopper, ada, sign_in):
    sign_in(shopper, ada)
    return shopper


def statements(shopper, path):
    shopper.get(path)  # what is read but once
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert shopper.get(path).status_code == 200
    # Not those by which the test itself takes the marketplace's role, and lays it down.
    return len([query for query in seen if "SESSION AUTHORIZATION" not in query["sql"]])


def counts(shopper, ada, address, shelves):
    """Of a cart with all of this, of its checkout, and of the order that was paid."""
    for shelf in shelves:
        shopper.put_in(shelf)
    found = {path: statements(shopper, path) for path in ("/cart/", "/checkout/")}
    cart = Cart.objects.get(user=ada)
    order = place_order(cart=cart, version=cart.version, email=ada.email, ship_to=address, user=ada)
    pay(order, f"ch_{order.number}")
    cart.lines.all().delete()
    return {**found, "order": statements(shopper, f"/orders/{order.number}/")}


def test_a_page_takes_as_many_statements_for_twelve_lines_of_four_vendors_as_for_one(
    at_home, ada, address, put_on_shelf
):
    one = counts(at_home, ada, address, [put_on_shelf("solo")])
    shelves = []
    for name in ("lindqvist", "moreau", "brennhaus", "olivar"):
        first = put_on_shelf(name)
        shelves += [first, *(put_on_shelf(f"{name}-{turn}", vendor=first.vendor) for turn in (2, 3))]
    many = counts(at_home, ada, address, shelves)
    assert many == one
    assert {path: count for path, count in many.items() if count > MOST[path]} == {}


def test_a_customer_of_a_thousand_orders_waits_no_longer(at_home, ada, address, make_vendor):
    vendor, now = make_vendor("lindqvist"), clock.now()
    orders = [
        Order(
            number=f"S{short_code(8)}",
            user=ada,
            email=ada.email,
            cart_id=uuid7(),
            cart_version=1,
            currency="EUR",
            goods_minor=1000,
            shipping_minor=0,
            tax_minor=0,
            total_minor=1000,
            ship_to=address,
            stock_hold=StockHold.RELEASED,
            hold_until=now,
            canceled_at=now,
            placed_at=now - timedelta(minutes=turn),
        )
        for turn in range(MANY)
    ]
    Order.objects.bulk_create(orders)
    VendorOrder.objects.bulk_create(
        VendorOrder(
            order=order,
            vendor_id=vendor.id,
            vendor_slug=vendor.slug,
            vendor_name=vendor.name,
            number=f"{order.number}-1",
            currency="EUR",
            goods_minor=1000,
            shipping_minor=0,
            tax_minor=0,
            total_minor=1000,
            commission_minor=0,
            shipping_tax_rate=0,
            shipping_tax_minor=0,
            fulfillment="canceled",
        )
        for order in orders
    )
    Payment.objects.bulk_create(
        Payment(
            reference_id=order.id,
            reference_number=order.number,
            customer_email=ada.email,
            amount_minor=1000,
            currency="EUR",
            state=PaymentState.CANCELED,
        )
        for order in orders
    )
    for path in ("/account/", "/orders/"):
        assert statements(at_home, path) <= MOST[path], path
