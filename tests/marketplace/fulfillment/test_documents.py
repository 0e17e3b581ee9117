"""Printed documents: what they are, and that they say so where they cannot be made."""

import re
import sys
import zlib

import pytest

from kit.paper import DocumentsUnavailable
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.fulfillment.documents import packing_slip
from marketplace.orders.actions import mark_paid

pytestmark = pytest.mark.usefixtures("everything_ten_percent")


@pytest.fixture
def part(put_on_shelf, address):
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=put_on_shelf("lindqvist").offer.id, quantity=3)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    mark_paid(order.id)
    return order.vendor_orders.get()


def test_a_packing_slip_is_a_pdf_named_after_its_order(part):
    document = packing_slip(part)
    assert document.startswith(b"%PDF-")
    inside = b"".join(zlib.decompress(part) for part in re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL))
    assert f"Packing slip {part.number}".encode() in inside


def test_without_pango_it_says_what_to_install(part, monkeypatch):
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken())
    with pytest.raises(DocumentsUnavailable, match="apt-get install libpango"):
        packing_slip(part)
