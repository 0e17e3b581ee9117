"""Saved for later, shared, and reminded of: the pages."""

import re

import pytest

from marketplace.carts.models import Cart, CartLine, SavedLine
from marketplace.carts.reminding import reminder_token
from marketplace.catalog.models import Offer
from marketplace.orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


@pytest.fixture
def lamp(shopper, put_on_shelf):
    found = put_on_shelf("lindqvist", price_minor=4900)
    shopper.put_in(found)
    return found


def test_a_line_is_saved_moved_back_and_removed(shopper, lamp, put_on_shelf, django_assert_max_num_queries):
    shopper.put_in(put_on_shelf("moreau"))
    shopper.post("/cart/saved/", {"line": str(CartLine.objects.get(offer=lamp.offer).id)})
    with django_assert_max_num_queries(12):
        page = shopper.text("/cart/")
    assert "Saved for later" in page
    assert "Move Thing of Lindqvist to the cart" in page
    saved = str(SavedLine.objects.get().id)
    Offer.objects.filter(id=lamp.offer.id).update(price_minor=4500, available=0)
    page = shopper.text("/cart/")
    assert "Costs less than when you put it in: 45.00 EUR instead of 49.00 EUR." in page
    assert "Move Thing of Lindqvist to the cart" not in page
    refused = shopper.post("/cart/saved/return/", {"saved": saved}, follow=True).content.decode()
    assert "This item is sold out." in refused
    Offer.objects.filter(id=lamp.offer.id).update(available=5)
    shopper.post("/cart/saved/return/", {"saved": saved})
    assert (CartLine.objects.count(), SavedLine.objects.exists()) == (2, False)
    shopper.post("/cart/saved/", {"line": str(CartLine.objects.get(offer=lamp.offer).id)})
    shopper.post("/cart/saved/removal/", {"saved": str(SavedLine.objects.get().id)})
    assert not SavedLine.objects.exists()


def test_nobody_touches_what_another_saved(shopper, another, lamp):
    shopper.post("/cart/saved/", {"line": str(CartLine.objects.get().id)})
    other, saved = another(), str(SavedLine.objects.get().id)
    for path in ("return", "removal"):
        other.post(f"/cart/saved/{path}/", {"saved": saved})
    assert SavedLine.objects.count() == 1
    assert "Saved for later" in shopper.text("/cart/")


def test_what_changed_is_told_above_until_it_was_seen(shopper, lamp):
    Offer.objects.update(price_minor=5500)
    assert "Thing of Lindqvist costs more: 55.00 EUR instead of 49.00 EUR." in shopper.text("/cart/")
    shopper.post("/cart/changes/")
    assert "This has changed" not in shopper.text("/cart/")


def test_a_shared_cart_says_nothing_of_whose_it_is(shopper, another, lamp, ada, sign_in):
    sign_in(shopper, ada)
    page = shopper.post("/cart/shares/").content.decode()
    (path,) = set(re.findall(r"http://localhost:8000(/cart/shared/[\w-]+/)", page))
    other = another()
    shown = other.text(path)
    assert "Thing of Lindqvist" in shown
    assert not any(words in shown for words in ("Ada", "ada@", "vermeer"))
    assert "1 article of it are in your cart" in other.post(f"{path}copy/", follow=True).content.decode()
    assert Cart.objects.count() == 2
    shopper.post("/cart/shares/end/")
    assert (other.get(path).status_code, other.post(f"{path}copy/").status_code) == (404, 404)


def test_a_customer_asks_for_one_mail_and_takes_it_back_by_its_link(shopper, another, lamp, ada, sign_in):
    assert "Send me one mail if I leave this cart" not in shopper.text("/cart/")
    sign_in(shopper, ada)
    assert "Send me one mail if I leave this cart" in shopper.text("/cart/")
    shopper.post("/cart/reminder/", {"remind": "1"})
    cart = Cart.objects.get()
    assert cart.reminder_wanted_at is not None
    link = f"/cart/reminder/end/{cart.id}/{reminder_token(cart.id)}/"
    other = another()
    assert "No mails about my cart" in other.text(link)
    assert Cart.objects.get().reminder_wanted_at is not None  # opening it does nothing yet
    assert "We do not write to you" in other.post(link).content.decode()
    assert Cart.objects.get().reminder_wanted_at is None
    assert other.get(f"/cart/reminder/end/{cart.id}/{'0' * 40}/").status_code == 404


def test_a_guest_is_written_to_only_with_the_box_and_an_address(shopper, lamp, details):
    shopper.htmx("/checkout/reminder/", {"email": "ada@vermeer.example"})
    assert Cart.objects.get().reminder_wanted_at is None
    shopper.htmx("/checkout/reminder/", {"email": "ada@", "remind": "on"})
    assert Cart.objects.get().reminder_wanted_at is None
    shopper.htmx("/checkout/reminder/", {"email": "ada@vermeer.example", "remind": "on"})
    assert (Cart.objects.get().reminder_to, "checked" in shopper.text("/checkout/")) == ("ada@vermeer.example", True)
    shopper.post("/checkout/", details(5390))
    assert (Cart.objects.get().reminder_to, Order.objects.count()) == ("", 1)
