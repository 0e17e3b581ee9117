"""Placing an order over several walls: all of it or none, once, with everything frozen."""

import threading

import pytest
from django.db import connection

from billing.payments.models import Payment
from kit.errors import InvalidInput
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token, set_quantity
from marketplace.checkout.actions import CannotShip, CartChanged, CartEmpty, PricesChanged, place_order
from marketplace.orders.actions import cancel_unpaid, mark_paid
from marketplace.orders.models import Fulfillment, Order, OrderLine, StockHold, VendorOrder
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import SoldOut
from tenants.shop.inventory.models import StockLevel

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


def cart_of(*shelves, quantity=1):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
    return cart


def stock(shelf):
    with in_shop(shelf.vendor):
        level = StockLevel.objects.get(variant_id=shelf.variant.id)
        return level.on_hand, level.allocated, level.reserved


def test_one_checkout_reserves_in_every_shop_and_freezes_what_it_costs(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", price_minor=12100)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=300)
    order = place_order(
        cart=(cart := cart_of(lamp, soap)), version=cart.version, email="ada@vermeer.example", ship_to=address
    )

    assert (order.goods_minor, order.shipping_minor, order.total_minor) == (13310, 790, 14100)
    parts = {part.vendor_slug: part for part in order.vendor_orders.all()}
    assert parts["lindqvist"].total_minor == 12590
    assert parts["lindqvist"].commission_minor == 1000
    assert parts["moreau"].commission_minor == 100
    assert parts["moreau"].ship_to == {}
    line = OrderLine.objects.get(vendor_order=parts["lindqvist"])
    assert (line.sku, line.tax_minor, line.unit_price_minor) == ("lindqvist-1", 2100, 12100)
    assert line.commission_reason
    assert stock(lamp) == stock(soap) == (10, 0, 1)
    payment = Payment.objects.get(reference_id=order.id)
    assert payment.amount_minor == 14100
    assert sorted(payment.shares.values_list("gross_minor", "commission_minor")) == [(1510, 100), (12590, 1000)]
    assert Fact.objects.filter(name="order.placed", payload__order=str(order.id)).count() == 1


def test_placing_the_same_cart_again_gives_the_same_order(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist")
    cart = cart_of(lamp)
    orders = {
        place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address).id for _ in range(3)
    }
    assert len(orders) == 1
    assert stock(lamp) == (10, 0, 1)


def test_a_cart_that_changed_in_another_tab_is_not_ordered(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist")
    cart = cart_of(lamp)
    seen = cart.version
    set_quantity(cart=cart, line_id=cart.lines.get().id, quantity=3)
    with pytest.raises(CartChanged):
        place_order(cart=cart, version=seen, email="ada@vermeer.example", ship_to=address)
    assert stock(lamp) == (10, 0, 0)


def test_one_sold_out_shop_refuses_the_whole_purchase_and_moves_nothing(put_on_shelf, address):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau", stock=1)
    cart = cart_of(lamp, soap)
    with in_shop(soap.vendor):
        StockLevel.objects.update(on_hand=0)
    with pytest.raises(SoldOut, match="Thing of Moreau"):
        place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert stock(lamp) == (10, 0, 0)
    assert Order.objects.count() == 0


def test_a_price_that_changed_in_the_shop_is_told_not_charged(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", price_minor=4900)
    cart = cart_of(lamp)
    with in_shop(lamp.vendor):
        type(lamp.variant).objects.update(price_minor=5900)
    with pytest.raises(PricesChanged, match=r"now costs 59\.00 EUR"):
        place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert Order.objects.count() == 0


def test_bad_input_names_its_field(put_on_shelf, address):
    cart = cart_of(put_on_shelf("lindqvist", ships_to=("SE",)))
    place = {"cart": cart, "version": cart.version, "email": "ada@vermeer.example", "ship_to": address}
    for change, field in [
        ({"email": "ada"}, "email"),
        ({"ship_to": {**address, "city": " "}}, "city"),
        ({"ship_to": {**address, "country": "XX"}}, "country"),
        ({"ship_to": {**address, "line1": "x" * 201}}, "line1"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            place_order(**{**place, **change})
        assert refused.value.field == field
    with pytest.raises(CannotShip, match="Lindqvist does not ship"):
        place_order(**place)
    empty = ensure_cart(user=None, token=new_token())
    with pytest.raises(CartEmpty):
        place_order(**{**place, "cart": empty, "version": empty.version})


def test_paid_allocates_and_tells_the_vendor_where_to_ship(put_on_shelf, address):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    cart = cart_of(lamp, soap)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert mark_paid(order.id) is True
    assert mark_paid(order.id) is False
    assert stock(lamp) == stock(soap) == (10, 1, 0)
    part = order.vendor_orders.get(vendor_slug="moreau")
    assert (part.fulfillment, part.ship_to["city"]) == (Fulfillment.NEW, "Amsterdam")


def test_unpaid_gives_the_stock_back_once(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist")
    cart = cart_of(lamp, quantity=4)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert stock(lamp) == (10, 0, 4)
    assert [cancel_unpaid(order.id, reason="Not paid in time") for _ in range(2)] == [1, 0]
    assert stock(lamp) == (10, 0, 0)
    order.refresh_from_db()
    assert order.stock_hold == StockHold.RELEASED
    assert set(order.vendor_orders.values_list("fulfillment", flat=True)) == {Fulfillment.CANCELED}


def test_placing_takes_at_most_six_statements_more_for_each_vendor(
    put_on_shelf, address, django_assert_max_num_queries
):
    shelves = [put_on_shelf(slug) for slug in ("lindqvist", "moreau", "rossi", "silva")]

    def statements(count):
        from django.test.utils import CaptureQueriesContext

        cart = cart_of(*shelves[:count])
        with CaptureQueriesContext(connection) as captured:
            place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
        return len(captured)

    one, four = statements(1), statements(4)
    assert (four - one) / 3 <= 6, (one, four)


@pytest.mark.django_db(transaction=True)
def test_buyers_racing_with_carts_in_opposite_orders_sell_exactly_what_there_is(put_on_shelf, address):
    lamp, soap = put_on_shelf("lindqvist", stock=5), put_on_shelf("moreau", stock=5)
    carts = [cart_of(*((lamp, soap) if n % 2 else (soap, lamp))) for n in range(12)]
    outcomes: list[str] = []

    def buy(cart):
        try:
            place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
            outcomes.append("placed")
        except SoldOut:
            outcomes.append("sold out")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=buy, args=(cart,)) for cart in carts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["placed"] * 5 + ["sold out"] * 7
    assert stock(lamp) == stock(soap) == (5, 0, 5)
    assert VendorOrder.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_customers_racing_to_change_what_they_ordered_hold_exactly_what_they_ordered_last(put_on_shelf, address):
    lamp, soap = put_on_shelf("lindqvist", stock=6), put_on_shelf("moreau", stock=6)
    carts = [cart_of(*((lamp, soap) if n % 2 else (soap, lamp))) for n in range(6)]
    outcomes: list[str] = []

    def buy(cart):
        try:
            for line1 in ("First 1", "Second 2", "Third 3"):
                cart.refresh_from_db()
                there = {**address, "line1": line1}
                place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=there)
            outcomes.append("placed")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=buy, args=(cart,)) for cart in carts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["placed"] * 6
    assert stock(lamp) == stock(soap) == (6, 0, 6)
    held = Order.objects.filter(stock_hold=StockHold.HELD)
    assert {order.ship_to["line1"] for order in held} == {"Third 3"}
    assert held.count() == 6
    assert Order.objects.filter(stock_hold=StockHold.RELEASED).count() == 12
    canceled = Payment.objects.filter(state="canceled").values_list("reference_id", flat=True)
    assert set(canceled) == set(Order.objects.filter(stock_hold=StockHold.RELEASED).values_list("id", flat=True))
