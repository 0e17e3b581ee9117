"""Gift cards and store credit by the storefront API: what each pays, and an order that is paid with nothing charged."""

import pytest

from marketplace.orders.models import Order
from tests.marketplace.web.storefront.test_gift_cards import sold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def test_a_gift_card_pays_an_order_whole(app, put_on_shelf, address, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist", price_minor=1500, shipping_minor=0)
    card, code = sold()
    app.put_in(lamp)
    refused = app.post("cart/gift-cards", {"code": "ABCD"})
    assert (refused.status_code, refused.json()["code"]) == (422, "gift_card_refused")
    used = app.post("cart/gift-cards", {"code": code.lower()})
    assert used.status_code == 201
    assert used["Location"] == f"/api/v1/storefront/cart/gift-cards/{card.id}"
    with django_assert_max_num_queries(14):
        told = app.get("cart/means").json()
    assert told["gift_cards"] == [
        {"id": str(card.id), "label": f"Gift card …{code[-4:]}", "pays_minor": 1500, "stays_minor": 500}
    ]
    assert (told["prepaid_minor"], told["charged_minor"], told["total_minor"]) == (1500, 0, 1500)
    assert app.put("cart/store-credit", {"use": True}).json()["store_credit"] == {
        "balance_minor": 0,
        "use": True,
        "pays_minor": 0,
    }
    assert app.delete(f"cart/gift-cards/{card.id}").status_code == 204
    assert app.delete(f"cart/gift-cards/{card.id}").status_code == 404
    app.post("cart/gift-cards", {"code": code})
    version = app.get("cart").json()["version"]
    placed = app.post("orders", {"version": version, "email": "ada@vermeer.example", "ship_to": address})
    assert placed.status_code == 201, placed.json()
    order = Order.objects.get()
    app.headers["Souk-Order"] = placed.json()["access_token"]
    paid = app.post(f"orders/{order.number}/payment", {})
    assert paid.status_code == 200, paid.json()
    order.refresh_from_db()
    assert (order.stock_hold, order.vendor_orders.get().fulfillment) == ("allocated", "new")
