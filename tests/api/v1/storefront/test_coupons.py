"""Coupons by the storefront API: what they take off, and each mistake by its code."""

import pytest

from kit.ids import uuid7
from marketplace.promotions.actions import Given, Maker, create_promotion
from tests.api.v1.storefront.conftest import ROLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def test_a_coupon_is_used_shown_and_taken_out(app, put_on_shelf, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=500)

    def promote(**said):
        create_promotion(given=Given(**{"name": "Autumn", "kind": "percentage", **said}), by=Maker(uuid7()))

    promote(rate_bps=1000, code="TEN", uses_limit=5)
    promote(name="Later", rate_bps=1000, code="BIG", minimum_minor=9000)
    promote(name="Sent free", kind="free_shipping")
    app.put_in(lamp)
    refused = app.post("cart/coupons", {"code": "nine"})
    assert (refused.status_code, refused.json()["code"]) == (422, "coupon_unknown")
    assert refused.json()["errors"][0]["field"] == "code"
    used = app.post("cart/coupons", {"code": " ten"})
    assert (used.status_code, used["Location"]) == (201, "/api/v1/storefront/cart/coupons/TEN")
    app.post("cart/coupons", {"code": "big"})
    with django_assert_max_num_queries(ROLE + 6):
        cart = app.get("cart").json()
    assert (cart["goods_minor"], cart["shipping_minor"], cart["discount_minor"], cart["total_minor"]) == (
        4500,
        0,
        1000,
        4500,
    )
    assert [(line["discount_minor"], line["total_minor"]) for line in cart["lines"]] == [(500, 4500)]
    assert [(each["name"], each["code"], each["discount_minor"]) for each in cart["discounts"]] == [
        ("Autumn", "TEN", 500),
        ("Sent free", "", 500),
    ]
    assert [(each["code"], (each["problem"] or {}).get("code")) for each in cart["coupons"]] == [
        ("TEN", None),
        ("BIG", "minimum_not_reached"),
    ]
    assert app.delete("cart/coupons/TEN").status_code == 204
    assert app.delete("cart/coupons/TEN").status_code == 404
    assert app.get("cart").json()["total_minor"] == 5000
