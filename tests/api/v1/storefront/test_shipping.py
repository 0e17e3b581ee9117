"""How parcels go, by API: all ways with price and days, one chosen, and told with the order."""

from uuid import uuid5

import pytest

from tests.support.shipping import EXPRESS, POST, SPACE, offering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def test_a_way_is_chosen_and_told_with_the_order(app, put_on_shelf, address):
    lamp = put_on_shelf("lindqvist", price_minor=4900, terms=offering(), weight_grams=900)
    app.put_in(lamp)
    shipping = app.get("cart").json()["vendors"][0]["shipping"]
    assert [(each["kind"], each["name"], each["price_minor"]) for each in shipping["methods"]] == [
        ("delivery", "Post", 490),
        ("delivery", "Express", 1200),
        ("pickup", "Pick up in Hamburg", 100),
    ]
    assert (shipping["chosen"], shipping["is_stale"], shipping["problem"]) == (POST, False, "")
    given = {"methods": [{"vendor": "lindqvist", "method": EXPRESS}]}
    chosen = app.put("cart/shipping", given).json()
    assert (chosen["vendors"][0]["shipping"]["chosen"], chosen["total_minor"]) == (EXPRESS, 6100)
    order = {"version": chosen["version"], "email": "ada@example.com", "ship_to": address, "shipping": given["methods"]}
    placed = app.post("orders", order).json()["vendor_orders"][0]
    assert placed["shipping_minor"] == 1200
    method = shipping["methods"][1]
    assert placed["shipping"] == {
        "kind": "delivery",
        "name": "Express",
        "carrier": "",
        "promised_from": method["first_on"],
        "promised_to": method["last_on"],
        "place": None,
    }


def test_what_is_not_offered_is_refused_with_whose_it_was(app, put_on_shelf, address):
    app.put_in(put_on_shelf("lindqvist", terms=offering()))
    wrong = {"vendor": "lindqvist", "method": str(uuid5(SPACE, "nothing"))}
    refused = app.put("cart/shipping", {"methods": [wrong]})
    assert (refused.status_code, refused.json()["code"]) == (409, "shipping_method_gone")
    assert refused.json()["vendors"] == ["lindqvist"]
    version = app.get("cart").json()["version"]
    order = {"version": version, "email": "ada@example.com", "ship_to": address, "shipping": [wrong]}
    assert app.post("orders", order).json()["code"] == "shipping_method_gone"
    nobody = app.put("cart/shipping", {"methods": [{"vendor": "nobody", "method": POST}]})
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "vendor")


def test_what_is_picked_up_needs_no_street(app, put_on_shelf):
    app.put_in(put_on_shelf("lindqvist", terms=offering()))
    fetched = [{"vendor": "lindqvist", "method": f"pickup.{uuid5(SPACE, 'Hamburg')}"}]
    version = app.get("cart").json()["version"]
    order = {"version": version, "email": "ada@example.com", "ship_to": {"name": "Ada", "country": "NL"}}
    refused = app.post("orders", order)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ship_to.line1")
    (part,) = app.post("orders", {**order, "shipping": fetched}).json()["vendor_orders"]
    assert (part["shipping"]["kind"], part["shipping"]["place"]["street"]) == ("pickup", "Sand 1")
