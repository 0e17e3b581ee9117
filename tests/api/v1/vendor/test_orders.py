"""Orders and parcels by a vendor's own systems."""

from typing import Any
from uuid import uuid4

import pytest

from billing.payments.models import PaymentShare
from kit.ids import uuid7
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import OrderEvent

ORDERS = "/api/v1/vendor/orders"


@pytest.fixture
def sold(paid: Any, at: Any) -> tuple[Any, Any]:
    """(all of Lindqvist, its part of a paid order: three lamps)."""
    order, lamp, _ = paid()
    return at(lamp.vendor), order.vendor_orders.get(vendor_slug="lindqvist")


def test_an_order_says_where_it_goes_and_what_is_in_it(sold: Any) -> None:
    caller, part = sold
    answer = caller.get(f"{ORDERS}/{part.id}")
    order, line = answer.json(), part.lines.get()
    assert answer.status_code == 200
    assert (order["number"], order["state"], order["status"]) == (part.number, "new", "paid")
    assert order["ship_to"] == {
        "name": "Ada Vermeer",
        "line1": "Prinsengracht 1",
        "line2": "",
        "postal_code": "1015 DK",
        "city": "Amsterdam",
        "country": "NL",
        "phone": "",
    }
    assert (order["goods_minor"], order["shipping_minor"], order["total_minor"]) == (14700, 490, 15190)
    packed_from = order["lines"][0].pop("packed_from")
    assert [(each["warehouse"], each["quantity"]) for each in packed_from] == [("Main", 3)]
    assert order["lines"] == [
        {
            "id": str(line.id),
            "product_id": str(line.product_id),
            "variant_id": str(line.variant_id),
            "sku": "lindqvist-1",
            "title": "Thing of Lindqvist",
            "options": {},
            "quantity": 3,
            "canceled_quantity": 0,
            "ships_on": None,
            "left_to_pack": 3,
            "unit_price_minor": 4900,
            "discount_minor": 0,
            "total_minor": 14700,
            "tax_rate": str(line.tax_rate),
            "tax_minor": line.tax_minor,
            "tax_rule": line.tax_rule,
            "tax_liable": "vendor",
            "tax_reason": line.tax_reason,
        }
    ]
    assert line.tax_rule == "distance"
    assert order["money"] == {
        "commission_minor": 1215,
        "earnings_minor": 13975,
        "refunded_minor": 0,
        "left_minor": 13975,
    }
    assert (order["parcels"], order["items"], order["customer"]) == ([], 3, "Ada Vermeer")


def test_who_may_not_see_money_sees_none_in_orders(sold: Any, at: Any) -> None:
    _, part = sold
    order = at(_vendor(part), "orders:read").get(f"{ORDERS}/{part.id}").json()
    assert order["money"] is None


def test_what_was_refunded_shows(sold: Any) -> None:
    caller, part = sold
    PaymentShare.objects.filter(reference_id=part.id).update(refunded_minor=4900, refunded_net_minor=4410)
    order = caller.get(f"{ORDERS}/{part.id}").json()
    assert (order["status"], order["money"]["refunded_minor"], order["money"]["left_minor"]) == (
        "partially_refunded",
        4900,
        9565,
    )
    assert caller.get(ORDERS).json()["items"][0]["status"] == "partially_refunded"


def test_an_order_is_accepted_packed_shipped_and_delivered(sold: Any) -> None:
    caller, part = sold
    for _ in range(2):
        answer = caller.post(f"{ORDERS}/{part.id}/acceptance")
        assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    packed = caller.post(f"{ORDERS}/{part.id}/parcels")
    parcel = packed.json()
    path = f"/api/v1/vendor/parcels/{parcel['id']}"
    assert (packed.status_code, packed["Location"]) == (201, path)
    assert (parcel["state"], parcel["order_id"], parcel["number"]) == ("packed", str(part.id), 1)
    assert parcel["lines"] == [{"line_id": str(part.lines.get().id), "quantity": 3}]
    late = caller.post(f"{ORDERS}/{part.id}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_moment")
    for early in (caller.post(f"{path}/delivery"), caller.put(f"{path}/tracking", {"carrier": "DHL"})):
        assert (early.status_code, early.json()["code"]) == (409, "wrong_moment")
    tracking = {"carrier": "PostNord", "tracking_number": "SE 1", "tracking_url": "https://track.example/SE1"}
    shipped = caller.post(f"{path}/shipment", tracking).json()
    assert (shipped["state"], {name: shipped[name] for name in tracking}) == ("shipped", tracking)
    assert caller.post(f"{path}/shipment", {"carrier": "DHL"}).json() == shipped
    right = {"carrier": "DHL", "tracking_number": "7", "tracking_url": ""}
    assert caller.put(f"{path}/tracking", right).json() == {**shipped, **right}
    odd = caller.put(f"{path}/tracking", {**right, "tracking_url": "https://["})
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (422, "tracking_url")
    delivered = caller.post(f"{path}/delivery").json()
    assert delivered["state"] == "delivered"
    assert caller.get(path).json() == delivered
    order = caller.get(f"{ORDERS}/{part.id}").json()
    assert (order["state"], order["status"], order["lines"][0]["left_to_pack"]) == ("delivered", "delivered", 0)
    assert order["parcels"] == [delivered]
    assert [event["name"] for event in order["events"]] == [
        *["paid", "accepted", "packed", "shipped", "tracking_corrected", "delivered"][6 - len(order["events"]) :]
    ]
    actors = set(OrderEvent.objects.filter(vendor_order=part, name="shipped").values_list("actor_kind", flat=True))
    assert actors == {"member"}


