"""Holding money, giving it by hand, and paying out our own, by API."""

from datetime import timedelta
from typing import Any

import pytest

from audit.models import AuditEntry
from billing.ledger.models import JournalEntry
from billing.payouts.models import Adjustment, HoldRule, PayoutWish, Transfer
from kit import clock
from tests.support.api import Held, items

FINANCE = "/api/v1/finance"


@pytest.fixture
def accountant(at_office: Any) -> Held:
    return Held(at_office("accountant"), "finance")


@pytest.fixture
def controller(at_office: Any) -> Held:
    return Held(at_office("controller"), "finance")


def test_a_transfer_is_held_by_hand_until_somebody_ends_it(market_day: Any, accountant: Held) -> None:
    moreaus = Transfer.objects.get(vendor_id=market_day.moreau.id)
    address = f"{FINANCE}/transfers/{moreaus.id}/holds"
    (delivery,) = accountant.get(address).json()
    assert (delivery["rule"], delivery["days_after_delivery"], delivery["release_at"]) == (
        "delivered_plus_days",
        7,
        None,
    )
    until = (clock.now() + timedelta(days=3)).isoformat()
    placed = accountant.post(
        address, {"reason": "The parcel is lost", "release_at": until}, Idempotency_Key="hold-the-soap-of-moreau"
    )
    again = accountant.post(address, {"reason": "Looked for", "release_at": None})
    assert (placed.status_code, placed.json()["rule"], again.json()["id"]) == (201, "manual", placed.json()["id"])
    assert accountant.get(placed["Location"]).json() == again.json()
    blank = accountant.post(address, {"reason": " "})
    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (422, "reason")
    ended = accountant.post(f"{placed['Location']}/release", {"reason": "Found"})
    assert (ended.status_code, ended.json()["released_reason"]) == (200, "Found")
    twice = accountant.post(f"{placed['Location']}/release")
    assert (twice.status_code, twice.json()["code"]) == (409, "hold_ended")
    gone = accountant.post(f"{FINANCE}/transfers/{market_day.transfer.id}/holds", {"reason": "Too late"})
    assert (gone.status_code, gone.json()["code"]) == (409, "already_transferred")
    told = AuditEntry.objects.filter(subject=f"transfer:{moreaus.id}").order_by("id")
    assert [(entry.action, entry.data["reason"]) for entry in told] == [
        ("hold.placed", "The parcel is lost"),
        ("hold.placed", "Looked for"),
        ("hold.released", "Found"),
    ]


def test_hold_rules_are_added_and_ended_by_controllers(market_day: Any, accountant: Held, controller: Held) -> None:
    address = f"{FINANCE}/hold-rules"
    rule = {
        "rule": "reserve",
        "scope": "vendor",
        "days": 30,
        "only_vendor": str(market_day.moreau.id),
        "rate_bps": 2000,
    }
    assert accountant.post(address, rule).status_code == 403
    made = controller.post(address, {**rule, "country": "FR"}, Idempotency_Key="a-reserve-of-moreaus")
    assert made.status_code == 201
    told = made.json()
    assert (told["covers"], told["vendor"]["slug"], told["country"]) == (market_day.moreau.name, "moreau", "")
    assert told["says"] == "20 % of the earnings are released 30 days later than the rest"
    assert accountant.get(address).json() == [told] == [accountant.get(made["Location"]).json()]
    for given, field in (
        ({**rule, "only_vendor": None}, "only_vendor"),
        ({**rule, "only_vendor": str(market_day.paid.id)}, "only_vendor"),
        ({"rule": "delivered_plus_days", "scope": "category", "days": 3, "category_path": "no/where"}, "category_path"),
        ({"rule": "delivered_plus_days", "scope": "new_vendor", "days": 3}, "new_for_days"),
    ):
        refused = controller.post(address, given)
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, [field])
    assert controller.delete(made["Location"]).status_code == 204
    assert controller.delete(made["Location"]).json()["code"] == "hold_rule_ended"
    assert (accountant.get(address).json(), HoldRule.objects.get().ended_at is None) == ([], False)


