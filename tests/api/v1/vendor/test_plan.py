"""A shop's plan as its own systems are told of it, without the provider."""

from datetime import timedelta
from typing import Any

from billing.subscriptions.actions import grant_plan
from billing.subscriptions.models import VendorSubscription
from kit import clock
from tests.support.traders import plan_invoice_of

PLAN = "/api/v1/vendor/plan"
INVOICES = "/api/v1/vendor/plan-invoices"


def test_a_plan_says_what_is_used_and_what_it_costs(make_vendor: Any, at: Any) -> None:
    vendor = make_vendor("lindqvist")
    plan_invoice_of(vendor)
    grant_plan(vendor_id=vendor.id)
    found = at(vendor, "catalog:read").get(PLAN).json()
    assert (found["code"], found["name"], found["has_api"], found["notice"]) == ("growth", "Growth", True, None)
    assert {line["counted"]: line["used"] for line in found["usage"]} == {"products": 0, "staff": 1, "warehouses": 0}
    going = found["subscription"]
    assert (going["state"], going["interval"], going["price_minor"]) == ("active", "month", 2900)
    assert (going["pay_by"], going["ends_at"], going["trial_ends_at"]) == (None, None, None)


def test_a_failed_payment_is_told_with_the_day_to_pay_by(make_vendor: Any, at: Any) -> None:
    vendor = make_vendor("lindqvist")
    plan_invoice_of(vendor)
    since = clock.now() - timedelta(days=2)
    VendorSubscription.objects.update(status="past_due", past_due_since=since)
    grant_plan(vendor_id=vendor.id)
    found = at(vendor).get(PLAN).json()
    assert (found["notice"]["severity"], found["code"]) == ("warn", "growth")
    assert found["subscription"]["pay_by"] == (since + timedelta(days=14)).isoformat().replace("+00:00", "Z")


def test_invoices_are_for_who_sees_money_and_are_listed_line_by_line(make_vendor: Any, at: Any) -> None:
    vendor = make_vendor("lindqvist")
    invoice = plan_invoice_of(vendor)
    caller = at(vendor)
    (row,) = caller.get(f"{INVOICES}?state=paid").json()["items"]
    assert (row["number"], row["net_minor"], row["tax_minor"], row["total_minor"]) == (
        "LINDQVIST-0001",
        2900,
        551,
        3451,
    )
    assert caller.get(f"{INVOICES}?state=open").json()["items"] == []
    assert caller.get(f"{INVOICES}?state=draft").status_code == 422
    (line,) = caller.get(f"{INVOICES}/{invoice.id}").json()["lines"]
    assert (line["description"], line["net_minor"], line["starts_at"]) == ("1 x Growth", 2900, "2026-03-01T00:00:00Z")
    assert at(vendor, "catalog:read").get(INVOICES).status_code == 403
    invoice.status = "draft"
    invoice.save()
    assert caller.get(f"{INVOICES}/{invoice.id}").status_code == 404
