"""Carts by API: a guest's by token, a customer's own, and how one becomes the other."""

from typing import Any
from uuid import uuid4

import pytest

from kit import clock
from marketplace.carts.actions import token_hash
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Offer
from tenants.shop.shipping.terms import Item, methods_for
from tests.api.v1.storefront.conftest import ROLE
from tests.support.shipping import flat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def quantities() -> list[tuple[str, int]]:
    return sorted(CartLine.objects.values_list("offer__sku", "quantity"))


def test_a_guest_gets_a_token_and_we_keep_its_hash(app):
    made = app.post("carts", {"country": "NL"})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/storefront/cart")
    token = made.json()["token"]
    assert Cart.objects.get().token_hash == token_hash(token)
    assert made.json()["cart"] == {
        "version": 2,
        "country": "NL",
        "company": "",
        "vat_id": "",
        "currency": "EUR",
        "lines": [],
        "vendors": [],
        "quantity": 0,
        "coupons": [],
        "discounts": [],
        "goods_minor": 0,
        "shipping_minor": 0,
        "discount_minor": 0,
        "tax_minor": 0,
        "total_minor": 0,
        "can_be_ordered": False,
        "changes": [],
    }
    assert app.get("cart", Souk_Cart=token).json() == made.json()["cart"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "cart"),
        ("POST", "cart/lines"),
        ("PUT", "cart/country"),
        ("GET", "cart/lines/00000000-0000-4000-8000-000000000000"),
        ("PATCH", "cart/lines/00000000-0000-4000-8000-000000000000"),
        ("DELETE", "cart/lines/00000000-0000-4000-8000-000000000000"),
        ("POST", "orders"),
    ],
)
def test_without_a_cart_nobody_is_told_anything(app, method, path):
    stranger = app.ask(method, path, {})
    assert (stranger.status_code, stranger.json()["code"]) == (401, "not_authenticated")
    assert "Souk-Cart" in stranger.json()["detail"]
    guesser = app.ask(method, path, {}, Souk_Cart="guessed" * 6)
    assert (guesser.status_code, guesser.json()["code"]) == (401, "invalid_cart")
    assert not Cart.objects.exists()


def test_the_cart_is_quoted_by_vendor(app, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=4900, shipping_minor=490, free_from_minor=9000)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=0)
    app.put_in(lamp)
    app.put_in(soap, 2)
    with django_assert_max_num_queries(ROLE + 5):
        found = app.get("cart").json()
    assert [(line["vendor"]["slug"], line["quantity"], line["total_minor"]) for line in found["lines"]] == [
        ("lindqvist", 1, 4900),
        ("moreau", 2, 2420),
    ]
    line = CartLine.objects.get(offer=lamp.offer)
    assert found["lines"][0] == {
        "id": str(line.id),
        "offer_id": str(lamp.offer.id),
        "listing": {
            "slug": "thing-lindqvist",
            "title": "Thing of Lindqvist",
            "url": "http://localhost:8000/p/thing-lindqvist/",
        },
        "vendor": {"slug": "lindqvist", "name": "Lindqvist"},
        "options": {},
        "condition": "new",
        "picture": None,
        "quantity": 1,
        "unit_price_minor": 4900,
        "price_seen_minor": 4900,
        "discount_minor": 0,
        "total_minor": 4900,
        "currency": "EUR",
        "available": 10,
        "ships_on": None,
        "problem": None,
    }
    assert app.get(f"cart/lines/{line.id}").json() == found["lines"][0]
    (method,) = methods_for(flat(), [Item(4900, 1)], country="DE", now=clock.now()).methods
    days = {"first": (method.first_on - clock.today()).days, "last": (method.last_on - clock.today()).days}
    assert [part.pop("shipping")["chosen"] for part in found["vendors"]] == [method.key] * 2
    assert found["vendors"] == [
        {
            "vendor": {"slug": "lindqvist", "name": "Lindqvist"},
            "goods_minor": 4900,
            "shipping_minor": 490,
            "discount_minor": 0,
            "tax_minor": 860,
            "tax_rule": "domestic",
            "tax_reason": "VAT of Germany",
            "total_minor": 5390,
            "free_shipping_missing_minor": 4100,
            "ships": True,
            "days": days,
        },
        {
            "vendor": {"slug": "moreau", "name": "Moreau"},
            "goods_minor": 2420,
            "shipping_minor": 0,
            "discount_minor": 0,
            "tax_minor": 386,
            "tax_rule": "domestic",
            "tax_reason": "VAT of Germany",
            "total_minor": 2420,
            "free_shipping_missing_minor": 0,
            "ships": True,
            "days": days,
        },
    ]
    totals = {name: found[name] for name in ("version", "quantity", "goods_minor", "shipping_minor", "tax_minor")}
    assert totals == {"version": 3, "quantity": 3, "goods_minor": 7320, "shipping_minor": 490, "tax_minor": 1246}
    assert (found["total_minor"], found["can_be_ordered"]) == (7810, True)


