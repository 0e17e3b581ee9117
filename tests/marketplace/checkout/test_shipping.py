"""How the parcels of an order go: what was chosen is what is ordered, or nothing is."""

from decimal import Decimal
from uuid import uuid4

import pytest

from kit import clock
from kit.errors import InvalidInput
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.carts.queries import contents
from marketplace.catalog.models import VendorCard
from marketplace.catalog.projection import shipping_shown
from marketplace.checkout.actions import CannotShip, MethodGone, place_order
from marketplace.checkout.choosing import choose_methods
from marketplace.checkout.queries import quote_cart
from marketplace.orders.models import Order
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import Reservation, StockLevel, Warehouse
from tenants.shop.shipping.terms import Item, methods_for
from tests.support.shipping import EXPRESS, HAMBURG, POST, offering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def cart_with(*shelves):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id)
    return cart


def test_the_chosen_way_is_frozen_with_its_price_and_its_days(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", price_minor=4900, terms=offering(), weight_grams=900)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=300)
    cart = cart_with(lamp, soap)
    choose_methods(cart=cart, methods={lamp.vendor.id: EXPRESS})
    order = place_order(
        cart=cart, version=cart.version, email="ada@example.com", ship_to=address, total_seen_minor=7610
    )
    ours, theirs = order.vendor_orders.order_by("number")
    assert (ours.shipping_name, ours.shipping_key, ours.shipping_minor) == ("Express", EXPRESS, 1200)
    assert (theirs.shipping_name, theirs.shipping_minor) == ("Standard", 300)
    promised = methods_for(offering(), [Item(4900, 1, 900)], country="NL", now=clock.now()).by_key(EXPRESS)
    assert promised is not None
    assert (ours.promised_from, ours.promised_to) == (promised.first_on, promised.last_on)
    # The same once more is the same order; another way is another one.
    again = {lamp.vendor.id: EXPRESS}
    given = {"cart": cart, "version": cart.version, "email": "ada@example.com", "ship_to": address}
    assert place_order(**given, methods=again) == order
    cheap = place_order(**given, methods={lamp.vendor.id: POST})
    assert (cheap.id != order.id, cheap.total_minor) == (True, 6900)


def test_a_way_that_is_gone_or_foreign_is_refused_and_nothing_is_lost(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", terms=offering(), weight_grams=900)
    cart = cart_with(lamp)
    for foreign in ({lamp.vendor.id: str(uuid4())}, {lamp.vendor.id: "pickup.x"}, {uuid4(): EXPRESS}):
        with pytest.raises(MethodGone):
            choose_methods(cart=cart, methods=foreign)
    choose_methods(cart=cart, methods={lamp.vendor.id: EXPRESS})
    VendorCard.objects.update(**shipping_shown(offering(express=False)))
    given = {"version": cart.version, "email": "ada@example.com", "ship_to": address}
    with pytest.raises(MethodGone) as gone:
        place_order(cart=cart, **given)
    assert gone.value.vendors == {lamp.vendor.id: "lindqvist"}
    assert not Order.objects.exists()
    with in_shop(lamp.vendor):
        assert StockLevel.objects.get().reserved == 0
    (part,) = quote_cart(contents(cart)).vendors
    assert (part.shipment.is_stale, part.shipping_minor) == (True, 490)
    assert place_order(cart=cart, **given, methods={lamp.vendor.id: POST}).shipping_minor == 490
    with pytest.raises(MethodGone):
        place_order(cart=cart, **{**given, "email": "bo@example.com"}, methods={uuid4(): EXPRESS})


def test_too_heavy_a_parcel_is_not_shipped_and_may_be_fetched(put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", terms=offering(express=False), weight_grams=2001)
    cart = cart_with(lamp)
    given = {"cart": cart, "email": "ada@example.com"}
    with pytest.raises(CannotShip, match=r"a parcel like this \(2.001 kg\) to Netherlands; you can pick it up"):
        place_order(**given, version=cart.version, ship_to=address)
    with in_shop(lamp.vendor):
        other = Warehouse.objects.create(id=HAMBURG.id, name="Workshop", position=5)
        StockLevel.objects.create(variant=lamp.variant, warehouse=other, on_hand=1)
    choose_methods(cart=cart, methods={lamp.vendor.id: f"pickup.{HAMBURG.id}"})
    with pytest.raises(InvalidInput) as nameless:
        place_order(**given, version=cart.version, ship_to={"country": "NL"})
    assert nameless.value.field == "name"
    order = place_order(**given, version=cart.version, ship_to={"name": "Ada Vermeer", "country": "NL"})
    part = order.vendor_orders.get()
    assert (part.pickup_at, part.shipping_minor) == (HAMBURG.words(), 100)
    # It is handed over in Germany: 19 %, not 21 %. And it is taken from there, not from the first warehouse.
    assert part.lines.get().tax_rate == Decimal("0.19")
    with in_shop(lamp.vendor):
        assert Reservation.objects.get().warehouse_id == HAMBURG.id
