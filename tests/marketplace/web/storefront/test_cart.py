"""The cart's pages: a guest's by cookie, a customer's own, and how one becomes the other."""

import pytest

from marketplace.carts.actions import token_hash
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def quantities():
    return sorted(CartLine.objects.values_list("offer__sku", "quantity"))


def test_a_guest_gets_a_cookie_that_only_the_browser_knows(shopper, put_on_shelf):
    lamp = put_on_shelf("lindqvist")
    answer = shopper.put_in(lamp, 2)
    assert (answer.status_code, answer["Location"]) == (303, "/cart/")
    cookie = answer.cookies["souk_cart"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 5184000)
    cart = Cart.objects.get()
    assert cart.token_hash == token_hash(cookie.value)
    assert cookie.value not in cart.token_hash
    assert quantities() == [("lindqvist-1", 2)]


def test_the_cart_is_grouped_by_vendor_with_delivery_and_totals(shopper, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=4900, shipping_minor=490, free_from_minor=9000)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=0)
    shopper.put_in(lamp)
    shopper.put_in(soap, 2)
    with django_assert_max_num_queries(12):
        text = shopper.get("/cart/").content.decode()
    assert "3 articles from 2 shops" in text
    assert "41.00 EUR more from Lindqvist and delivery is free." in text
    assert "Includes 12.46 EUR VAT for Germany." in text
    assert '<div class="summary-total"><dt>Total</dt><dd>78.10 EUR</dd></div>' in text
    assert "Go to checkout" in text


def test_quantities_change_and_lines_go(shopper, put_on_shelf):
    lamp, soap = put_on_shelf("lindqvist", stock=5), put_on_shelf("moreau")
    shopper.put_in(lamp)
    shopper.put_in(soap)
    line = CartLine.objects.get(offer=lamp.offer)
    assert shopper.post("/cart/quantity/", {"line": str(line.id), "quantity": 4}).status_code == 303
    assert quantities() == [("lindqvist-1", 4), ("moreau-1", 1)]
    page = shopper.post("/cart/quantity/", {"line": str(line.id), "quantity": 6}, follow=True)
    assert "Only 5 can be ordered." in page.content.decode()
    page = shopper.post("/cart/quantity/", {"line": str(line.id), "quantity": "-3"}, follow=True)
    assert "Choose a quantity from 1 to 99." in page.content.decode()
    assert quantities() == [("lindqvist-1", 4), ("moreau-1", 1)]
    shopper.post("/cart/remove/", {"line": str(line.id)})
    assert quantities() == [("moreau-1", 1)]
    shopper.post("/cart/quantity/", {"line": str(CartLine.objects.get().id), "quantity": 0})
    assert "Your cart is empty" in shopper.get("/cart/").content.decode()


def test_nobody_changes_somebody_elses_cart(shopper, another, put_on_shelf):
    shopper.put_in(put_on_shelf("lindqvist"))
    other = another()
    other.put_in(put_on_shelf("moreau"))
    line = CartLine.objects.get(offer__sku="lindqvist-1")
    other.post("/cart/remove/", {"line": str(line.id)})
    other.post("/cart/quantity/", {"line": str(line.id), "quantity": 9})
    assert quantities() == [("lindqvist-1", 1), ("moreau-1", 1)]


def test_what_changed_since_is_told(shopper, put_on_shelf):
    lamp, soap, gone = put_on_shelf("lindqvist"), put_on_shelf("moreau"), put_on_shelf("korpi")
    for shelf in (lamp, soap, gone):
        shopper.put_in(shelf, 2)
    Offer.objects.filter(id=lamp.offer.id).update(price_minor=5500)
    Offer.objects.filter(id=soap.offer.id).update(available=1)
    Offer.objects.filter(id=gone.offer.id).update(is_visible=False)
    text = shopper.get("/cart/").content.decode()
    assert "Costs more than when you put it in: 55.00 EUR instead of 49.00 EUR." in text
    assert "Only 1 left." in text
    assert "No longer for sale." in text
    assert "Go to checkout" not in text
    away = shopper.get("/checkout/")
    assert (away.status_code, away["Location"]) == (303, "/cart/")


