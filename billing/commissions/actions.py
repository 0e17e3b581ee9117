"""Changing what the platform takes. Orders already placed keep what was frozen on their lines."""

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max

from billing.commissions.models import CommissionRule, RuleScope
from kit import clock
from kit.errors import Conflict, InvalidInput


class RuleEnded(Conflict):
    """The rule is no longer in force; its latest version is what can be changed."""

    code = "commission_rule_ended"


class BadRule(InvalidInput):
    code = "commission_rule_invalid"


@transaction.atomic
def add_rule(
    *,
    name: str,
    scope: str,
    rate_bps: int = 0,
    fixed_minor: int = 0,
    currency: str | None = None,
    vendor_id: UUID | None = None,
    category_path: str = "",
    position: int | None = None,
    by: UUID | None = None,
) -> CommissionRule:
    """A new rule, at `position` among those in force (1 is asked first; last when not given).

    `rate_bps` is hundredths of a percent of the line, `fixed_minor` an amount a unit in `currency` (default: the
    marketplace's). Raises BadRule when the scope does not say exactly what it covers, or a figure is out of range.
    """
    currency = currency or settings.CURRENCY
    _check(name, scope, rate_bps, fixed_minor, currency, vendor_id, category_path)
    _lock()
    last = CommissionRule.objects.filter(ended_at__isnull=True).aggregate(last=Max("position"))["last"] or 0
    place = last + 1 if position is None else min(max(position, 1), last + 1)
    _shift(from_position=place, by=1)
    return CommissionRule.objects.create(
        name=name.strip(),
        position=place,
        scope=scope,
        vendor_id=vendor_id,
        category_path=category_path,
        rate_bps=rate_bps,
        fixed_minor=fixed_minor,
        currency=currency,
        created_by=by,
    )


@transaction.atomic
def replace_rule(
    *,
    rule_id: UUID,
    name: str | None = None,
    rate_bps: int | None = None,
    fixed_minor: int | None = None,
    currency: str | None = None,
    by: UUID | None = None,
) -> CommissionRule:
    """The next version of a rule, in its place; the old one ends. What it covers stays: for that, add another rule.

    Raises RuleEnded when this version is no longer in force.
    """
    _lock()
    old = _live(rule_id)
    new = CommissionRule(
        name=old.name if name is None else name.strip(),
        position=old.position,
        scope=old.scope,
        vendor_id=old.vendor_id,
        category_path=old.category_path,
        rate_bps=old.rate_bps if rate_bps is None else rate_bps,
        fixed_minor=old.fixed_minor if fixed_minor is None else fixed_minor,
        currency=currency or old.currency,
        version=old.version + 1,
        replaces=old,
        created_by=by,
    )
    _check(new.name, new.scope, new.rate_bps, new.fixed_minor, new.currency, new.vendor_id, new.category_path)
    _end(old)
    new.save(force_insert=True)
    return new


@transaction.atomic
def end_rule(*, rule_id: UUID) -> CommissionRule:
    """Take a rule out of force; those behind it move up. Raises RuleEnded when it is out already."""
    _lock()
    rule = _live(rule_id)
    _end(rule)
    _shift(from_position=rule.position + 1, by=-1)
    return rule


@transaction.atomic
def move_rule(*, rule_id: UUID, position: int) -> CommissionRule:
    """Ask a rule earlier or later: at `position` (1 is first), the others close up. Raises RuleEnded."""
    _lock()
    rule = _live(rule_id)
    ordered = list(CommissionRule.objects.filter(ended_at__isnull=True).order_by("position", "id"))
    ordered.remove(rule)
    ordered.insert(min(max(position, 1), len(ordered) + 1) - 1, rule)
    for place, each in enumerate(ordered, start=1):
        each.position = place
    CommissionRule.objects.bulk_update(ordered, ["position"])
    return ordered[ordered.index(rule)]


def _check(
    name: str,
    scope: str,
    rate_bps: int,
    fixed_minor: int,
    currency: str,
    vendor_id: UUID | None,
    category_path: str,
) -> None:
    if not name.strip():
        raise BadRule("Give the rule a name.", field="name")
    if scope not in RuleScope.values:
        raise BadRule(f"A rule covers {', '.join(RuleScope.values)}.", field="scope")
    if (scope == RuleScope.VENDOR) != (vendor_id is not None):
        raise BadRule("Say which vendor, in a rule for one vendor and only there.", field="vendor_id")
    if (scope == RuleScope.CATEGORY) != bool(category_path):
        raise BadRule("Say which category, in a rule for a category and only there.", field="category_path")
    if category_path != category_path.strip("/"):
        raise BadRule("A category's path neither begins nor ends with a slash.", field="category_path")
    if not 0 <= rate_bps <= 10_000:
        raise BadRule("The percentage lies between 0 and 100.", field="rate_bps")
    if fixed_minor < 0:
        raise BadRule("The fixed part cannot be negative.", field="fixed_minor")
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise BadRule(f"{currency!r} is not a currency code.", field="currency")


def _lock() -> None:
    """One change of the rules at a time: positions hang together, and there may be no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('commission rules', 0))")


def _live(rule_id: UUID) -> CommissionRule:
    rule = CommissionRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise BadRule("There is no such rule.", field="rule_id")
    if rule.ended_at:
        raise RuleEnded(f"“{rule.name}” (version {rule.version}) is no longer in force.")
    return rule


def _end(rule: CommissionRule) -> None:
    rule.ended_at = clock.now()
    rule.save(update_fields=["ended_at"])


def _shift(*, from_position: int, by: int) -> None:
    behind = CommissionRule.objects.filter(ended_at__isnull=True, position__gte=from_position)
    behind.update(position=F("position") + by)
