"""Replaying rules over what was sold: pure. Who would have paid what, what could not have been sold, which rules are idle."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from billing.commissions.conditions import Conditions
from billing.commissions.engine import (
    CommissionInput,
    CommissionLine,
    NoRule,
    Rule,
    RuleBroken,
    RuleCurrency,
    commission_for,
    percentage,
)

REFUSALS = (NoRule, RuleBroken, RuleCurrency)


@dataclass(frozen=True, slots=True)
class Sold:
    """A line as it was sold, with the commission that was frozen on it, without VAT."""

    line: CommissionInput
    was_minor: int


@dataclass(frozen=True, slots=True)
class FeeEstimate:
    """What the payment provider is expected to take of a price: a share, and an amount for each payment."""

    rate_bps: int
    fixed: Mapping[str, int]

    def of(self, price_minor: int, currency: str) -> int:
        return percentage(price_minor, self.rate_bps) + self.fixed.get(currency, 0)


@dataclass(slots=True)
class VendorSums:
    """Of one vendor in one currency, without VAT on commission. Refused lines count in neither sum."""

    lines: int = 0
    was_minor: int = 0
    would_be_minor: int = 0
    refused: int = 0

    @property
    def difference_minor(self) -> int:
        return self.would_be_minor - self.was_minor


@dataclass(slots=True)
class Replay:
    """Rules being replayed. Give it whole vendor orders by `take`, then read what came of them."""

    rules: Sequence[Rule]
    vendors: dict[tuple[UUID, str], VendorSums] = field(default_factory=lambda: defaultdict(VendorSums))
    refusals: Counter[str] = field(default_factory=Counter)
    matched: Counter[UUID] = field(default_factory=Counter)
    taken_by: dict[UUID, Counter[UUID]] = field(default_factory=lambda: defaultdict(Counter))
    _known: dict[Hashable, tuple[Rule, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = sorted(self.rules, key=lambda rule: rule.order)

    def take(self, sold: Sequence[Sold]) -> list[tuple[Sold, CommissionLine]]:
        """Replay vendor orders, told apart by their lines' `group`; gives the lines that could be sold, and what they pay."""
        lines = [each.line for each in sold]
        outcomes = self._outcomes(lines)
        charged = []
        for each in sold:
            sums = self.vendors[each.line.vendor_id, each.line.currency]
            outcome = outcomes.get(each.line.key)
            if outcome is None:
                sums.refused += 1
                continue
            sums.lines += 1
            sums.was_minor += each.was_minor
            sums.would_be_minor += outcome.net_minor
            charged.append((each, outcome))
            for rule in self._matching(each.line):
                self.matched[rule.id] += 1
                self.taken_by[rule.id][outcome.rule_id] += 1
        return charged

    def _outcomes(self, lines: Sequence[CommissionInput]) -> dict[str | UUID, CommissionLine]:
        try:
            return {outcome.key: outcome for outcome in commission_for(lines, self.rules)}
        except REFUSALS:
            sellable = []
            for line in lines:
                try:
                    commission_for([line], self.rules)
                except REFUSALS as refused:
                    self.refusals[str(refused)] += 1
                else:
                    sellable.append(line)
            return {outcome.key: outcome for outcome in commission_for(sellable, self.rules)}

    def _matching(self, line: CommissionInput) -> tuple[Rule, ...]:
        """Every rule whose conditions the line meets, the winner and those behind it."""
        asked = (
            *(line.vendor_id, line.plan, line.category_path, line.tags),
            *(line.unit_price_minor, line.currency, line.country, line.on),
        )
        found = self._known.get(asked)
        if found is None:
            found = tuple(rule for rule in self.rules if not rule.problem and rule.conditions.match(line))
            self._known[asked] = found
        return found

    def idle(self) -> list["Idle"]:
        """The rules that took nothing, and why; those that an earlier one covers altogether, whatever was sold."""
        names = {rule.id: rule for rule in self.rules}
        found = []
        for place, rule in enumerate(self.rules):
            if rule.problem:
                found.append(Idle(rule, "broken", rule.problem))
                continue
            before = next(
                (e for e in self.rules[:place] if not e.problem and e.conditions.cover(rule.conditions)), None
            )
            took = self.taken_by[rule.id]
            if before is not None:
                found.append(Idle(rule, "shadowed", f"“{before.name}” comes before it and covers all that it covers."))
            elif self.matched[rule.id] and not took[rule.id]:
                others = ", ".join(f"“{names[id].name}” {lines}" for id, lines in took.most_common(3))
                words = f"All {self.matched[rule.id]} lines that it covers went to rules before it: {others}."
                found.append(Idle(rule, "shadowed in this period", words))
            elif not self.matched[rule.id]:
                found.append(Idle(rule, "never matched", "No line of this period falls under it."))
        return found