def test_a_vendor_is_credited_once_and_large_credits_wait(market_day: Any, accountant: Held, settings: Any) -> None:
    settings.FOUR_EYES_MINOR = 10000
    moreau, address = market_day.moreau, f"{FINANCE}/credits"
    credit = {"vendor_id": str(moreau.id), "amount_minor": 700, "reason": "The fee of a lost parcel"}
    made = accountant.post(address, credit, Idempotency_Key="sevens-for-moreau")
    assert accountant.post(address, credit, Idempotency_Key="sevens-for-moreau").json() == made.json()
    assert (made.status_code, made.json()["approval_id"], made.json()["credit"]["vendor"]["slug"]) == (
        201,
        None,
        "moreau",
    )
    assert accountant.get(made["Location"]).json() == made.json()["credit"]
    entry = JournalEntry.objects.get(kind="adjustment")
    assert {posting.account.code: posting.amount_minor for posting in entry.postings.all()} == {
        "5050": 700,
        "2000": -700,
    }
    large = accountant.post(address, {**credit, "amount_minor": 10000})
    assert (large.json()["credit"], accountant.get(large["Location"]).json()["decision"]) == (None, "")
    assert len(items(accountant, address)) == 1
    unknown = accountant.post(address, {**credit, "vendor_id": str(market_day.paid.id)})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "vendor_id")
    refused = accountant.post(f"{made['Location']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "adjustment_not_refused")
    Adjustment.objects.update(state="failed", error="The account was closed.")
    assert accountant.post(f"{made['Location']}/retry").json()["state"] == "due"


def test_a_vendor_is_debited_once_and_owes_it_as_any_debt(market_day: Any, accountant: Held, settings: Any) -> None:
    settings.FOUR_EYES_MINOR = 10000
    address = f"{FINANCE}/debits"
    debit = {"vendor_id": str(market_day.moreau.id), "amount_minor": 900, "reason": "Return labels"}
    made = accountant.post(address, debit, Idempotency_Key="labels-of-moreau")
    assert accountant.post(address, debit, Idempotency_Key="labels-of-moreau").json() == made.json()
    told = made.json()["debit"]
    assert (made.status_code, made.json()["approval_id"], told["cause"], told["left_minor"]) == (
        *(201, None),
        *("by_hand", 900),
    )
    assert accountant.get(made["Location"]).json() == told
    assert items(accountant, address) == [told]
    entry = JournalEntry.objects.get(kind="adjustment")
    assert {posting.account.code: posting.amount_minor for posting in entry.postings.all()} == {
        "2000": 900,
        "5050": -900,
    }
    large = accountant.post(address, {**debit, "amount_minor": 10000})
    assert (large.json()["debit"], accountant.get(large["Location"]).json()["kind"]) == (None, "vendor.debit")
    nothing = accountant.post(address, {**debit, "amount_minor": 0})
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "amount_minor")


def test_our_own_money_is_paid_out_by_controllers_one_payout_at_a_time(
    market_day: Any, accountant: Held, controller: Held
) -> None:
    own = accountant.get(f"{FINANCE}/own-money").json()
    assert own["free_minor"] == max(own["available_minor"] - own["owed_minor"], 0)
    assert own["owed_minor"] == 1410  # Moreau's earnings
    address = f"{FINANCE}/own-payouts"
    assert accountant.post(address, {"amount_minor": 100}).status_code == 403
    made = controller.post(address, {"amount_minor": 100}, Idempotency_Key="a-euro-of-our-own")
    assert (made.status_code, made.json()["state"], made.json()["amount_minor"]) == (201, "asked", 100)
    assert accountant.get(made["Location"]).json() == made.json() == items(accountant, address)[0]
    second = controller.post(address)
    assert (second.status_code, second.json()["code"]) == (409, "payout_underway")
    assert PayoutWish.objects.get().vendor_id is None
    schedule = accountant.get(f"{FINANCE}/payout-schedules/{market_day.moreau.id}").json()
    assert (schedule["in_words"], schedule["state"]) == ("Every day", None)