def test_putting_in_is_cheap_and_says_where_the_line_is(app, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", stock=5)
    app.begin_cart()
    with django_assert_max_num_queries(ROLE + 13):  # savepoints included
        put = app.post("cart/lines", {"offer_id": str(lamp.offer.id)})
    line = CartLine.objects.get()
    assert (put.status_code, put["Location"]) == (201, f"/api/v1/storefront/cart/lines/{line.id}")
    assert put.json()["quantity"] == 1
    more = app.post("cart/lines", {"offer_id": str(lamp.offer.id), "quantity": 4}).json()
    assert [line["quantity"] for line in more["lines"]] == [5]
    too_many = app.post("cart/lines", {"offer_id": str(lamp.offer.id)})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "not_for_sale")
    assert "Only 5 can be ordered" in too_many.json()["detail"]
    unknown = app.post("cart/lines", {"offer_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "not_for_sale")
    assert quantities() == [("lindqvist-1", 5)]


def test_what_is_sent_again_is_put_in_once(app, put_on_shelf):
    lamp = put_on_shelf("lindqvist")
    app.begin_cart()
    key = str(uuid4())
    answers = [app.post("cart/lines", {"offer_id": str(lamp.offer.id)}, Idempotency_Key=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0]["Location"] == answers[1]["Location"]
    assert quantities() == [("lindqvist-1", 1)]


def test_lines_change_and_go(app, put_on_shelf):
    lamp = put_on_shelf("lindqvist", stock=5)
    line = app.put_in(lamp)["lines"][0]["id"]
    assert app.patch(f"cart/lines/{line}", {"quantity": 4}).json()["goods_minor"] == 19600
    too_many = app.patch(f"cart/lines/{line}", {"quantity": 6})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "not_for_sale")
    assert quantities() == [("lindqvist-1", 4)]
    gone = app.delete(f"cart/lines/{line}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert app.delete(f"cart/lines/{line}").status_code == 404
    assert app.patch(f"cart/lines/{line}", {"quantity": 1}).status_code == 404
    assert app.get(f"cart/lines/{line}").status_code == 404
    assert quantities() == []


def test_taking_out_can_be_repeated_under_its_key(app, put_on_shelf):
    line = app.put_in(put_on_shelf("lindqvist"))["lines"][0]["id"]
    key = str(uuid4())
    statuses = [app.delete(f"cart/lines/{line}", Idempotency_Key=key).status_code for _ in range(2)]
    assert statuses == [204, 204]


@pytest.mark.parametrize("quantity", [0, -1, 100, 2**70, "many", None, 1.5, [1]])
def test_a_quantity_is_1_to_99(app, put_on_shelf, quantity):
    lamp = put_on_shelf("lindqvist", stock=200)
    line = app.put_in(lamp)["lines"][0]["id"]
    for answer in (
        app.patch(f"cart/lines/{line}", {"quantity": quantity}),
        app.post("cart/lines", {"offer_id": str(lamp.offer.id), "quantity": quantity}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "quantity")
    assert quantities() == [("lindqvist-1", 1)]


def test_nobody_reaches_into_somebody_elses_cart(app, another, put_on_shelf):
    line = app.put_in(put_on_shelf("lindqvist"))["lines"][0]["id"]
    other = another()
    other.begin_cart()
    assert other.get(f"cart/lines/{line}").status_code == 404
    assert other.patch(f"cart/lines/{line}", {"quantity": 5}).status_code == 404
    assert other.delete(f"cart/lines/{line}").status_code == 404
    assert quantities() == [("lindqvist-1", 1)]


def test_the_country_decides_vat_and_who_ships(app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist", price_minor=4900, ships_to=("DE",)))
    moved = app.put("cart/country", {"country": "HU"}).json()
    assert (moved["country"], moved["tax_minor"], moved["total_minor"]) == ("HU", 1042, 4900)
    assert (moved["vendors"][0]["ships"], moved["can_be_ordered"]) == (False, False)
    for country in ("XX", "de", "", None, 5):
        refused = app.put("cart/country", {"country": country})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "country")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"is_visible": False}, {"code": "not_for_sale", "detail": "No longer for sale."}),
        ({"available": 0}, {"code": "sold_out", "detail": "Sold out."}),
        ({"available": 1}, {"code": "too_few", "detail": "Only 1 left."}),
    ],
)
def test_a_line_that_cannot_be_ordered_says_why_and_costs_nothing(app, put_on_shelf, change, problem):
    app.put_in(put_on_shelf("lindqvist"), 2)
    Offer.objects.update(**change)
    found = app.get("cart").json()
    assert found["lines"][0]["problem"] == problem
    assert (found["total_minor"], found["can_be_ordered"]) == (0, False)


