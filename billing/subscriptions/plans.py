"""Keeping plans: what the office changes. Prices are versioned; entitlements follow their plan at once."""

from uuid import UUID

from django.conf import settings

from audit.actions import traced
from billing.subscriptions.actions import grant_plan
from billing.subscriptions.models import START, Interval, Plan, PlanPrice
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.actions import announce
from tenants.vendors.models import VendorEntitlements

LIMITS = ("products_limit", "staff_limit", "warehouses_limit")
FEATURES = ("has_api", "has_custom_domain")


class PlanRefused(Conflict):
    code = "plan_refused"


def change_plan(
    *,
    plan: Plan,
    by: UUID,
    name: str,
    description: str = "",
    products_limit: int | None,
    staff_limit: int | None,
    warehouses_limit: int | None,
    has_api: bool,
    has_custom_domain: bool,
) -> Plan:
    """Change what a plan is called and allows; every vendor that has it is allowed that from now on. Raises InvalidInput."""
    name = name.strip()
    if not name or len(name) > 60:
        raise InvalidInput("Give the plan a name of up to 60 letters.", field="name")
    limits = {"products_limit": products_limit, "staff_limit": staff_limit, "warehouses_limit": warehouses_limit}
    for field, limit in limits.items():
        if limit is not None and not 1 <= limit <= 1_000_000:
            raise InvalidInput("A limit is a number from 1 to 1,000,000; leave it empty for none.", field=field)
    with traced("plan.changed", f"plan:{plan.id}", by=by, plan=plan.code) as told:
        plan = Plan.objects.select_for_update().get(id=plan.id)
        wanted = {"name": name, "description": description.strip()[:200], **limits}
        wanted |= {"has_api": has_api, "has_custom_domain": has_custom_domain}
        told["changed"] = {field: value for field, value in wanted.items() if getattr(plan, field) != value}
        for field, value in wanted.items():
            setattr(plan, field, value)
        plan.save()
        holders = VendorEntitlements.objects.filter(plan_code=plan.code).order_by("vendor_id")
        for vendor_id in list(holders.values_list("vendor_id", flat=True)):
            grant_plan(vendor_id=vendor_id)
        announce("plan.changed", payload={"plan": str(plan.id)})
    return plan


def set_price(*, plan: Plan, by: UUID, interval: str, amount_minor: int, trial_days: int = 0) -> PlanPrice:
    """Offer a plan at another price (before VAT) from now on. Who has subscribed keeps the price it subscribed at.

    Setting the price that is there changes nothing. Raises InvalidInput, PlanRefused for the plan that costs nothing.
    """
    if plan.code == START:
        raise PlanRefused("The plan that everybody has costs nothing.")
    if interval not in Interval.values:
        raise InvalidInput("A plan is paid monthly or yearly.", field="interval")
    if not 50 <= amount_minor <= 99_999_999:
        raise InvalidInput("A price is from 0.50 to 999,999.99.", field="amount")
    if not 0 <= trial_days <= 90:
        raise InvalidInput("A trial lasts up to 90 days.", field="trial_days")
    with traced("plan.priced", f"plan:{plan.id}", by=by, interval=interval, amount_minor=amount_minor):
        Plan.objects.select_for_update().get(id=plan.id)
        prices = PlanPrice.objects.filter(plan=plan, interval=interval)
        current = prices.filter(retired_at=None).first()
        if current and (current.amount_minor, current.trial_days) == (amount_minor, trial_days):
            return current
        if current:
            current.retired_at = clock.now()
            current.save(update_fields=["retired_at"])
        made = PlanPrice.objects.create(
            plan=plan,
            interval=interval,
            version=prices.count() + 1,
            amount_minor=amount_minor,
            currency=settings.CURRENCY,
            trial_days=trial_days,
        )
        announce("plan.changed", payload={"plan": str(plan.id)})
    return made


def add_plan(*, by: UUID, code: str, name: str, description: str = "") -> Plan:
    """A new plan, last in order, with what the plan Start allows, to be changed. Raises InvalidInput."""
    code = code.strip().lower()
    if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 30:
        raise InvalidInput("A code has up to 30 letters, digits and hyphens.", field="code")
    if not name.strip() or len(name) > 60:
        raise InvalidInput("Give the plan a name of up to 60 letters.", field="name")
    with traced("plan.added", by=by, plan=code) as told:
        if Plan.objects.filter(code=code).exists():
            raise InvalidInput("There is a plan with this code.", field="code")
        start = Plan.objects.get(code=START)
        last = Plan.objects.order_by("-position")[0].position
        plan = Plan.objects.create(
            code=code,
            name=name.strip(),
            description=description.strip()[:200],
            position=last + 1,
            **{field: getattr(start, field) for field in (*LIMITS, *FEATURES)},
        )
        told["subject"] = f"plan:{plan.id}"
    return plan


def retire_plan(*, plan: Plan, by: UUID) -> Plan:
    """Offer a plan no more. Subscribers keep it. Raises PlanRefused for the plan that everybody has."""
    if plan.code == START:
        raise PlanRefused("Everybody without a plan has this one; it cannot be retired.")
    with traced("plan.retired", f"plan:{plan.id}", by=by, plan=plan.code):
        plan.retired_at = plan.retired_at or clock.now()
        plan.save(update_fields=["retired_at"])
    return plan
