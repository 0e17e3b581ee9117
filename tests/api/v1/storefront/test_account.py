"""A customer's own details by API."""

from uuid import uuid4

import pytest

from accounts.models import Address, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(address):
    return {**address, "phone": "+31 20 123"}


def test_who_is_signed_in_and_what_to_call_them(ada_app):
    me = ada_app.get("me").json()
    user = User.objects.get()
    assert (me["id"], me["email"], me["name"]) == (str(user.id), "ada@example.org", "Ada Berg")
    assert ada_app.patch("me", {"name": "  Ada   Vermeer "}).json()["name"] == "Ada Vermeer"
    assert User.objects.get().name == "Ada Vermeer"
    for name in ("", "\0", "x" * 151, None, {"a": 1}, "line\nbreak\x07"):
        refused = ada_app.patch("me", {"name": name})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")
    assert User.objects.get().name == "Ada Vermeer"


def test_addresses_are_kept_changed_and_forgotten(ada_app, home):
    made = ada_app.post("addresses", home)
    kept = Address.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"/api/v1/storefront/addresses/{kept.id}")
    assert made.json() == {"id": str(kept.id), **home, "is_default": True}
    assert ada_app.post("addresses", home).json()["id"] == str(kept.id)
    second = ada_app.post("addresses", {**home, "city": "Utrecht", "is_default": True}).json()
    assert second["is_default"] is True
    assert [item["city"] for item in ada_app.get("addresses").json()["items"]] == ["Utrecht", "Amsterdam"]
    elsewhere = ada_app.patch(f"addresses/{kept.id}", {"country": "SE"})
    assert elsewhere.status_code == 422
    (error,) = elsewhere.json()["errors"]
    assert (error["field"], error["detail"]) == ("postal_code", "Postal codes of this country look like 114 55.")
    changed = ada_app.patch(f"addresses/{kept.id}", {"line2": "Flat 3", "is_default": True}).json()
    assert changed == {"id": str(kept.id), **home, "line2": "Flat 3", "is_default": True}
    assert ada_app.get(f"addresses/{second['id']}").json()["is_default"] is False
    assert ada_app.delete(f"addresses/{kept.id}").status_code == 204
    assert ada_app.delete(f"addresses/{kept.id}").status_code == 404
    assert ada_app.get("addresses").json()["items"] == [{**second, "is_default": True}]


def test_an_address_is_in_a_country_we_sell_to(ada_app, home):
    for change in ({"country": "US"}, {"city": ""}, {"name": "x" * 151}, {"postal_code": "10115"}):
        refused = ada_app.post("addresses", {**home, **change})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, next(iter(change)))
    assert not Address.objects.exists()


def test_a_kept_address_has_nothing_in_it_that_an_order_would_refuse_or_drop(ada_app, home):
    turned = ada_app.post("addresses", {**home, "name": "Ada \u202eVermeer\u2066", "line2": "\u2067  Flat 3"}).json()
    assert (turned["name"], turned["line2"]) == ("Ada Vermeer", "Flat 3")
    bell = {"city": "Amster\x07dam"}
    for refused in (ada_app.post("addresses", {**home, **bell}), ada_app.patch(f"addresses/{turned['id']}", bell)):
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["field"], error["detail"]) == (
            *(422, "city"),
            "There is a character in this that cannot be printed on a label.",
        )
    assert Address.objects.get().city == home["city"]


def test_twenty_addresses_are_enough(ada_app, home):
    for number in range(20):
        assert ada_app.post("addresses", {**home, "line1": f"Street {number}"}).status_code == 201
    refused = ada_app.post("addresses", home)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_addresses")


def test_nobody_sees_somebody_elses_address(ada_app, home, make_user, sign_in, another):
    kept = ada_app.post("addresses", home).json()["id"]
    make_user("eve@example.org")
    eve = another(sign_in("eve@example.org"))
    assert eve.get("addresses").json() == {"items": []}
    for answer in (
        eve.get(f"addresses/{kept}"),
        eve.patch(f"addresses/{kept}", {"city": "Utrecht"}),
        eve.delete(f"addresses/{kept}"),
        eve.get(f"addresses/{uuid4()}"),
    ):
        assert answer.status_code == 404
    assert Address.objects.get().city == "Amsterdam"


def test_a_guest_has_no_account(app):
    for method, path in (
        ("GET", "me"),
        ("PATCH", "me"),
        ("GET", "addresses"),
        ("POST", "addresses"),
        ("GET", "addresses/00000000-0000-4000-8000-000000000000"),
        ("PATCH", "addresses/00000000-0000-4000-8000-000000000000"),
        ("DELETE", "addresses/00000000-0000-4000-8000-000000000000"),
        ("POST", "cart/merge"),
    ):
        answer = app.ask(method, path, {})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
