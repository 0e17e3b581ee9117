"""Vacation and closing by the vendor's API; suspending, lifting and closing by the platform's."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from outbox.tasks import deliver
from tenants.vendors.models import VendorEvent
from tests.api.conftest import portal_of
from tests.support.api import Held, at_office

__all__ = ["at_office"]
HERE, VENDORS = "/api/v1/vendor", "/api/v1/platform/vendors"
AWAY, BACK = ((clock.today() + timedelta(days=days)).isoformat() for days in (400, 410))
FAR = {"starts_on": AWAY, "back_on": BACK, "message": "Gone sailing"}
pytestmark = pytest.mark.django_db


def test_a_key_sends_the_shop_on_vacation_and_only_an_owner_closes_it(
    make_vendor: Any, program: Any, member_token: Any, make_key: Any
) -> None:
    vendor = make_vendor("lindqvist")
    owner = Held(program(portal_of(vendor), member_token(vendor)), "vendor")
    key = Held(program(portal_of(vendor), make_key(vendor, "vacation:read", "vacation:write")), "vendor")
    assert key.get(f"{HERE}/vacation").json()["away_from"] is None
    assert key.delete(f"{HERE}/vacation").json()["code"] == "no_vacation"
    made = key.put(f"{HERE}/vacation", FAR, Idempotency_Key="a-vacation-far-away-1").json()
    assert (made["is_away"], made["away_from"], made["away_until"]) == (
        *(False, f"{AWAY}T00:00:00Z", f"{BACK}T00:00:00Z"),
    )
    wrong = key.put(f"{HERE}/vacation", {**FAR, "back_on": AWAY})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "back_on")
    assert key.delete(f"{HERE}/vacation").json()["away_from"] is None

    assert key.post(f"{HERE}/closing/request", {"reason": "Too old"}).status_code == 403
    asked = owner.post(f"{HERE}/closing/request", {"reason": "Too old"}, Idempotency_Key="close-the-shop-1").json()
    assert (asked["state"], asked["asked_at"] is None) == ("active", False)
    deliver()
    assert key.get(f"{HERE}/closing").json()["state"] == "closing"
    assert owner.delete(f"{HERE}/closing/request").status_code == 200
    deliver()
    assert key.get(f"{HERE}/closing").json()["state"] == "active"
    assert owner.delete(f"{HERE}/closing/request").json()["code"] == "cannot_leave"


def test_the_platform_suspends_lifts_and_closes(make_vendor: Any, at_office: Any) -> None:
    vendor = make_vendor("lindqvist")
    here = f"{VENDORS}/{vendor.id}"
    moderator, administrator = at_office("moderator"), at_office("administrator")
    given = {"reason": "Fake goods", "hold_payouts": True}
    assert at_office("support").post(f"{here}/suspension", given).status_code == 403
    assert moderator.post(f"{here}/suspension", {"reason": "Fake goods"}).status_code == 422
    found = moderator.post(f"{here}/suspension", given, Idempotency_Key="suspend-lindqvist-1").json()
    assert (found["state"], found["payouts_held_at"] is None) == ("suspended", False)
    assert moderator.post(f"{here}/suspension", given).json()["code"] == "wrong_state"
    assert moderator.post(f"{here}/lifting", {"reason": "Genuine"}).json()["state"] == "active"
    assert moderator.post(f"{here}/closing", {"reason": "Asked"}).status_code == 403
    assert administrator.post(f"{here}/closing", {"reason": "Asked"}).json()["state"] == "closing"
    assert administrator.post(f"{here}/closure").json()["code"] == "not_exported"
    assert administrator.post(f"{here}/reopening").json()["state"] == "active"
    assert administrator.post(f"{here}/reopening").json()["code"] == "cannot_leave"
    assert list(VendorEvent.objects.order_by("at", "id").values_list("name", flat=True)) == [
        *("suspended", "lifted", "closing", "reopened", "activated"),
    ]
