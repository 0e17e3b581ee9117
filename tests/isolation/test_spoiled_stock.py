"""A vendor whose SQL spoiled its own stock spoils no order of others: what they sold is paid and let go without it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from billing.payments.models import Refund
from marketplace.checkout.tasks import release_expired_holds
from marketplace.orders.models import Order, StockHold, VendorOrder
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.actions import SoldOut
from tenants.shop.inventory.models import StockLevel
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.office import pay, place

__all__ = ["address", "everything_ten_percent", "put_on_shelf"]
pytestmark = pytest.mark.django_db

NOTHING_LEFT = "UPDATE shop_inventory_stocklevel SET reserved = 0, on_hand = 0"
SPOILED = {
    "nothing held on the shelf": "UPDATE shop_inventory_stocklevel SET reserved = 0",
    "nothing there": NOTHING_LEFT,
    "more held than there is": "UPDATE shop_inventory_reservation SET quantity = 2000000000",
    "a day that nobody can read": "UPDATE shop_inventory_reservation SET ships_on = 'infinity'",
    "a warehouse that nobody can read": "UPDATE shop_inventory_warehouse SET retired_at = 'infinity'",
    "holds of a shelf that is gone": "DELETE FROM shop_inventory_stocklevel",
    "no holds": "DELETE FROM shop_inventory_reservation",
}


@pytest.fixture
def ordered(put_on_shelf: Any, everything_ten_percent: Any, address: dict[str, str]) -> Any:
    """`order, lamp, soap = ordered`: of Lindqvist and of Moreau, waiting for its payment."""
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    ada = User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    return place(ada, address, lamp, soap), lamp, soap


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_others_are_paid(spoiled: str, ordered: Any) -> None:
    order, lamp, soap = ordered
    spoil(lamp.vendor, spoiled)
    pay(order, "ch_1")
    parts = {part.vendor_slug: part for part in VendorOrder.objects.filter(order=order)}
    assert parts["moreau"].paid_at is not None
    assert parts["moreau"].canceled_at is None
    with in_shop(soap.vendor):
        assert StockLevel.objects.values_list("reserved", "allocated").get() == (0, 1)
    if spoiled != SPOILED["no holds"]:
        # The customer has the money of what cannot be promised back at once.
        assert parts["lindqvist"].canceled_at is not None
        assert Refund.objects.get().amount_minor == parts["lindqvist"].total_minor


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_others_have_their_goods_back(spoiled: str, ordered: Any, move_clock: Any) -> None:
    order, lamp, soap = ordered
    spoil(lamp.vendor, spoiled)
    move_clock(timedelta(days=2))
    assert release_expired_holds() == 1
    assert Order.objects.get(id=order.id).stock_hold == StockHold.RELEASED
    with in_shop(soap.vendor):
        assert StockLevel.objects.values_list("reserved", "on_hand").get() == (0, 10)


def test_who_orders_is_told_what_cannot_be_had(ordered: Any, address: dict[str, str]) -> None:
    order, lamp, soap = ordered
    spoil(lamp.vendor, SPOILED["a warehouse that nobody can read"])
    ada = User.objects.get(id=order.user_id)
    with pytest.raises(SoldOut) as told:
        place(ada, address, lamp, soap)
    assert told.value.available == {lamp.offer.id: 0}
    assert place(ada, address, soap).number


def spoil(vendor: Any, statement: str) -> None:
    with bind_vendor(vendor), connection.cursor() as cursor:
        cursor.execute(statement)
