"""Addresses that nobody was ever given are not found, whatever stands in them."""

import pytest

from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


@pytest.mark.parametrize("session", ["%00", "cs_test_%00", "cs_%0a", "x" * 5000, "%ff", "%ed%a0%80", "cs_test_1"])
def test_no_session_of_an_order_is_not_found(shopper, put_on_shelf, address, session):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=put_on_shelf("lindqvist").offer.id, quantity=1)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert shopper.get(f"/orders/{order.number}/paid/?session_id={session}").status_code == 404


@pytest.mark.parametrize("number", ["%00", "S-%00", "%ff", "x" * 500, "%F0%9F%98%80"])
@pytest.mark.parametrize("path", ["", "paid/?session_id=cs_test_1", "?key=%00"])
def test_no_order_is_not_found(shopper, db, number, path):
    assert shopper.get(f"/orders/{number}/{path}").status_code in (302, 404)
