"""Which rules are in force, and what they would take."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from billing.commissions.engine import CommissionInput, CommissionLine, Rule, commission_for
from billing.commissions.models import CommissionRule
from kit.pagination import Page, keyset_page


def live_rules() -> list[Rule]:
    """The rules in force now, first to match first, as the engine takes them. One query."""
    return [as_rule(row) for row in live_rows()]


def live_rows() -> QuerySet[CommissionRule]:
    return CommissionRule.objects.filter(ended_at__isnull=True).order_by("position", "id")


def as_rule(row: CommissionRule) -> Rule:
    return Rule(
        id=row.id,
        position=row.position,
        scope=row.scope,
        rate_bps=row.rate_bps,
        fixed_minor=row.fixed_minor,
        currency=row.currency,
        name=row.name,
        version=row.version,
        vendor_id=row.vendor_id,
        category_path=row.category_path,
    )


def versions(rule: CommissionRule) -> list[CommissionRule]:
    """This rule and the versions it replaced, newest first. One query."""
    table = connection.ops.quote_name(CommissionRule._meta.db_table)
    rows = CommissionRule.objects.raw(
        f"WITH RECURSIVE past AS (SELECT * FROM {table} WHERE id = %s"
        f" UNION ALL SELECT older.* FROM {table} older JOIN past ON past.replaces_id = older.id)"
        " SELECT * FROM past ORDER BY version DESC",
        [rule.id],
    )
    return list(rows)


def live_page(*, cursor: str | None = None, size: int = 25) -> Page[CommissionRule]:
    """The rules in force now, first to be asked first. Raises InvalidInput on a bad cursor."""
    return keyset_page(live_rows(), order=("position", "id"), cursor=cursor, size=size)


def explain(line: CommissionInput, rules: Sequence[Rule] | None = None) -> tuple[CommissionLine, list[str]]:
    """What a line would pay, and for every rule that went before the one that took it, why it did not match.

    Raises NoRule and RuleCurrency as the engine does.
    """
    ordered = sorted(live_rules() if rules is None else rules, key=lambda rule: (rule.position, rule.id))
    taken = commission_for([line], ordered)[0]
    passed = []
    for rule in ordered:
        if rule.id == taken.rule_id:
            break
        why = "is for another vendor" if rule.vendor_id else f"covers {rule.category_path}, not {line.category_path}"
        passed.append(f"{rule.name}: {why}")
    return taken, passed
