"""Vendors by API: found, read whole, decided on."""

from typing import Any

import pytest

from audit.models import AuditEntry
from tenants.isolation.models import Wall
from tenants.vendors.models import Member, Vendor
from tests.support.api import items

VENDORS = "/api/v1/platform/vendors"


@pytest.fixture
def applicant(db: None) -> Vendor:
    vendor = Vendor.objects.create(
        slug="sorensen", name="Sørensen Keramik", legal_name="Sørensen ApS", country="DK", email="hej@sorensen.example"
    )
    Member.objects.create(vendor=vendor, user_id=vendor.id, name="Ida Sørensen", email="ida@sorensen.example")
    return vendor


def test_the_list_says_what_each_sold_and_is_owed(at_office: Any, market_day: Any, applicant: Vendor) -> None:
    caller = at_office("support")
    found = {row["slug"]: row for row in items(caller, VENDORS)}
    assert found.keys() == {"lindqvist", "moreau", "sorensen"}
    assert (found["lindqvist"]["orders"], found["lindqvist"]["sales_minor"], found["lindqvist"]["owed_minor"]) == (
        *(1, 12590, 0),
    )
    assert (found["moreau"]["orders"], found["moreau"]["sales_minor"], found["moreau"]["owed_minor"]) == (1, 1510, 1410)
    assert (found["sorensen"]["state"], found["sorensen"]["sales_minor"]) == ("applied", 0)


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("state=applied", ["sorensen"]),
        ("q=keramik", ["sorensen"]),
        ("q=lind", ["lindqvist"]),
        ("country=dk", ["sorensen"]),
        ("q=nobody", []),
        ("state=active&country=DK", []),
    ],
)
def test_the_list_is_narrowed(at_office: Any, market_day: Any, applicant: Vendor, query: str, slugs: list[str]) -> None:
    assert [row["slug"] for row in items(at_office("finance"), f"{VENDORS}?{query}")] == slugs


def test_the_list_is_paged_by_cursor(at_office: Any, market_day: Any, applicant: Vendor) -> None:
    caller, seen, cursor = at_office("support"), [], ""
    while True:
        page = caller.get(f"{VENDORS}?limit=1{cursor}").json()
        seen += [row["slug"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == ["lindqvist", "moreau", "sorensen"]
    assert seen[0] == "sorensen"


@pytest.mark.parametrize(
    ("query", "field"), [("state=closedd", "state"), ("limit=0", "limit"), ("cursor=x", "cursor"), ("q=%00", "q")]
)
def test_a_filter_that_is_none_is_refused_by_its_name(at_office: Any, query: str, field: str) -> None:
    answer = at_office("support").get(f"{VENDORS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_vendor_is_read_whole(at_office: Any, market_day: Any) -> None:
    caller = at_office("support")
    found = caller.get(f"{VENDORS}/{market_day.lindqvist.id}").json()
    assert found["name"] == "Lindqvist"
    assert found["legal_name"] == "Lindqvist Ltd"
    assert found["hosts"] == ["lindqvist.localhost"]
    assert (found["has_shop"], found["payout_account"], found["people"]) == (True, None, [])
    assert (found["sales_minor"], found["owed_minor"]) == (12590, 0)
    assert "schema_name" not in found
    missing = caller.get(f"{VENDORS}/{market_day.paid.id}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_an_application_is_approved_once_and_gets_its_shop(at_office: Any, applicant: Vendor) -> None:
    caller = at_office("administrator")
    path = f"{VENDORS}/{applicant.id}/approval"
    answer = caller.post(path, Idempotency_Key="approve-sorensen-1")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["has_shop"]) == ("onboarding", True)
    assert [person["email"] for person in answer.json()["people"]] == ["ida@sorensen.example"]
    assert Wall.objects.get(vendor_id=applicant.id).state == "assigned"
    entry = AuditEntry.objects.get(action="vendor.approved")
    assert entry.actor_kind == "staff"
    replayed = caller.post(path, Idempotency_Key="approve-sorensen-1")
    assert (replayed.status_code, replayed["Idempotency-Replayed"]) == (200, "true")
    assert replayed.json() == answer.json()
    again = caller.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_an_application_is_turned_down_with_a_reason(at_office: Any, applicant: Vendor) -> None:
    caller = at_office("administrator")
    path = f"{VENDORS}/{applicant.id}/rejection"
    for body in ({}, {"reason": " "}, {"reason": "x" * 2001}, {"reason": "\0"}):
        refused = caller.post(path, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    half = caller.post(path, {"reason": "\ud800"})
    assert (half.status_code, half.json()["code"]) == (400, "parse_error")
    answer = caller.post(path, {"reason": "We need the imprint first."})
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["decision_reason"]) == ("rejected", "We need the imprint first.")
    assert caller.post(path, {"reason": "Again."}).status_code == 409
