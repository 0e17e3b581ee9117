"""Changing what the platform takes. Orders already placed keep what was frozen on their lines."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max

from billing.commissions.conditions import UnreadableRule
from billing.commissions.models import TERMS, CommissionRule, Per, RuleTerms
from billing.commissions.queries import read_row
from kit import clock
from kit.errors import Conflict, InvalidInput

Row = TypeVar("Row", bound=RuleTerms)


class RuleEnded(Conflict):
    """The rule is no longer in force; its latest version is what can be changed."""

    code = "commission_rule_ended"


class BadRule(InvalidInput):
    code = "commission_rule_invalid"


class Terms(TypedDict, total=False):
    """What a rule covers and takes, as `RuleTerms` stores it."""

    conditions: Mapping[str, Sequence[Any]]
    rate_bps: int
    tiers: Sequence[Mapping[str, Any]]
    fixed: Mapping[str, int]
    fixed_per: str
    minimum: Mapping[str, int]
    maximum: Mapping[str, int]
    limits_per: str
    on_shipping: bool
    includes_tax: bool


class Changes(Terms, total=False):
    name: str


@transaction.atomic
def add_rule(
    *, name: str, position: int | None = None, by: UUID | None = None, **terms: Unpack[Terms]
) -> CommissionRule:
    """A new rule, at `position` among those in force (1 is asked first; last when not given).

    Without conditions it covers everything. Raises BadRule when it cannot be read, naming the field.
    """
    rule = CommissionRule(name=name.strip(), position=0, created_by=by, **terms)
    check_terms(rule)
    lock_rules()
    last = CommissionRule.objects.filter(ended_at__isnull=True).aggregate(last=Max("position"))["last"] or 0
    rule.position = last + 1 if position is None else min(max(position, 1), last + 1)
    _shift(from_position=rule.position, by=1)
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def replace_rule(*, rule_id: UUID, by: UUID | None = None, **changes: Unpack[Changes]) -> CommissionRule:
    """The next version of a rule, in its place; the old one ends. What is not given stays.

    Raises RuleEnded when this version is no longer in force, BadRule when the next could not be read.
    """
    lock_rules()
    old = _live(rule_id)
    return next_version(old, position=old.position, by=by, changes=changes)


def next_version(
    old: CommissionRule, *, position: int, by: UUID | None, changes: Changes | Mapping[str, Any]
) -> CommissionRule:
    """End `old` and put the version after it at `position`. The rules are locked. Raises BadRule."""
    kept = {name: getattr(old, name) for name in ("name", *TERMS)}
    new = CommissionRule(**{**kept, **changes}, position=position, version=old.version + 1, replaces=old, created_by=by)
    new.name = new.name.strip()
    check_terms(new)
    end_version(old)
    new.save(force_insert=True)
    return new


@transaction.atomic
def end_rule(*, rule_id: UUID) -> CommissionRule:
    """Take a rule out of force; those behind it move up. Raises RuleEnded when it is out already."""
    lock_rules()
    rule = _live(rule_id)
    end_version(rule)
    _shift(from_position=rule.position + 1, by=-1)
    return rule


@transaction.atomic
def move_rule(*, rule_id: UUID, position: int) -> CommissionRule:
    """Ask a rule earlier or later: at `position` (1 is first), the others close up. Raises RuleEnded."""
    lock_rules()
    rule = _live(rule_id)
    ordered = list(CommissionRule.objects.filter(ended_at__isnull=True).order_by("position", "id"))
    put(ordered, rule, position)
    CommissionRule.objects.bulk_update(ordered, ["position"])
    return ordered[ordered.index(rule)]


def put(ordered: list[Row], row: Row, position: int) -> None:
    """Move `row` within the rules to `position`, 1 being the first, and number them all anew."""
    if row in ordered:
        ordered.remove(row)
    ordered.insert(min(max(position, 1), len(ordered) + 1) - 1, row)
    for place, each in enumerate(ordered, start=1):
        each.position = place


def check_terms(row: RuleTerms) -> None:
    """Raises BadRule, naming the field, unless the rule has a name and the engine can read it."""
    if not row.name.strip():
        raise BadRule("Give the rule a name.", field="name")
    if len(row.name) > 100:
        raise BadRule("A name has at most 100 characters.", field="name")
    for name in ("fixed_per", "limits_per"):
        if getattr(row, name) not in Per.values:
            raise BadRule("It counts for each item or once for an order.", field=name)
    try:
        read_row(row)
    except UnreadableRule as unreadable:
        raise BadRule(str(unreadable), field=unreadable.field) from unreadable


def lock_rules() -> None:
    """One change of the rules at a time: positions hang together, and there may be no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('commission rules', 0))")


def end_version(rule: CommissionRule) -> None:
    rule.ended_at = clock.now()
    rule.save(update_fields=["ended_at"])


def _live(rule_id: UUID) -> CommissionRule:
    rule = CommissionRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise BadRule("There is no such rule.", field="rule_id")
    if rule.ended_at:
        raise RuleEnded(f"“{rule.name}” (version {rule.version}) is no longer in force.")
    return rule


def _shift(*, from_position: int, by: int) -> None:
    behind = CommissionRule.objects.filter(ended_at__isnull=True, position__gte=from_position)
    behind.update(position=F("position") + by)
