"""What documents say of a vendor order is what was frozen on it."""

from decimal import Decimal

import pytest

from kit.ids import uuid7
from kit.money import in_percent
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.orders.details import details_of

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


def test_goods_shipping_and_commission_are_those_of_the_order(put_on_shelf, address, django_assert_num_queries):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for slug in ("lindqvist", "moreau"):
        shelf = put_on_shelf(slug, price_minor=4990, shipping_minor=300)
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=3)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    parts = list(order.vendor_orders.all())
    with django_assert_num_queries(2):
        found = details_of([part.id for part in parts] + [uuid7()])
    assert set(found) == {part.id for part in parts}
    for part in parts:
        told = found[part.id]
        assert (told.number, told.goods_minor + told.shipping_minor) == (part.number, part.total_minor)
        assert told.goods_tax_minor + told.shipping_tax_minor == part.tax_minor
        assert sum(each.net_minor + each.tax_minor for each in told.commission) == part.commission_minor
        assert sum(each.tax_minor for each in told.commission) == part.commission_tax_minor
        assert all(each.rule for each in told.commission)
        assert told.tax_rate == f"{in_percent(part.commission_tax_rate)} %"


def test_rates_are_written_as_people_do():
    assert [in_percent(Decimal(rate)) for rate in ("0.1900", "0.0770", "0.2000", "0")] == ["19", "7.7", "20", "0"]
