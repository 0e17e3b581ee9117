"""Everybody's orders by API."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from kit import clock
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import VendorOrder
from tests.support.api import items

ORDERS = "/api/v1/platform/orders"


def test_the_list_shows_each_purchase_with_its_parts(at_office: Any, market_day: Any) -> None:
    unpaid, paid = items(at_office("support"), ORDERS)
    assert (unpaid["number"], paid["number"]) == (market_day.unpaid.number, market_day.paid.number)
    assert (unpaid["hold"], paid["hold"]) == ("held", "allocated")
    assert (paid["total_minor"], paid["goods_minor"], paid["shipping_minor"]) == (14100, 13310, 790)
    assert (paid["email"], paid["country"], paid["currency"]) == ("ada@vermeer.example", "NL", "EUR")
    parts = {part["vendor_name"]: (part["status"], part["total_minor"]) for part in paid["vendor_orders"]}
    assert parts == {"Lindqvist": ("paid", 12590), "Moreau": ("paid", 1510)}
    assert [part["status"] for part in unpaid["vendor_orders"]] == ["pending_payment"]


def test_the_list_is_narrowed(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    later = quote((clock.now() + timedelta(days=1)).isoformat())

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in items(caller, f"{ORDERS}?{query}")]

    paid, unpaid = market_day.paid.number, market_day.unpaid.number
    assert numbers("hold=allocated") == [paid]
    assert numbers(f"q={paid.lower()}") == [paid]
    assert numbers("q=ada@vermeer.example") == [unpaid, paid]
    assert numbers(f"since={later}") == []
    assert numbers(f"until={later}") == [unpaid, paid]
    assert caller.get(f"{ORDERS}?since=yesterday").json()["errors"][0]["field"] == "since"


def test_a_purchase_is_read_whole(at_office: Any, market_day: Any) -> None:
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)
    Parcel.objects.create(vendor_order=part, vendor_id=part.vendor_id, carrier="PostNord", tracking_number="SE1")
    caller = at_office("support")
    found = caller.get(f"{ORDERS}/{market_day.paid.number}").json()
    assert (found["status"], found["payment_state"], found["customer_id"]) == ("paid", "paid", str(market_day.ada.id))
    assert (found["ship_to"]["name"], found["ship_to"]["city"]) == ("Ada Vermeer", "Amsterdam")
    assert {event["name"] for event in found["events"]} == {"placed", "paid"}
    lane = next(each for each in found["vendor_orders"] if each["vendor_id"] == str(market_day.lindqvist.id))
    assert (lane["total_minor"], lane["commission_minor"], lane["earnings_minor"]) == (12590, 1000, 11590)
    line = lane["lines"][0]
    assert (line["sku"], line["quantity"], line["total_minor"], line["tax_rate"]) == (
        *("lindqvist-1", 1, 12100, "0.2100"),
    )
    assert (line["tax_minor"], line["commission_minor"]) == (2100, 1000)
    assert [(box["carrier"], box["tracking_number"]) for box in lane["parcels"]] == [("PostNord", "SE1")]
    assert caller.get(f"{ORDERS}/{market_day.paid.number.lower()}").json() == found


@pytest.mark.parametrize("number", ["NOTHING", "S-000", "-", "a%00b", "x" * 300])
def test_a_number_that_is_none_is_not_found(at_office: Any, db: None, number: str) -> None:
    assert at_office("support").get(f"{ORDERS}/{number}").status_code == 404
