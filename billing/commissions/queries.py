"""Which rules are in force, what decides about commission at a moment, and what a line would pay."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum

from billing.commissions.conditions import Conditions, UnreadableRule, read_conditions
from billing.commissions.engine import (
    CommissionInput,
    CommissionLine,
    CommissionTerms,
    Rule,
    VendorTerms,
    commission_for,
    read_rule,
)
from billing.commissions.models import TERMS, CommissionRule, RuleTerms
from billing.commissions.vat import Treatment, vat_on_commission
from billing.ledger.models import AccountCode, Posting
from kit import clock
from kit.money import Money
from kit.pagination import Page, keyset_page
from taxonomy.models import TaxCategory
from taxonomy.queries import name_of
from taxonomy.tax import rate_for
from tenants.vendors.entitlements import plan_codes
from tenants.vendors.models import Vendor
from tenants.vendors.queries import named


def live_rules() -> list[Rule]:
    """The rules in force now, first to match first, as the engine takes them. One query."""
    return [as_rule(row) for row in live_rows()]


def live_rows() -> QuerySet[CommissionRule]:
    return CommissionRule.objects.filter(ended_at__isnull=True).order_by("position", "id")


def as_rule(row: RuleTerms) -> Rule:
    """The rule as the engine takes it. One that cannot be read says so in `problem`, and refuses what comes to it."""
    try:
        return read_row(row)
    except UnreadableRule as unreadable:
        return Rule(row.pk, row.position, name=row.name, version=getattr(row, "version", 1), problem=str(unreadable))


def read_row(row: RuleTerms) -> Rule:
    """Raises UnreadableRule."""
    return read_rule(
        id=row.pk,
        position=row.position,
        name=row.name,
        version=getattr(row, "version", 1),
        **{name: getattr(row, name) for name in TERMS},
    )


def vendors_named(rows: Iterable[RuleTerms]) -> dict[UUID, str]:
    """The names of all vendors that these rules speak of. One query, none when they speak of none."""
    wanted: set[UUID] = set()
    for row in rows:
        try:
            wanted |= read_conditions(row.conditions).vendor
        except UnreadableRule:
            continue  # shown as broken, with what is stored
    return {vendor_id: vendor.name for vendor_id, vendor in named(wanted).items()} if wanted else {}


def plan_of(vendor_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Each vendor's plan, by its code."""
    return plan_codes(vendor_ids)


def commission_terms(
    vendor_ids: Iterable[UUID],
    *,
    on: date,
    rules: Sequence[Rule] | None = None,
    known: Mapping[UUID, Vendor] | None = None,
) -> CommissionTerms:
    """What decides about these vendors' commission on a day. Reads plans and sales only where a rule asks for them, and the
    vendors where they are not `known`.
    """
    rules = live_rules() if rules is None else rules
    asks_plans, asks_volumes = any(rule.conditions.plan for rule in rules), any(rule.tiers for rule in rules)
    return CommissionTerms(rules, vendor_terms(vendor_ids, on=on, plans=asks_plans, volumes=asks_volumes, known=known))


def vendor_terms(
    vendor_ids: Iterable[UUID],
    *,
    on: date,
    plans: bool = True,
    volumes: bool = True,
    known: Mapping[UUID, Vendor] | None = None,
) -> dict[UUID, VendorTerms]:
    """What commission needs to know of each vendor on a day. At most three queries."""
    wanted = sorted(set(vendor_ids))
    codes = plan_of(wanted) if plans else {}
    sold = sold_in_month_before(wanted, on=on) if volumes else {}
    vat = vat_of(wanted, on=on, known=known)
    return {id: VendorTerms(codes.get(id, ""), sold.get(id, {}), vat[id]) for id in wanted}


def vat_of(
    vendor_ids: Iterable[UUID], *, on: date, known: Mapping[UUID, Vendor] | None = None
) -> dict[UUID, Treatment]:
    """How commission from each vendor is taxed on a day. One query; none while the platform charges no VAT at all, and none
    for vendors that are `known`.
    """
    wanted, platform = list(vendor_ids), settings.PLATFORM_COUNTRY
    if not platform:
        nothing = vat_on_commission(platform_country="", vendor_country="", vendor_vat_id="", on=on)
        return dict.fromkeys(wanted, nothing)
    rows = (
        Vendor.objects.filter(id__in=wanted).values_list("id", "country", "vat_id")
        if known is None
        else [(id, known[id].country, known[id].vat_id) for id in wanted]
    )
    return {
        vendor_id: vat_on_commission(platform_country=platform, vendor_country=country, vendor_vat_id=vat_id, on=on)
        for vendor_id, country, vat_id in rows
    }


