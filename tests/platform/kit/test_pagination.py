"""Cursors come from the address: whatever they hold, the page is told or refused, never broken."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest

from kit.errors import InvalidInput
from kit.ids import uuid7
from kit.pagination import keyset_page
from tenants.vendors.models import Vendor


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


HOSTILE = [
    "",
    "\0",
    "ä",
    "x",
    "=" * 50,
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    cursor(),
    cursor("next"),
    cursor("sideways", "a", "b"),
    cursor("next", "a\0", str(uuid7())),
    cursor("next", "\ud800", str(uuid7())),
    cursor("next", "a", "no id"),
    cursor("next", "a", 10**400),
    cursor("next", "a", float("nan")),
    cursor("next", "a", float("inf")),
    cursor("next", "a", {}),
    cursor("next", ["a"], None),
    cursor("previous", None, None),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("order", [("name", "id"), ("-applied_at", "-id")])
def test_a_made_up_cursor_breaks_nothing(db: None, text: str, order: tuple[str, str]) -> None:
    with suppress(InvalidInput):
        assert keyset_page(Vendor.objects.all(), order=order, cursor=text).rows == []
    assert not Vendor.objects.exists(), "the transaction goes on"


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 10**400, -(10**400), 1.5, "seven"])
def test_a_number_that_no_column_holds_breaks_nothing(db: None, number: Any) -> None:
    from billing.commissions.queries import live_page

    with suppress(InvalidInput):
        assert live_page(cursor=cursor("next", number, str(uuid7()))).rows == []


def test_pages_go_forth_and_back(db: None) -> None:
    for name in "abcde":
        Vendor.objects.create(slug=name, name=name, legal_name=name, country="DE", email="a@b.example")

    def page(cursor: str | None = None) -> Any:
        return keyset_page(Vendor.objects.all(), order=("name", "id"), cursor=cursor, size=2)

    first = page()
    second = page(first.next_cursor)
    third = page(second.next_cursor)
    assert ["".join(row.name for row in each.rows) for each in (first, second, third)] == ["ab", "cd", "e"]
    assert (first.previous_cursor, third.next_cursor) == (None, None)
    back = page(third.previous_cursor)
    assert [row.name for row in back.rows] == ["c", "d"]
