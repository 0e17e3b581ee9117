"""The rules that finance keeps: who is held how long. Ended and added, never changed; what was sold keeps its terms."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.payouts.models import HoldKind, HoldRule, HoldScope
from billing.payouts.terms import released_after
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money, bps_in_percent
from taxonomy.queries import name_of

LONGEST_DAYS = 365


class BadHoldRule(InvalidInput):
    code = "hold_rule_invalid"


class HoldRuleEnded(Conflict):
    code = "hold_rule_ended"


@transaction.atomic
def add_hold_rule(
    *,
    kind: str,
    scope: str,
    days: int | None = None,
    only_vendor: UUID | None = None,
    category_path: str = "",
    country: str = "",
    rate_bps: int | None = None,
    above_minor: int | None = None,
    new_for_days: int | None = None,
    new_for_orders: int | None = None,
) -> HoldRule:
    """Put a rule in force for what is sold from now on. `days` as in `HoldRule`. Raises BadHoldRule."""
    if kind not in HoldKind.values:
        raise BadHoldRule("Choose what the rule does.", field="kind")
    if scope not in HoldScope.values:
        raise BadHoldRule("Choose whom it is about.", field="scope")
    given: dict[str, Any] = {
        "only_vendor": (scope == HoldScope.VENDOR, only_vendor, "Say which vendor."),
        "category_path": (scope == HoldScope.CATEGORY, category_path, "Say which category."),
        "country": (scope == HoldScope.COUNTRY, country.upper(), "Say which country, by its two letters."),
        "rate_bps": (kind == HoldKind.RESERVE, rate_bps, "Say how much of the earnings is reserved."),
        "above_minor": (kind == HoldKind.LARGE_ORDER, above_minor, "Say above which amount an order is large."),
    }
    values: dict[str, Any] = {}
    for name, (needed, value, why) in given.items():
        if needed and not value and not (name == "above_minor" and value == 0):
            raise BadHoldRule(why, field=name)
        values[name] = value if needed else "" if isinstance(value, str) else None
    if scope == HoldScope.NEW_VENDOR:
        if not new_for_days and not new_for_orders:
            raise BadHoldRule("Say for how many days or orders a vendor is new.", field="new_for_days")
        values |= {"new_for_days": new_for_days or None, "new_for_orders": new_for_orders or None}
    if kind in (HoldKind.DELIVERED, HoldKind.RESERVE) and days is None:
        raise BadHoldRule("Say for how many days.", field="days")
    if days is not None and not 0 <= days <= LONGEST_DAYS:
        raise BadHoldRule(f"From 0 to {LONGEST_DAYS} days.", field="days")
    if values["rate_bps"] is not None and not 0 < values["rate_bps"] <= 10_000:
        raise BadHoldRule("From above 0 to 100 %.", field="rate_bps")
    if values["country"] and len(values["country"]) != 2:
        raise BadHoldRule("A country is two letters.", field="country")
    if values["above_minor"] is not None and values["above_minor"] < 0:
        raise BadHoldRule("Not below nothing.", field="above_minor")
    return HoldRule.objects.create(kind=kind, scope=scope, days=days, currency=settings.CURRENCY, **values)


@transaction.atomic
def end_hold_rule(*, rule_id: UUID) -> HoldRule:
    """Take a rule out of force; what it holds stays held. Raises HoldRuleEnded, HoldRule.DoesNotExist."""
    rule = HoldRule.objects.select_for_update().get(id=rule_id)
    if rule.ended_at is not None:
        raise HoldRuleEnded("That rule is out of force already.")
    rule.ended_at = clock.now()
    rule.save(update_fields=["ended_at"])
    return rule


def live_hold_rules() -> list[HoldRule]:
    """The rules in force that this database role may read: a vendor's are those that may concern it. One query."""
    return list(HoldRule.objects.filter(ended_at__isnull=True).order_by("kind", "scope", "id"))


def covers_words(rule: HoldRule, vendor_name: str = "Your shop") -> str:
    """Whom a rule is about."""
    if rule.scope == HoldScope.VENDOR:
        return vendor_name
    if rule.scope == HoldScope.CATEGORY:
        return f"What is sold in {name_of(rule.category_path)}"
    if rule.scope == HoldScope.COUNTRY:
        return f"Vendors in {rule.country}"
    if rule.scope == HoldScope.NEW_VENDOR:
        spans = [f"first {rule.new_for_days} days"] if rule.new_for_days else []
        spans += [f"first {rule.new_for_orders} orders"] if rule.new_for_orders else []
        return f"New vendors: the {' and the '.join(spans)}"
    return "Everybody"


def says_words(rule: HoldRule) -> str:
    """What a rule does, in a sentence."""
    until = "held until finance has looked at it" if rule.days is None else released_after(rule.days)
    if rule.kind == HoldKind.RESERVE:
        return (
            f"{bps_in_percent(rule.rate_bps or 0)} % of the earnings are released {rule.days} days later than the rest"
        )
    if rule.kind == HoldKind.LARGE_ORDER:
        return f"An order above {Money(rule.above_minor or 0, rule.currency)} is {until}"
    if rule.kind == HoldKind.RISK:
        return f"A payment that the provider finds risky is {until}"
    return f"Earnings are {until}"
