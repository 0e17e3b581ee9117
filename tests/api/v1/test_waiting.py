"""The place in the queue by API: taken, looked at, and asked for when an order is placed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from kit import clock
from marketplace.waiting.actions import Keeper, make_room
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.browser import served_by

__all__ = ["address", "everything_ten_percent", "put_on_shelf"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]
START = datetime.fromisoformat("2027-03-01T10:00:00+00:00")
API = "/api/v1/storefront"


def test_a_programs_cart_waits_and_orders(put_on_shelf: Any, address: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(seconds=seconds))

    at(-60)
    shelf = put_on_shelf("lindqvist", price_minor=4900)
    room = make_room(
        vendor_id=shelf.vendor.id,
        product_id=shelf.offer.product_id,
        per_minute=6,
        stay_minutes=10,
        gathers_at=None,
        opens_at=START,
        ends_at=START + timedelta(hours=1),
        by=Keeper(uuid4()),
    )
    client, headers = Client(HTTP_HOST="localhost:8000"), {}

    def ask(method: str, path: str, body: Any = None) -> Any:
        with served_by("market"):
            call = getattr(client, method)
            sent = {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
            return call(f"{API}/{path}", headers=headers, **sent)

    here = f"waiting-rooms/{room.id}"
    assert ask("get", here).json()["state"] == "outside"
    assert ask("get", f"waiting-rooms/{uuid4()}").status_code == 404
    headers["Souk-Cart"] = ask("post", "carts").json()["token"]
    cart = ask("post", "cart/lines", {"offer_id": str(shelf.offer.id), "quantity": 1}).json()
    order = {"version": cart["version"], "email": "ada@vermeer.example", "ship_to": address}
    refused = ask("post", "orders", order)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_admitted")
    assert ask("post", f"{here}/place").json()["state"] == "early"
    at(0)
    make_way = {**headers}
    headers["Souk-Cart"] = ask("post", "carts").json()["token"]
    found = ask("post", f"{here}/place").json()
    assert (found["state"], found["ahead"], found["wait_seconds"]) == ("waiting", 0, 10)
    headers |= make_way
    assert ask("get", here).json()["state"] == "admitted"
    assert ask("post", "orders", order).status_code == 201
