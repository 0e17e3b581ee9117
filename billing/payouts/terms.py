"""Which hold rules a sale falls under: pure, the same for a sale, and for the vendor who asks before it sells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.commissions.engine import percentage
from billing.payouts.models import HoldKind, HoldScope
from kit.money import Money, bps_in_percent

CHECKLIST_REASON = "Steps of your checklist that payouts need are not done"
ELEVATED = frozenset({"elevated", "highest"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A hold rule as plain data; see `HoldRule`."""

    kind: str
    scope: str
    id: UUID | None = None
    only_vendor: UUID | None = None
    category_path: str = ""
    country: str = ""
    days: int | None = None
    rate_bps: int = 0
    above_minor: int = 0
    currency: str = "EUR"
    new_for_days: int | None = None
    new_for_orders: int | None = None


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """What a sale's hold depends on: the vendor, how new it is, and what was sold how. `orders_before` are paid ones."""

    vendor_id: UUID
    country: str
    selling_since: datetime | None
    orders_before: int
    category_paths: tuple[str, ...]
    gross_minor: int
    net_minor: int
    currency: str
    risk_level: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """A reason to hold: until `days` after delivery, or without days until somebody releases it."""

    rule: str
    reason: str
    days: int | None
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """The holds of a sale's earnings; `reserve_minor` of them wait under `reserve` as well."""

    holds: tuple[Terms, ...]
    reserve_minor: int = 0
    reserve: Terms | None = None


def terms_of(sale: SaleFacts, rules: Sequence[Rule], *, default_days: int) -> SaleTerms:
    """Under which holds a sale's earnings go. `default_days` after delivery when no rule says for how long."""
    ours = [rule for rule in rules if covers_vendor(rule, sale)]
    delivered = _delivered(sale, [rule for rule in ours if rule.kind == HoldKind.DELIVERED], default_days)
    holds = [delivered]
    matching = [rule for rule in ours if _covers_category(rule, sale)]
    large = [rule for rule in matching if rule.kind == HoldKind.LARGE_ORDER and _is_large(rule, sale)]
    if large:
        holds.append(_longest(large, lambda rule: f"An order above {Money(rule.above_minor, rule.currency)}"))
    risky = [rule for rule in matching if rule.kind == HoldKind.RISK and sale.risk_level in ELEVATED]
    if risky:
        holds.append(_longest(risky, lambda rule: "The payment carries an elevated risk"))
    reserves = [rule for rule in matching if rule.kind == HoldKind.RESERVE]
    if not reserves:
        return SaleTerms(tuple(holds))
    rule = max(reserves, key=lambda rule: (rule.rate_bps, rule.days or 0))
    assert rule.days is not None
    assert delivered.days is not None
    days = delivered.days + rule.days
    reason = f"Reserve of {bps_in_percent(rule.rate_bps)} %: {released_after(days)}"
    return SaleTerms(
        tuple(holds), percentage(sale.net_minor, rule.rate_bps), Terms(HoldKind.RESERVE.value, reason, days, rule.id)
    )


def covers_vendor(rule: Rule, sale: SaleFacts) -> bool:
    """Whether a rule is about this vendor; a category's may be about any."""
    if rule.scope == HoldScope.VENDOR:
        return rule.only_vendor == sale.vendor_id
    if rule.scope == HoldScope.COUNTRY:
        return rule.country == sale.country
    if rule.scope == HoldScope.NEW_VENDOR:
        return _is_new(rule, sale)
    return True


def released_after(days: int) -> str:
    return "released on delivery" if days == 0 else f"released {days} day{'s' if days != 1 else ''} after delivery"


def _is_new(rule: Rule, sale: SaleFacts) -> bool:
    if rule.new_for_orders and sale.orders_before < rule.new_for_orders:
        return True
    if not rule.new_for_days:
        return False
    return sale.selling_since is None or (sale.at - sale.selling_since).days < rule.new_for_days


def _covers_category(rule: Rule, sale: SaleFacts) -> bool:
    return rule.scope != HoldScope.CATEGORY or any(_lies_in(path, rule.category_path) for path in sale.category_paths)


def _lies_in(path: str, category_path: str) -> bool:
    return path == category_path or path.startswith(f"{category_path}/")


def _is_large(rule: Rule, sale: SaleFacts) -> bool:
    return rule.currency == sale.currency and sale.gross_minor > rule.above_minor


def _delivered(sale: SaleFacts, rules: Sequence[Rule], default_days: int) -> Terms:
    """Each category sold asks the most particular rule for it; of what they answer the longest counts."""
    found = [_asked(path, rules) for path in sale.category_paths or ("",)]
    rule = max((rule for rule in found if rule), key=lambda rule: rule.days or 0, default=None)
    if None in found and (rule is None or (rule.days or 0) < default_days):
        rule = None
    days = default_days if rule is None else rule.days or 0
    words = released_after(days)
    return Terms(HoldKind.DELIVERED.value, words[0].upper() + words[1:], days, rule.id if rule is not None else None)


_ORDER = [scope.value for scope in HoldScope]


def _asked(path: str, rules: Sequence[Rule]) -> Rule | None:
    fitting = [rule for rule in rules if rule.scope != HoldScope.CATEGORY or _lies_in(path, rule.category_path)]
    return min(
        fitting, key=lambda rule: (_ORDER.index(rule.scope), -len(rule.category_path), -(rule.days or 0)), default=None
    )


def _longest(rules: Sequence[Rule], words: Callable[[Rule], str]) -> Terms:
    # None, until somebody releases it, is the longest.
    rule = max(rules, key=lambda rule: (rule.days is None, rule.days or 0))
    until = "held until finance has looked at it" if rule.days is None else released_after(rule.days)
    return Terms(rule.kind, f"{words(rule)}: {until}", rule.days, rule.id)