def test_a_customer_has_one_cart_and_needs_no_token(ada_app, put_on_shelf, django_assert_max_num_queries):
    assert ada_app.get("cart").json()["version"] == 1
    assert not Cart.objects.exists()
    ada_app.put_in(put_on_shelf("lindqvist"))
    made = ada_app.post("carts")
    assert (made.status_code, made.json()["token"]) == (201, None)
    assert [line["quantity"] for line in made.json()["cart"]["lines"]] == [1]
    assert Cart.objects.get().user is not None
    with django_assert_max_num_queries(ROLE + 7):
        assert ada_app.get("cart").json()["quantity"] == 1


def test_a_guests_cart_joins_the_customers_own(app, ada_app, put_on_shelf):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    ada_app.put_in(lamp)
    app.put_in(lamp, 2)
    app.put_in(soap)
    token = app.headers["Souk-Cart"]
    merged = ada_app.post("cart/merge", Souk_Cart=token)
    assert merged.status_code == 200
    assert quantities() == [("lindqvist-1", 3), ("moreau-1", 1)]
    assert merged.json()["quantity"] == 4
    assert app.get("cart").json()["code"] == "invalid_cart"
    assert ada_app.post("cart/merge", Souk_Cart=token).json()["quantity"] == 4
    assert app.post("cart/merge").status_code == 401
    without = ada_app.post("cart/merge")
    assert (without.status_code, without.json()["errors"][0]["field"]) == (422, "Souk-Cart")


def test_a_customers_token_outranks_a_guests_cart(app, ada_app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist"))
    assert ada_app.get("cart", **{"Souk-Cart": app.headers["Souk-Cart"]}).json()["lines"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"quantity": NaN}', 400),
        (b'{"quantity": ' + b"9" * 5_000 + b"}", 400),
        (b"\xff\xfe", 400),
        (b'{"country": "\\ud800"}', 400),
        (b'{"country": "\\ud83d\\ude00"}', 422),
        (b"null", 422),
        (b'"DE"', 422),
        (b"[]", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_told_so(app, body, status):
    client = app.program.browser.client(app.program.host)
    for kind in ("application/json", "application/json; charset=nonsense"):
        answer = client.generic("POST", "/api/v1/storefront/carts", body, content_type=kind)
        assert answer.status_code == status, answer.content
    assert not Cart.objects.exists()


def test_no_cookie_opens_a_cart(app, put_on_shelf, settings: Any):
    app.put_in(put_on_shelf("lindqvist"))
    app.program.browser.client(app.program.host).cookies["souk_cart"] = app.headers.pop("Souk-Cart")
    assert app.get("cart").status_code == 401
