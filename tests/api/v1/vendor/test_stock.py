"""Stock by a vendor's own systems."""

from typing import Any

import pytest

from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import Warehouse
from tenants.vendors.models import Vendor
from tests.factories.shop import shelf

STOCK = "/api/v1/vendor/stock"


@pytest.fixture
def cup(lindqvist: Any) -> Any:
    with in_shop(Vendor.objects.get()):
        return shelf("Cup", sku="CUP", stock=10)


def test_stock_is_listed_by_sku_and_narrows(lindqvist: Any, cup: Any, asks_at_most: Any) -> None:
    with in_shop(Vendor.objects.get()):
        for n in range(30):
            shelf(f"Mug {n}", sku=f"MUG-{n:02}", stock=n)
        shelf("Old", sku="OLD", state="archived")
    with asks_at_most(4):
        rows = lindqvist.get(f"{STOCK}?limit=40").json()["items"]
    assert [row["sku"] for row in rows] == ["CUP", *(f"MUG-{n:02}" for n in range(30))]
    assert rows[0] == {
        "variant_id": str(cup.id),
        "product_id": str(cup.product_id),
        "title": "Cup",
        "sku": "CUP",
        "options": {},
        "on_hand": 10,
        "allocated": 0,
        "reserved": 0,
        "available": 10,
    }
    assert [row["sku"] for row in lindqvist.get(f"{STOCK}?sku=mug-1&low=false").json()["items"]] == [
        f"MUG-{n}" for n in range(10, 20)
    ]
    assert [row["available"] for row in lindqvist.get(f"{STOCK}?low=true").json()["items"]] == [0, 1, 2, 3]
    assert lindqvist.get(f"{STOCK}?low=perhaps").json()["errors"][0]["field"] == "low"


def test_what_was_counted_is_set_with_a_reason(lindqvist: Any, cup: Any) -> None:
    path = f"{STOCK}/{cup.id}"
    answer = lindqvist.put(path, {"on_hand": 7, "reason": "Damaged"})
    assert (answer.status_code, answer.json()["available"]) == (200, 7)
    assert lindqvist.get(path).json() == answer.json()
    moved = lindqvist.get(f"{path}/movements").json()["items"]
    assert [(row["kind"], row["on_hand_delta"], row["reason"]) for row in moved] == [
        ("adjusted", -3, "Damaged"),
        ("received", 10, "first delivery"),
    ]
    assert moved[0]["actor_id"] is not None


def test_units_come_in_and_are_corrected(lindqvist: Any, cup: Any) -> None:
    path = f"{STOCK}/{cup.id}/movements"
    came = lindqvist.post(path, {"kind": "received", "quantity": 5, "reason": "Delivery 17"})
    assert (came.status_code, came["Location"], came.json()["on_hand"]) == (201, path, 15)
    assert lindqvist.post(path, {"kind": "adjusted", "quantity": -2}).json()["on_hand"] == 13
    assert lindqvist.post(path, {"kind": "adjusted", "quantity": 1}).json()["on_hand"] == 14
    rows = lindqvist.get(path).json()["items"]
    assert [(row["kind"], row["on_hand_delta"]) for row in rows][:3] == [
        ("adjusted", 1),
        ("adjusted", -2),
        ("received", 5),
    ]


def test_a_variant_that_never_had_stock_gets_some(lindqvist: Any) -> None:
    with in_shop(Vendor.objects.get()):
        new = shelf("New", stock=0)
    path = f"{STOCK}/{new.id}"
    assert lindqvist.get(path).json()["on_hand"] == 0
    assert lindqvist.post(f"{path}/movements", {"kind": "adjusted", "quantity": 2}).json()["on_hand"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "received", "quantity": 0},
        {"kind": "received", "quantity": -1},
        {"kind": "received", "quantity": 1_000_001},
        {"kind": "adjusted", "quantity": 0},
        {"kind": "adjusted", "quantity": -11},
        {"kind": "adjusted", "quantity": 1_000_000},
        {"kind": "adjusted", "quantity": "2"},
        {"kind": "shipped", "quantity": 1},
        {"kind": "received", "quantity": 1, "reason": "x" * 201},
        {"kind": "received", "quantity": 1, "reason": "\0"},
    ],
)
def test_odd_movements_move_nothing(lindqvist: Any, cup: Any, body: dict[str, Any]) -> None:
    assert lindqvist.post(f"{STOCK}/{cup.id}/movements", body).status_code == 422
    assert lindqvist.get(f"{STOCK}/{cup.id}").json()["on_hand"] == 10


@pytest.mark.parametrize("on_hand", [-1, 1_000_001, 10**30, "7", None, True, 1.5])
def test_odd_counts_set_nothing(lindqvist: Any, cup: Any, on_hand: Any) -> None:
    answer = lindqvist.put(f"{STOCK}/{cup.id}", {"on_hand": on_hand})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "on_hand")
    assert lindqvist.get(f"{STOCK}/{cup.id}").json()["on_hand"] == 10


def test_stock_cannot_fall_below_what_is_promised(paid: Any, at: Any) -> None:
    _, lamp, _ = paid()
    caller, path = at(lamp.vendor), f"{STOCK}/{lamp.variant.id}"
    assert caller.get(path).json()["allocated"] == 3
    answer = caller.put(path, {"on_hand": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_promised")
    answer = caller.post(f"{path}/movements", {"kind": "adjusted", "quantity": -28})
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_promised")
    assert caller.get(path).json()["on_hand"] == 30


def test_stock_is_carried_kept_back_and_sold_ahead_by_warehouse(lindqvist: Any, cup: Any) -> None:
    with in_shop(Vendor.objects.get()):
        main = Warehouse.objects.get()
        north = Warehouse.objects.create(name="North", position=1, country="SE", working_days="13")
    found = lindqvist.get("/api/v1/vendor/warehouses").json()["items"]
    assert [(row["name"], row["working_days"], row["cut_off"]) for row in found] == [
        ("Main", [1, 2, 3, 4, 5], "12:00"),
        ("North", [1, 3], "12:00"),
    ]
    path, carried = f"{STOCK}/{cup.id}", {"from_warehouse_id": str(main.id), "to_warehouse_id": str(north.id)}
    answer = lindqvist.post(f"{path}/moves", {**carried, "quantity": 4, "reason": "Closer"})
    assert (answer.status_code, [level["on_hand"] for level in answer.json()["levels"]]) == (201, [6, 4])
    refused = lindqvist.post(f"{path}/moves", {**carried, "quantity": 7})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_that_many")
    refused = lindqvist.post(f"{path}/moves", {**carried, "to_warehouse_id": str(cup.id), "quantity": 1})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "to_warehouse_id")
    kept = lindqvist.put(f"{path}/safety-stock", {"units": 1, "warehouse_id": str(north.id)})
    assert (kept.json()["available"], kept.json()["levels"][1]["safety_stock"]) == (9, 1)
    ahead = lindqvist.put(f"{path}/backorders", {"limit": 3, "ships_on": "2199-01-31"})
    assert (ahead.json()["available"], ahead.json()["levels"][0]["ships_on"]) == (12, "2199-01-31")
    assert lindqvist.put(f"{path}/backorders", {"limit": 3}).json()["errors"][0]["field"] == "ships_on"
    counted = lindqvist.put(path, {"on_hand": 9, "warehouse_id": str(north.id)})
    assert [level["on_hand"] for level in counted.json()["levels"]] == [6, 9]
