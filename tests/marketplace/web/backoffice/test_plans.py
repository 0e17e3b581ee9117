"""Keeping plans in the office: limits count at once, prices are versions."""

import pytest

from audit.models import AuditEntry
from billing.subscriptions.actions import grant_plan
from billing.subscriptions.models import Plan, PlanPrice
from tenants.vendors.entitlements import allowed_to

pytestmark = pytest.mark.django_db


def test_limits_of_start_count_at_once_for_who_has_it(desk, make_vendor):
    vendor = make_vendor("lindqvist")
    grant_plan(vendor_id=vendor.id)
    at, start = desk("administrator"), Plan.objects.get(code="start")
    form = {"name": "Start", "description": "", "products_limit": "5", "staff_limit": "", "warehouses_limit": "1"}
    assert at.post(f"/plans/{start.id}/", form).status_code == 302
    assert (allowed_to(vendor.id).products_limit, allowed_to(vendor.id).staff_limit) == (5, None)
    assert AuditEntry.objects.get(action="plan.changed").data["changed"]["products_limit"] == 5
    assert at.post(f"/plans/{start.id}/", {**form, "products_limit": "0"}).status_code == 422
    assert "cannot be retired" in at.page(f"/plans/{start.id}/")


def test_another_price_is_another_version(desk):
    at, growth = desk("administrator"), Plan.objects.get(code="growth")
    asked = {"interval": "month", "amount": "35.00", "trial_days": "7"}
    assert at.post(f"/plans/{growth.id}/price/", asked).status_code == 302
    assert at.post(f"/plans/{growth.id}/price/", asked).status_code == 302
    rows = PlanPrice.objects.filter(plan=growth, interval="month").order_by("version")
    assert [(row.version, row.amount_minor, row.retired_at is None) for row in rows] == [
        (1, 2900, False),
        (2, 3500, True),
    ]
    page = at.page("/plans/")
    assert "35.00" in page
    assert "29.00 EUR" not in page


def test_a_price_that_is_refused_says_why(desk):
    at, growth, start = desk("administrator"), Plan.objects.get(code="growth"), Plan.objects.get(code="start")
    prices = PlanPrice.objects.count()
    page = at.post(f"/plans/{growth.id}/price/", {})
    assert page.status_code == 422
    assert 'aria-describedby="id_amount_error"' in page.content.decode()
    for asked in ({}, {"interval": "month", "amount": "35.00", "trial_days": "7"}):
        page = at.post(f"/plans/{start.id}/price/", asked)
        assert page.status_code == 409
        assert "The plan that everybody has costs nothing." in page.content.decode()
    assert PlanPrice.objects.count() == prices


def test_a_plan_is_added_priced_and_retired(desk):
    at = desk("administrator")
    at.post("/plans/new/", {"code": "studio", "name": "Studio", "description": "For makers"})
    studio = Plan.objects.get(code="studio")
    assert (studio.products_limit, studio.position) == (250, 3)
    assert at.post("/plans/new/", {"code": "studio", "name": "Again"}).status_code == 422
    at.post(f"/plans/{studio.id}/price/", {"interval": "year", "amount": "120", "trial_days": "0"})
    assert at.post(f"/plans/{studio.id}/retirement/").status_code == 302
    studio.refresh_from_db()
    assert studio.retired_at is not None