@dataclass(frozen=True, slots=True)
class Idle:
    """A rule that takes nothing, and why."""

    rule: Rule
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class BelowFee:
    """Prices, both included, for which commission of a single item is less than what the provider is expected to take."""

    from_minor: int
    to_minor: int
    currency: str


def prices_below_fee(
    rule: Rule, fee: FeeEstimate, *, currency: str, most_minor: int = 100_000, vat_bps: int = 0
) -> list[BelowFee]:
    """Where, from the smallest unit to `most_minor`, an item that the rule takes alone earns less than the fee.

    Both are straight lines between few bends, so a grid finds the stretches and bisection their ends. `vat_bps` is the rate
    of VAT in the price. Nothing for a rule that has no amounts in the currency, or whose price bands leave it out.
    """

    def is_below(price: int) -> bool:
        tax = (2 * price * vat_bps + 10_000 + vat_bps) // (2 * (10_000 + vat_bps))
        line = CommissionInput(
            "", UUID(int=0), "", price, 1, currency, goods_tax_minor=tax, unit_price_minor=price, group=0
        )
        free = [band for band in rule.conditions.price if band.has(price, currency)]
        if rule.conditions.price and not free:
            return False
        return _alone(rule, line) < fee.of(price, currency)

    if rule.problem:
        return []
    grid = sorted({1, *(round(1.12**power) for power in range(120)), most_minor})
    grid = [price for price in grid if price <= most_minor]
    try:
        marks = [(price, is_below(price)) for price in grid]
    except RuleCurrency:
        return []
    found: list[BelowFee] = []
    start = 1 if marks[0][1] else None
    for (low, before), (high, after) in itertools.pairwise(marks):
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if is_below(middle) == before else (low, middle)
        if after:
            start = high
        elif start is not None:
            found.append(BelowFee(start, low, currency))
            start = None
    if start is not None:
        found.append(BelowFee(start, most_minor, currency))
    return found


def _alone(rule: Rule, line: CommissionInput) -> int:
    return commission_for([line], [replace(rule, conditions=Conditions())])[0].net_minor


def report_of(replay: Replay) -> dict[str, Any]:
    """What came of a replay, as it is stored: sums by vendor, the greatest difference first, refusals, idle rules."""
    rows = [
        {
            "vendor_id": str(vendor_id),
            "currency": currency,
            "lines": sums.lines,
            "was_minor": sums.was_minor,
            "would_be_minor": sums.would_be_minor,
            "difference_minor": sums.difference_minor,
            "refused": sums.refused,
        }
        for (vendor_id, currency), sums in replay.vendors.items()
    ]
    rows.sort(key=lambda row: (-abs(int(str(row["difference_minor"]))), row["vendor_id"], row["currency"]))
    return {
        "vendors": rows,
        "refusals": [{"why": why, "lines": lines} for why, lines in replay.refusals.most_common(20)],
        "rules": [
            {
                "id": str(rule.id),
                "position": rule.position,
                "name": rule.name,
                "matched": replay.matched[rule.id],
                "took": replay.taken_by[rule.id][rule.id],
            }
            for rule in replay.rules
        ],
        "idle": [
            {"id": str(idle.rule.id), "name": idle.rule.name, "kind": idle.kind, "why": idle.why}
            for idle in replay.idle()
        ],
    }
