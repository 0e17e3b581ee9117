"""Wishes: a guest's become the customer's, move to the cart, and are told of once, to whoever asked."""

import pytest

from kit.errors import Conflict
from kit.ids import uuid7
from marketplace.carts.actions import ensure_cart, merge_carts, new_token
from marketplace.carts.models import CartLine, Wish
from marketplace.carts.tasks import tell_of_wishes
from marketplace.carts.wishing import ChooseFirst, forget_wish, put_in_cart, want_news, wish_for, wishes_of
from marketplace.catalog.models import Listing
from notifications.models import Mail
from notifications.preferences import refuse
from tests.marketplace.web.storefront.conftest import ada, another, shopper, sign_in
from tests.marketplace.web.storefront.test_returns import statements
from tests.support.going_back import moved

__all__ = ["ada", "another", "shopper", "sign_in"]
pytestmark = [pytest.mark.django_db]


def subjects():
    return [*Mail.objects.filter(template="wish_news").order_by("created_at").values_list("subject", flat=True)]


def test_a_guests_wishes_join_the_customers_each_once(put_on_shelf, ada):
    lamp, soap = put_on_shelf("lindqvist").listing, put_on_shelf("moreau").listing
    token = new_token()
    guest, own = ensure_cart(user=None, token=token), ensure_cart(user=ada, token="")
    for listing in (lamp, lamp, soap):
        wish_for(cart=guest, listing_id=listing.id)
    wish_for(cart=own, listing_id=lamp.id)
    merge_carts(token=token, user=ada)
    assert {wish.listing_id for wish in wishes_of(own)} == {lamp.id, soap.id}
    assert Wish.objects.count() == 2
    forget_wish(cart=own, listing_id=lamp.id)
    forget_wish(cart=own, listing_id=lamp.id)
    line = put_in_cart(cart=own, listing_id=soap.id)
    assert (line.quantity, wishes_of(own), CartLine.objects.count()) == (1, [], 1)
    with pytest.raises(ChooseFirst):
        put_in_cart(cart=own, listing_id=uuid7())
    Listing.objects.update(is_visible=False)
    with pytest.raises(Conflict):
        wish_for(cart=own, listing_id=lamp.id)


def test_who_asked_is_told_once_of_each_change_and_nobody_else(put_on_shelf, ada):
    lamp = put_on_shelf("lindqvist", price_minor=5000).listing
    own, guest = ensure_cart(user=ada, token=""), ensure_cart(user=None, token=new_token())
    rows = Listing.objects.filter(id=lamp.id)
    for cart in (own, guest):
        wish_for(cart=cart, listing_id=lamp.id)
    rows.update(price_minor=4500)
    assert tell_of_wishes() == 0  # nobody asked
    want_news(user=ada, listing_id=lamp.id, wanted=True)
    assert tell_of_wishes() == 0  # it cost as much when she asked
    rows.update(price_minor=4000)
    assert (tell_of_wishes(), tell_of_wishes()) == (1, 0)
    assert subjects() == [f"{lamp.title} costs less"]
    assert "It is 40.00 EUR now, was 45.00 EUR" in Mail.objects.get().text
    rows.update(in_stock=False)
    assert tell_of_wishes() == 0
    rows.update(in_stock=True)
    assert tell_of_wishes() == 0  # not twice a day
    with moved(days=1):
        assert (tell_of_wishes(), tell_of_wishes()) == (1, 0)
    assert subjects()[1] == f"{lamp.title} is there again"
    rows.update(price_minor=3000)
    refuse(email=ada.email, topic="wishes")
    with moved(days=2):
        tell_of_wishes()
    want_news(user=ada, listing_id=lamp.id, wanted=False)
    rows.update(price_minor=2000)
    with moved(days=4):
        assert tell_of_wishes() == 0
    assert len(subjects()) == 2


def test_the_heart_keeps_it_in_the_browser_and_signing_in_takes_it_along(put_on_shelf, shopper, another, ada, sign_in):
    lamp = put_on_shelf("lindqvist").listing
    assert 'action="/wishlist/wishes/"' in shopper.text(f"/p/{lamp.slug}/")
    assert "Put " in shopper.text("/new/")
    given = {"listing": str(lamp.id), "next": "/new/"}
    for _ in range(2):
        answer = shopper.post("/wishlist/wishes/", given)
        assert (answer.status_code, answer["Location"]) == (303, "/new/")
    count, page = statements(shopper, "/wishlist/")
    assert (count <= 8, lamp.title in page, "Kept in this browser" in page) == (True, True, True), count
    assert lamp.title not in another().text("/wishlist/")
    assert shopper.post("/wishlist/news/", {**given, "wanted": "yes"})["Location"].startswith("/accounts/login/")
    assert shopper.post("/wishlist/wishes/", {"listing": "x"}).status_code == 404
    sign_in(shopper, ada)
    assert lamp.title in shopper.text("/wishlist/")
    assert Wish.objects.get().cart.user == ada
    shopper.post("/wishlist/news/", {**given, "wanted": "yes"})
    assert "We mail you: stop" in shopper.text("/wishlist/")
    Listing.objects.update(in_stock=False)
    page = shopper.text("/wishlist/")
    assert ("Sold out" in page, "Move to cart" in page) == (True, False)
    Listing.objects.update(in_stock=True)
    assert shopper.post("/wishlist/cart/", given).status_code == 303
    assert (Wish.objects.count(), CartLine.objects.count()) == (0, 1)
