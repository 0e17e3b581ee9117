"""What documents say of a vendor order is what was frozen on it."""

from decimal import Decimal

import pytest

from billing.commissions.words import without_amounts
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
    for part in parts:
        with django_assert_num_queries(2):
            found = details_of(part.vendor_id, [each.id for each in parts] + [order.id, uuid7()])
        # A sale's entry names the purchase: of that the vendor's own part.
        assert set(found) == {part.id, order.id}
        told = found[part.id]
        assert found[order.id] == told
        assert (told.number, told.goods_minor + told.shipping_minor) == (part.number, part.total_minor)
        assert told.goods_tax_minor + told.shipping_tax_minor == part.tax_minor
        assert sum(each.net_minor + each.tax_minor for each in told.commission) == part.commission_minor
        assert sum(each.tax_minor for each in told.commission) == part.commission_tax_minor
        assert [each.rule for each in told.commission] == ["Standard (version 1): 10 %"]
        assert told.tax_rate == f"{in_percent(part.commission_tax_rate)} %"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Of 5 % of 1.00 EUR (version 2): 7.5 % of 66.39 EUR", "Of 5 % of 1.00 EUR (version 2): 7.5 %"),
        (
            "Standard (version 1): 10 % of 1234.50 EUR with shipping (from 5000.00 EUR sold in the month before)",
            "Standard (version 1): 10 % with shipping (from 5000.00 EUR sold in the month before)",
        ),
        (
            "Rule (version 3): 8 % of 2.00 EUR + 0.30 EUR × 3, at least 0.50 EUR an order",
            "Rule (version 3): 8 % + 0.30 EUR an item, at least 0.50 EUR an order",
        ),
        ("Rule (version 3): 0.17 EUR of 0.50 EUR an order", "Rule (version 3): 0.50 EUR an order"),
        ("No rule", "No rule"),
    ],
)
def test_a_rule_is_said_the_same_of_every_line_it_took_the_same_rate_of(reason, said):
    assert without_amounts(reason) == said


def test_rates_are_written_as_people_do():
    assert [in_percent(Decimal(rate)) for rate in ("0.1900", "0.0770", "0.2000", "0")] == ["19", "7.7", "20", "0"]
