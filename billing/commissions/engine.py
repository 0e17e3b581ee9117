"""What a line pays in commission: pure, the same for a quote, a placed order and a simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.commissions.models import RuleScope
from kit.errors import Conflict
from kit.money import Money

BASIS_POINTS = 10_000


class NoRule(Conflict):
    """No rule matches a line: what the platform takes is unknown, so nothing may be sold."""

    code = "no_commission_rule"


class RuleCurrency(Conflict):
    """The first rule that matches takes a fixed amount in another currency than the line's."""

    code = "commission_rule_currency"


@dataclass(frozen=True, slots=True)
class Rule:
    """A commission rule, as plain data: `rate_bps` hundredths of a percent of the base, `fixed_minor` a unit."""

    id: UUID
    position: int
    scope: str
    rate_bps: int
    fixed_minor: int
    currency: str
    name: str = ""
    version: int = 1
    vendor_id: UUID | None = None
    category_path: str = ""

    def matches(self, vendor_id: UUID, category_path: str) -> bool:
        """Whether a line of this vendor, in this category, falls under the rule.

        A category rule covers its category and all below it: "home" covers "home/kitchen", not "homeware".
        """
        if self.scope == RuleScope.VENDOR:
            return self.vendor_id == vendor_id
        if self.scope == RuleScope.CATEGORY:
            return category_path == self.category_path or category_path.startswith(f"{self.category_path}/")
        return self.scope == RuleScope.GLOBAL


@dataclass(frozen=True, slots=True)
class CommissionInput:
    """A line to be sold. `base_minor` is all of it after discounts, without VAT and shipping; `key` is the caller's."""

    key: str | UUID
    vendor_id: UUID
    category_path: str
    base_minor: int
    quantity: int
    currency: str


@dataclass(frozen=True, slots=True)
class CommissionLine:
    """What one line pays, by which rule, and why, in words. `tax_minor` of the amount is VAT on the commission."""

    key: str | UUID
    amount_minor: int
    rule_id: UUID
    reason: str
    rule_version: int = 1
    tax_minor: int = 0


def commission_for(lines: Sequence[CommissionInput], rules: Sequence[Rule]) -> list[CommissionLine]:
    """The commission of every line, in their order, by the first rule (lowest position) that matches it.

    The percentage is rounded half up to the minor unit, line by line; the fixed part is added for every unit;
    together they never exceed the base. Raises NoRule when no rule matches, RuleCurrency when the one that matches
    cannot be applied: a line is refused rather than charged by a rule that was not meant for it.
    """
    ordered = sorted(rules, key=lambda rule: (rule.position, rule.id))
    return [_line(line, ordered) for line in lines]


def _line(line: CommissionInput, ordered: Sequence[Rule]) -> CommissionLine:
    if line.base_minor < 0 or line.quantity < 1:
        raise ValueError(f"line {line.key}: a base below zero, or fewer than one unit")
    rule = next((rule for rule in ordered if rule.matches(line.vendor_id, line.category_path)), None)
    if rule is None:
        raise NoRule(f"No commission rule covers the category “{line.category_path}”, so it cannot be sold yet.")
    if rule.fixed_minor and rule.currency != line.currency:
        raise RuleCurrency(
            f"The commission rule “{rule.name}” is in {rule.currency}, but the line is in {line.currency}."
        )
    full = percentage(line.base_minor, rule.rate_bps) + rule.fixed_minor * line.quantity
    amount = min(full, line.base_minor)
    return CommissionLine(line.key, amount, rule.id, _reason(rule, line, capped=amount < full), rule.version)


def percentage(base_minor: int, rate_bps: int) -> int:
    """`rate_bps` hundredths of a percent of a base that is not negative, rounded half up to the minor unit."""
    return (2 * base_minor * rate_bps + BASIS_POINTS) // (2 * BASIS_POINTS)


def _reason(rule: Rule, line: CommissionInput, *, capped: bool) -> str:
    parts = []
    if rule.rate_bps or not rule.fixed_minor:
        parts.append(f"{_percent(rule.rate_bps)} % of {Money(line.base_minor, line.currency)}")
    if rule.fixed_minor:
        parts.append(f"{Money(rule.fixed_minor, line.currency)} × {line.quantity}")
    cap = ", at most the line itself" if capped else ""
    return f"{rule.name or 'Rule'} (version {rule.version}): {' + '.join(parts)}{cap}"


def _percent(rate_bps: int) -> str:
    exact = Decimal(rate_bps) / 100
    return f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"
