"""One paid order over two vendors: three lamps at Lindqvist, two soaps at Moreau, commission of ten percent with its VAT."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.office import pay


@dataclass
class Bought:
    order: Any
    lamp: Any
    soap: Any

    @property
    def lamps(self) -> Any:
        return self.order.vendor_orders.get(vendor_slug="lindqvist")

    @property
    def soaps(self) -> Any:
        return self.order.vendor_orders.get(vendor_slug="moreau")


@pytest.fixture
def buy(put_on_shelf: Any, everything_ten_percent: Any, address: dict[str, str]) -> Any:
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
    from marketplace.checkout.actions import place_order

    def buy(lamps: int = 3, soaps: int = 2, *, lamp_minor: int = 3333, soap_minor: int = 777) -> Bought:
        lamp = put_on_shelf("lindqvist", price_minor=lamp_minor, shipping_minor=490)
        soap = put_on_shelf("moreau", price_minor=soap_minor, shipping_minor=301)
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=lamps)
        add_to_cart(cart=cart, offer_id=soap.offer.id, quantity=soaps)
        order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
        pay(order, "ch_1")
        return Bought(order, lamp, soap)

    return buy


@pytest.fixture
def bought(buy: Any) -> Bought:
    found: Bought = buy()
    return found
