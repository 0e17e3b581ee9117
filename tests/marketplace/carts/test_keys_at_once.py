"""One code that is tried twice at the same moment, and a cart that becomes a customer's meanwhile."""

import pytest

from accounts.handoff import HandoffRefused
from accounts.signup import register_person
from kit.ids import uuid7
from marketplace.carts.actions import ensure_cart, merge_carts, new_token
from marketplace.carts.keys import cart_of_key, give_key, issue, redeem
from marketplace.carts.models import CartKey
from tests.support.at_once import outcomes

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "lindqvist.localhost"


def test_a_code_is_taken_once_and_its_cart_may_be_gone():
    token = new_token()
    cart = ensure_cart(user=None, token=token)
    code = issue(cart=cart, host=HOST, state="s")
    assert outcomes(*[lambda: redeem(code=code, host=HOST, states={"s"})] * 2) == ["HandoffRefused", "done"]

    key = give_key(cart=cart, host=HOST, vendor_id=uuid7(), old_token="")
    ada = register_person(email="ada@vermeer.example", name="Ada", password="a long good one")
    assert outcomes(
        lambda: merge_carts(token=token, user=ada),
        lambda: give_key(cart=cart, host=HOST, vendor_id=uuid7(), old_token=""),
    ) in (["done", "done"], ["HandoffRefused", "done"])
    own = ensure_cart(user=ada, token="")
    assert cart_of_key(host=HOST, token=key) == own
    assert set(CartKey.objects.values_list("cart_id", flat=True)) == {own.id}
    with pytest.raises(HandoffRefused):
        give_key(cart=cart, host=HOST, vendor_id=uuid7(), old_token=key)
