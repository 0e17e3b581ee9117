"""Beside the cart, by API: saved for later, shared copies, the wish for one mail, and what changed."""

import pytest

from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def test_a_line_is_saved_and_comes_back(app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist", price_minor=4900), 2)
    line = str(CartLine.objects.get().id)
    saved = app.post("cart/saved", {"line_id": line}).json()["items"]
    assert [(each["listing"]["slug"], each["quantity"], each["vendor"]["slug"]) for each in saved] == [
        ("thing-lindqvist", 2, "lindqvist")
    ]
    assert app.post("cart/saved", {"line_id": line}).status_code == 404
    back = app.post(f"cart/saved/{saved[0]['id']}/return").json()
    assert (back["quantity"], app.get("cart/saved").json()) == (2, {"items": []})
    again = app.post("cart/saved", {"line_id": back["lines"][0]["id"]}).json()["items"][0]["id"]
    assert (app.delete(f"cart/saved/{again}").status_code, app.delete(f"cart/saved/{again}").status_code) == (204, 404)


def test_a_copy_is_shared_and_taken_over(app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist"), 2)
    shared = app.post("cart/shares").json()
    copy = app.get(f"shared-carts/{shared['token']}").json()
    assert [(line["listing"]["slug"], line["quantity"]) for line in copy["lines"]] == [("thing-lindqvist", 2)]
    assert app.post(f"shared-carts/{shared['token']}/copies").json() == {"added": 1, "left_out": []}
    assert app.get("cart").json()["quantity"] == 4
    assert app.delete("cart/shares").status_code == 204
    assert app.get(f"shared-carts/{shared['token']}").status_code == 404


def test_one_mail_is_wished_for_and_what_changed_is_told(app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist", price_minor=4900))
    refused = app.put("cart/reminder", {"wanted": True})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "email")
    app.put("cart/reminder", {"wanted": True, "email": "ada@example.com"})
    assert Cart.objects.get().reminder_to == "ada@example.com"
    app.put("cart/reminder", {"wanted": False})
    assert Cart.objects.get().reminder_to == ""
    Offer.objects.update(price_minor=5000)
    (change,) = app.get("cart").json()["changes"]
    assert (change["code"], change["line_id"]) == ("price_rose", str(CartLine.objects.get().id))