def test_an_order_is_packed_in_parts(sold: Any) -> None:
    caller, part = sold
    path, line = f"{ORDERS}/{part.id}/parcels", str(part.lines.get().id)
    first = caller.post(path, {"lines": [{"line_id": line, "quantity": 2}]})
    assert first.json()["lines"] == [{"line_id": line, "quantity": 2}]
    order = caller.get(f"{ORDERS}/{part.id}").json()
    assert (order["state"], order["lines"][0]["left_to_pack"]) == ("accepted", 1)
    for lines in (
        [{"line_id": line, "quantity": 2}],
        [{"line_id": line, "quantity": 0}],
        [{"line_id": line, "quantity": -1}],
        [{"line_id": line, "quantity": 10**12}],
        [{"line_id": line, "quantity": 1}, {"line_id": line, "quantity": 1}],
        [{"line_id": str(uuid4()), "quantity": 1}],
        [{"line_id": "x", "quantity": 1}],
        [{}],
        [],
        None,
        "all",
    ):
        assert caller.post(path, {"lines": lines}).status_code == 422, lines
    assert Parcel.objects.filter(vendor_order=part).count() == 1
    assert caller.post(path).json()["lines"] == [{"line_id": line, "quantity": 1}]
    none_left = caller.post(path)
    assert (none_left.status_code, none_left.json()["errors"][0]["field"]) == (422, "quantity")


def test_a_parcel_packed_twice_under_one_key_is_one(sold: Any) -> None:
    caller, part = sold
    line, key = str(part.lines.get().id), str(uuid7())
    body = {"lines": [{"line_id": line, "quantity": 1}]}
    first = caller.post(f"{ORDERS}/{part.id}/parcels", body, Idempotency_Key=key)
    again = caller.post(f"{ORDERS}/{part.id}/parcels", body, Idempotency_Key=key)
    assert (again.status_code, again.json(), again["Location"]) == (201, first.json(), first["Location"])
    assert Parcel.objects.filter(vendor_order=part).count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "carrier"),
        ({"carrier": " "}, "carrier"),
        ({"carrier": "x" * 61}, "carrier"),
        ({"carrier": 5}, "carrier"),
        ({"carrier": "DHL", "tracking_number": "x" * 81}, "tracking_number"),
        ({"carrier": "DHL", "tracking_url": "javascript:alert(1)"}, "tracking_url"),
        ({"carrier": "DHL", "tracking_url": "https://["}, "tracking_url"),
        ({"carrier": "DHL", "tracking_url": "\0"}, "tracking_url"),
    ],
)
def test_odd_shipments_ship_nothing(sold: Any, body: dict[str, Any], field: str) -> None:
    caller, part = sold
    parcel = caller.post(f"{ORDERS}/{part.id}/parcels").json()
    answer = caller.post(f"/api/v1/vendor/parcels/{parcel['id']}/shipment", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert caller.get(f"/api/v1/vendor/parcels/{parcel['id']}").json()["state"] == "packed"


def test_the_list_narrows_by_state_number_and_time(paid: Any, at: Any, asks_at_most: Any) -> None:
    orders = [paid(1)[0] for _ in range(3)]
    lamp = paid(1)[1]
    caller = at(lamp.vendor)
    first, second = (order.vendor_orders.get(vendor_slug="lindqvist") for order in orders[:2])
    caller.post(f"{ORDERS}/{first.id}/acceptance")

    def numbers(query: str) -> list[str]:
        return [row["number"] for row in caller.get(f"{ORDERS}?{query}").json()["items"]]

    with asks_at_most(5):
        assert len(numbers("")) == 4
    assert numbers("state=accepted") == [first.number]
    assert numbers(f"q={second.number.lower()}") == [second.number]
    instant = second.placed_at.isoformat().replace("+00:00", "Z")
    assert numbers(f"placed_before={instant}") == [first.number]
    assert numbers(f"placed_after={instant}")[-1] == second.number
    assert len(numbers(f"placed_after={instant}")) == 3
    page = caller.get(f"{ORDERS}?limit=3").json()
    assert numbers(f"cursor={page['next_cursor']}") == [first.number]
    for query in (
        "state=waiting",
        "state=odd",
        "q=%00",
        "placed_after=yesterday",
        "placed_after=2026-02-30T00:00:00Z",
        "cursor=%00",
        "limit=101",
    ):
        assert caller.get(f"{ORDERS}?{query}").status_code == 422, query
    for query in ("placed_after=0001-01-01T00:00:00%2B14:00", "placed_before=9999-12-31T23:59:59-14:00"):
        assert caller.get(f"{ORDERS}?{query}").status_code in (200, 422), query


def test_an_unpaid_order_is_nobodys_business_yet(sold: Any) -> None:
    from marketplace.orders.models import VendorOrder

    caller, part = sold
    VendorOrder.objects.filter(id=part.id).update(paid_at=None, fulfillment="waiting")
    assert caller.get(ORDERS).json()["items"] == []
    assert caller.get(f"{ORDERS}/{part.id}").status_code == 404
    assert caller.post(f"{ORDERS}/{part.id}/acceptance").status_code == 404


def test_an_order_asks_little_however_much_is_in_it(sold: Any, asks_at_most: Any) -> None:
    caller, part = sold
    line = str(part.lines.get().id)
    for _ in range(3):
        caller.post(f"{ORDERS}/{part.id}/parcels", {"lines": [{"line_id": line, "quantity": 1}]})
    with asks_at_most(9):
        assert len(caller.get(f"{ORDERS}/{part.id}").json()["parcels"]) == 3


def test_a_packing_slip_is_a_pdf(sold: Any) -> None:
    caller, part = sold
    answer = caller.get(f"{ORDERS}/{part.id}/packing-slip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="packing-slip-{part.number}.pdf"'


def _vendor(part: Any) -> Any:
    from tenants.vendors.models import Vendor

    return Vendor.objects.get(id=part.vendor_id)
