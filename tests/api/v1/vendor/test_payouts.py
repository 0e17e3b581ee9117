"""When a shop is paid out, and what it asks for, by its own systems."""

from typing import Any

import pytest

from billing.payouts.hold_rules import add_hold_rule
from billing.payouts.models import PayoutSchedule, PayoutWish
from kit import clock
from outbox.tasks import deliver
from tests.api.conftest import portal_of
from tests.support.api import Held

API = "/api/v1/vendor"


@pytest.fixture
def vendor(make_vendor: Any) -> Any:
    return make_vendor("lindqvist")


@pytest.fixture
def finance(vendor: Any, program: Any, member_token: Any) -> Held:
    """Whoever keeps Lindqvist's money."""
    return Held(program(portal_of(vendor), member_token(vendor, "finance")), "vendor")


def test_a_schedule_is_asked_for_and_kept_by_another_process(vendor: Any, finance: Held) -> None:
    first = finance.get(f"{API}/payout-schedule").json()
    assert (first["interval"], first["in_words"], first["state"], first["asked_at"]) == (
        "daily",
        "Every day",
        None,
        None,
    )
    wanted = {"interval": "weekly", "weekday": "friday", "month_day": 3, "minimum_minor": 1000}
    asked = finance.put(f"{API}/payout-schedule", wanted, Idempotency_Key="fridays-from-now-on")
    assert (asked.status_code, asked.json()) == (202, first)
    assert finance.put(f"{API}/payout-schedule", wanted, Idempotency_Key="fridays-from-now-on").status_code == 202
    deliver()
    kept = finance.get(f"{API}/payout-schedule").json()
    assert (kept["in_words"], kept["state"], kept["month_day"]) == (
        "Every Friday; 10.00 EUR stay in your balance",
        "asked",
        None,
    )
    assert PayoutSchedule.objects.get().version == 1
    refused = finance.put(f"{API}/payout-schedule", {"interval": "monthly"})
    assert (refused.status_code, refused.json()["code"]) == (422, "payout_schedule_invalid")
    assert refused.json()["errors"][0]["field"] == "month_day"


def test_a_payout_asked_for_is_one_whoever_asks_how_often(vendor: Any, finance: Held) -> None:
    want = {"amount_minor": 5000, "method": "instant"}
    asked = finance.post(f"{API}/payout-wishes", want, Idempotency_Key="fifty-euros-please")
    again = finance.post(f"{API}/payout-wishes", want, Idempotency_Key="fifty-euros-please")
    assert (asked.status_code, again.json(), again["Location"]) == (202, asked.json(), asked["Location"])
    assert finance.get(asked["Location"]).status_code == 404
    deliver()
    kept = finance.get(asked["Location"]).json()
    assert (kept["amount_minor"], kept["method"], kept["state"]) == (5000, "instant", "asked")
    assert finance.get(f"{API}/payout-wishes").json()["items"] == [kept]
    other = finance.post(f"{API}/payout-wishes")
    assert (other.status_code, other.json()["code"]) == (409, "payout_underway")
    PayoutWish.objects.all().delete()
    PayoutSchedule.objects.create(
        vendor_id=vendor.id, currency="EUR", held_at=clock.now(), held_reason="More is owed than may be"
    )
    held = finance.post(f"{API}/payout-wishes")
    assert (held.status_code, held.json()["code"]) == (409, "payouts_held")
    assert finance.get(f"{API}/payout-schedule").json()["held_reason"] == "More is owed than may be"


def test_a_key_asks_for_payouts_only_where_who_made_it_may(vendor: Any, at: Any, program: Any, make_key: Any) -> None:
    from tenants.vendors.models import Member

    caller = at(vendor, "money:write")
    assert caller.post(f"{API}/payout-wishes").status_code == 403  # a manager sees the money, and does not move it
    Member.objects.filter(vendor=vendor, email="keys@lindqvist.example").update(role="owner")
    assert caller.post(f"{API}/payout-wishes").status_code == 202
    assert caller.get(f"{API}/payout-wishes").status_code == 403


def test_a_shop_reads_the_hold_rules_that_may_concern_it(vendor: Any, make_vendor: Any, at: Any) -> None:
    add_hold_rule(kind="delivered_plus_days", scope="vendor", days=21, only_vendor=make_vendor("moreau").id)
    mine = add_hold_rule(kind="delivered_plus_days", scope="vendor", days=3, only_vendor=vendor.id)
    all_ = add_hold_rule(kind="large_order", scope="all", above_minor=50000)
    found = at(vendor, "money:read").get(f"{API}/hold-rules").json()
    assert [(row["id"], row["covers"], row["says"]) for row in found] == [
        (str(mine.id), "Your shop", "Earnings are released 3 days after delivery"),
        (str(all_.id), "Everybody", "An order above 500.00 EUR is held until finance has looked at it"),
    ]
