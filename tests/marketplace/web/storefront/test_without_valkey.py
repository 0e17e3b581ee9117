"""While Valkey does not answer the marketplace goes on: pages are put together anew, and nobody is signed out for good."""

from typing import Any

import pytest
from redis.exceptions import RedisError

from marketplace.carts.models import Cart
from marketplace.orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


@pytest.fixture
def silence(settings: Any) -> Any:
    """`silence()`: from now on nothing answers where Valkey was; `silence(False)`: it is there again."""
    usual = settings.CACHES

    def be(silent: bool = True) -> None:
        gone = {alias: {**cache, "LOCATION": NOBODY_LISTENS, "OPTIONS": {}} for alias, cache in usual.items()}
        settings.CACHES = gone if silent else usual

    return be


def test_every_page_of_the_way_to_a_purchase_answers(shopper, put_on_shelf, address, sandbox, silence):
    shelf = put_on_shelf("lindqvist", price_minor=4900)
    silence()
    for path in ("/", f"/search/?q={shelf.listing.title}", f"/p/{shelf.listing.slug}/", "/v/lindqvist/", "/cart/"):
        answer = shopper.get(path)
        assert answer.status_code == 200, path
    assert shelf.listing.title in shopper.get(f"/p/{shelf.listing.slug}/").content.decode()
    shopper.put_in(shelf)
    assert shelf.listing.title in shopper.get("/cart/").content.decode()
    page = shopper.get("/checkout/")
    assert page.status_code == 200
    order = {"email": "ada@vermeer.example", **address, "version": Cart.objects.get().version, "total": 5390}
    assert "/c/pay/cs_test_" in shopper.post("/checkout/", order)["Location"]
    assert Order.objects.get().total_minor == 5390


def test_a_customer_is_somebody_again_afterwards(shopper, ada, sign_in, silence):
    sign_in(shopper, ada)
    assert shopper.get("/account/").status_code == 200
    silence()
    assert shopper.get("/account/").status_code == 302
    assert shopper.get("/").status_code == 200
    silence(False)
    assert shopper.get("/account/").status_code == 200


def test_what_must_happen_once_does_not_happen_unseen(silence):
    from django.core.cache import cache

    silence()
    assert cache.get("anything", "nothing") == "nothing"
    assert cache.get_or_set("anything", lambda: "made anew", 60) == "made anew"
    with pytest.raises(RedisError):
        cache.add("once", 1, 60)


def test_what_is_refused_at_checkout_and_of_a_coupon_is_said_all_the_same(
    shopper, put_on_shelf, address, sandbox, silence
):
    shelf = put_on_shelf("lindqvist", price_minor=4900, stock=1)
    silence()
    shopper.put_in(shelf)
    assert "There is no coupon" in shopper.post("/cart/coupon/", {"code": "NOSUCH"}, follow=True).content.decode()
    order = {**address, "email": "no address", "version": Cart.objects.get().version, "total": 5390}
    answer = shopper.post("/checkout/", order)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_email_error"><p class="field-error">' in page
    assert f'value="{address["line1"]}"' in page
    other = {**order, "email": "ada@vermeer.example", "total": 1}
    answer = shopper.post("/checkout/", other)
    assert answer.status_code == 422
    assert "Prices have changed while you were looking" in answer.content.decode()
    assert Order.objects.count() == 0
    # With Valkey there, going back or loading the page again never sends the form once more.
    silence(False)
    assert shopper.post("/checkout/", other).status_code == 303