def test_the_country_decides_vat_and_who_ships(shopper, put_on_shelf):
    shopper.put_in(put_on_shelf("lindqvist", price_minor=12000, shipping_minor=0, ships_to=("DE", "SE")))
    shopper.post("/cart/country/", {"country": "SE"})
    assert "Includes 24.00 EUR VAT for Sweden." in shopper.get("/cart/").content.decode()
    shopper.post("/cart/country/", {"country": "FR"})
    text = shopper.get("/cart/").content.decode()
    assert "Lindqvist does not ship to France." in text
    assert "Go to checkout" not in text
    page = shopper.post("/cart/country/", {"country": "XX"}, follow=True)
    assert "choose one from the list" in page.content.decode()


def test_htmx_gets_the_count_and_a_word(shopper, put_on_shelf):
    lamp = put_on_shelf("lindqvist", stock=3)
    answer = shopper.htmx("/cart/add/", {"offer": str(lamp.offer.id), "quantity": 2}).content.decode()
    assert 'id="cart-link" hx-swap-oob="true"' in answer
    assert '<span class="count count--accent" aria-hidden="true">2</span>' in answer
    assert "Thing of Lindqvist is in your cart." in answer
    answer = shopper.htmx("/cart/add/", {"offer": str(lamp.offer.id), "quantity": 2}).content.decode()
    assert "Only 3 can be ordered; you have 2 in your cart already." in answer
    assert "cart-link" not in answer


def test_a_card_adds_what_needs_no_choice_and_leads_to_the_page_where_one_does(shopper, put_on_shelf):
    from kit.ids import uuid7
    from marketplace.catalog.models import ListingVariant

    lamp = put_on_shelf("lindqvist")
    there = f"/p/{lamp.listing.slug}/"
    shopper.post("/cart/add/", {"listing": str(lamp.listing.id), "next": there})
    assert quantities() == [("lindqvist-1", 1)]
    Offer.objects.create(
        id=uuid7(),
        listing=lamp.listing,
        listing_variant=ListingVariant.objects.create(listing=lamp.listing),
        vendor_id=lamp.vendor.id,
        product_id=lamp.offer.product_id,
        sku="l-2",
        price_minor=1,
        currency="EUR",
        available=1,
    )
    answer = shopper.post("/cart/add/", {"listing": str(lamp.listing.id), "next": there})
    assert (answer.status_code, answer["Location"]) == (303, there)
    assert shopper.htmx("/cart/add/", {"listing": str(lamp.listing.id), "next": there})["HX-Redirect"] == there
    assert shopper.post("/cart/add/", {"listing": "x", "next": "//evil.example/"})["Location"] == "/"
    assert quantities() == [("lindqvist-1", 1)]


@pytest.mark.parametrize("data", [{}, {"offer": "x"}, {"offer": "x", "quantity": "1e9"}])
def test_nonsense_puts_nothing_in(shopper, put_on_shelf, data):
    put_on_shelf("lindqvist")
    assert shopper.post("/cart/add/", data).status_code == 303
    assert not CartLine.objects.exists()


def test_signing_in_takes_the_guests_cart_along(shopper, put_on_shelf, ada, sign_in):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    own = Cart.objects.create(user=ada)
    CartLine.objects.create(cart=own, offer=lamp.offer, quantity=1, price_seen_minor=4900)
    shopper.put_in(lamp, 2)
    shopper.put_in(soap)
    sign_in(shopper, ada)
    assert Cart.objects.get() == own
    assert quantities() == [("lindqvist-1", 3), ("moreau-1", 1)]
    assert "4 articles from 2 shops" in shopper.get("/cart/").content.decode()