def month_before(on: date) -> tuple[datetime, datetime]:
    """The calendar month before a day's, as two instants: its beginning, and its end, no longer in it. In UTC."""
    end = on.replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    return datetime.combine(start, time.min, UTC), datetime.combine(end, time.min, UTC)


def sold_in_month_before(vendor_ids: Sequence[UUID], *, on: date) -> dict[UUID, dict[str, int]]:
    """What customers paid for each vendor's goods and shipping in the calendar month before, by currency. One query.

    From the books, by the day of payment and before refunds: so it stands still once the month is over, and a vendor can
    foretell its tier.
    """
    start, end = month_before(on)
    rows = (
        Posting.objects.filter(
            account__vendor_id__in=vendor_ids,
            account__code=AccountCode.VENDOR_PAYABLE,
            entry__kind="sale",
            entry__occurred_at__gte=start,
            entry__occurred_at__lt=end,
        )
        .order_by()
        .values_list("vendor_id", "currency")
        .annotate(sold=-Sum("amount_minor"))
    )
    found: dict[UUID, dict[str, int]] = {}
    for vendor_id, currency, sold in rows:
        found.setdefault(vendor_id, {})[currency] = sold
    return found


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


def line_to_explain(
    *,
    vendor_id: UUID,
    category_path: str,
    amount_minor: int,
    quantity: int,
    currency: str,
    country: str = "",
    tags: Iterable[str] = (),
) -> CommissionInput:
    """A line that could be sold today; `amount_minor` is all of it without VAT, which a `country` adds at its full rate.

    The vendor's plan, sales and VAT are as they are now.
    """
    on = clock.today()
    rate = rate_for(country, TaxCategory.STANDARD, on) if country else Decimal(0)
    tax = Money(amount_minor, currency).share(rate).amount_minor
    vendor = vendor_terms([vendor_id], on=on)[vendor_id]
    return CommissionInput(
        key="line",
        vendor_id=vendor_id,
        category_path=category_path,
        goods_minor=amount_minor + tax,
        goods_tax_minor=tax,
        unit_price_minor=(amount_minor + tax) // quantity,
        quantity=quantity,
        currency=currency,
        country=country,
        on=on,
        plan=vendor.plan,
        tags=frozenset(tags),
        volume_minor=vendor.volumes.get(currency, 0),
        vat_rate=vendor.vat.rate,
    )


def explain(line: CommissionInput, rules: Sequence[Rule] | None = None) -> tuple[CommissionLine, list[str]]:
    """What a line would pay, and for every rule that went before the one that took it, why it did not match.

    Raises NoRule, RuleBroken and RuleCurrency as the engine does.
    """
    ordered = sorted(live_rules() if rules is None else rules, key=lambda rule: rule.order)
    taken = commission_for([line], ordered)[0]
    passed = []
    for rule in ordered:
        if rule.id == taken.rule_id:
            break
        passed.append(f"{rule.name}: {_why_not(rule.conditions, line)}")
    return taken, passed


def _why_not(conditions: Conditions, line: CommissionInput) -> str:
    def listed(values: Iterable[object]) -> str:
        return " or ".join(sorted(map(str, values)))

    missed = conditions.missed_by(line)
    if missed == "vendor":
        return "is for another vendor"
    if missed == "category":
        return f"covers {listed(map(name_of, conditions.category))}, not {name_of(line.category_path)}"
    if missed == "plan":
        return f"is for the plan {listed(conditions.plan)}, not {line.plan or 'none'}"
    if missed == "tag":
        return f"is for products tagged {listed(conditions.tag)}"
    if missed == "price":
        return f"is for prices {listed(conditions.price)}"
    if missed == "country":
        return f"is for orders to {listed(conditions.country)}, not {line.country or 'anywhere'}"
    return f"holds {listed(conditions.dates)}"
