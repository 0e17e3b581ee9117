"""Where a vendor's money is, as its own systems are told; and who calls."""

from typing import Any

import pytest

from billing.ledger.actions import post
from billing.ledger.entries import Line as Side
from billing.payouts.models import Transfer
from kit import clock
from tests.api.conftest import portal_of
from tests.support.api import Held

MONEY = "/api/v1/vendor"


def test_the_balance_says_where_all_earnings_are(paid: Any, at: Any, asks_at_most: Any) -> None:
    _, lamp, _ = paid()
    caller = at(lamp.vendor)
    with asks_at_most(8):
        found = caller.get(f"{MONEY}/balance").json()
    assert found == {
        "currency": "EUR",
        "held_minor": 13975,
        "held_count": 1,
        "next_release_at": None,
        "on_its_way_minor": 0,
        "arrives_on": None,
        "in_the_bank_minor": 0,
        "owed_minor": 0,
    }


def test_a_transfer_says_why_it_waits(paid: Any, at: Any, asks_at_most: Any) -> None:
    order, lamp, _ = paid()
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    paid()
    caller = at(lamp.vendor)
    with asks_at_most(8):
        rows = caller.get(f"{MONEY}/transfers").json()["items"]
    assert len(rows) == 2
    (row,) = caller.get(f"{MONEY}/transfers?order={part.id}").json()["items"]
    assert row["order"] == {"id": str(part.id), "number": part.number}
    assert (row["amount_minor"], row["state"], row["place"]) == (13975, "held", "Held")
    assert row["explanation"] == "Released 7 days after delivery"
    assert caller.get(f"{MONEY}/transfers?state=done").json()["items"] == []
    assert caller.get(f"{MONEY}/transfers?state=odd").status_code == 422
    assert caller.get(f"{MONEY}/transfers?order=odd").status_code == 422


def test_a_payout_tells_what_it_carried(trade: Any, at: Any, asks_at_most: Any) -> None:
    mine, theirs = trade
    caller = at(mine.vendor)
    (row,) = caller.get(f"{MONEY}/payouts?state=paid").json()["items"]
    assert (row["id"], row["provider_id"], row["arrives_on"]) == (
        str(mine.ids["payout_id"]),
        "po_lindqvist",
        "2026-03-12",
    )
    with asks_at_most(5):
        found = caller.get(f"{MONEY}/payouts/{row['id']}").json()
    transfer = Transfer.objects.get(vendor_id=mine.vendor.id)
    assert [each["transfer_id"] for each in found["transfers"]] == [str(transfer.id)]
    assert found["transfers"][0]["order"]["id"] == str(mine.ids["order_id"])
    assert found["amount_minor"] == sum(each["amount_minor"] for each in found["transfers"])
    assert caller.get(f"{MONEY}/transfers").json()["items"][0]["explanation"] == "Arrived on 12 March 2026"
    assert caller.get(f"{MONEY}/payouts/{theirs.ids['payout_id']}").status_code == 404
    assert caller.get(f"{MONEY}/payouts?state=pending").json()["items"] == []


def test_the_ledger_runs_from_opening_to_what_is_owed(paid: Any, at: Any, asks_at_most: Any) -> None:
    order, lamp, _ = paid()
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    caller = at(lamp.vendor)
    assert caller.get(f"{MONEY}/ledger").json()["items"] == []
    for key, amount in (("txn:1", -part.total_minor), ("txn:2", part.commission_minor)):
        post(
            source_key=key,
            kind="sale" if amount < 0 else "commission",
            lines=[Side("1010", -amount), Side("2000", amount, part.vendor_id)],
            currency="EUR",
            occurred_at=clock.now(),
            reference_id=order.id,
            description="What happened",
        )
    with asks_at_most(6):
        found = caller.get(f"{MONEY}/ledger").json()
    assert (found["opening_minor"], found["closing_minor"]) == (0, 13975)
    assert [(row["kind"], row["amount_minor"], row["balance_minor"]) for row in found["items"]] == [
        ("commission", -1215, 13975),
        ("sale", 15190, 15190),
    ]
    assert found["items"][0]["order"] == {"id": str(part.id), "number": part.number}
    first = caller.get(f"{MONEY}/ledger?limit=1").json()
    second = caller.get(f"{MONEY}/ledger?limit=1&cursor={first['next_cursor']}").json()
    assert (first["opening_minor"], second["closing_minor"]) == (15190, 15190)
    assert caller.get(f"{MONEY}/balance").json()["owed_minor"] == 13975


# --- Who calls ------------------------------------------------------------------------------------------------------------


def test_a_key_is_told_whose_it_is_and_what_for(make_vendor: Any, at: Any, asks_at_most: Any) -> None:
    vendor = make_vendor("lindqvist", country="SE")
    caller = at(vendor, "orders:read", "stock:write")
    with asks_at_most(3):
        found = caller.get("/api/v1/vendor/shop").json()
    key = found.pop("caller")
    assert found == {
        "id": str(vendor.id),
        "name": "Lindqvist",
        "slug": "lindqvist",
        "state": "active",
        "country": "SE",
        "currency": "EUR",
    }
    assert (key["kind"], key["name"], key["role"]) == ("key", "Test", None)
    assert key["scopes"] == ["orders:read", "stock:write"]
    assert key["expires_at"] is not None


@pytest.mark.parametrize("role", ["owner", "catalog"])
def test_a_member_is_told_their_role(make_vendor: Any, member_token: Any, program: Any, role: str) -> None:
    vendor = make_vendor("lindqvist")
    caller = Held(program(portal_of(vendor), member_token(vendor, role)), "vendor")
    found = caller.get("/api/v1/vendor/shop").json()["caller"]
    assert (found["kind"], found["role"], found["name"], found["expires_at"]) == ("member", role, "Ada Berg", None)
    assert ("money:read" in found["scopes"]) == (role == "owner")
