"""What a line pays in commission: pure, the same for a quote, a placed order and a simulation.

Rules are asked in their order; the first whose conditions a line meets is the one that counts. A rule that cannot be read
refuses every line that comes as far as it: to pass it by would give its lines to a rule that was not meant for them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.commissions.conditions import Conditions, UnreadableRule, read_amount, read_conditions, read_currency
from billing.commissions.vat import Treatment
from kit.errors import Conflict
from kit.money import Money, bps_in_percent, split_largest_remainder

BASIS_POINTS = 10_000
ITEM, ORDER = "item", "order"

Amounts = Mapping[str, int]


class NoRule(Conflict):
    """No rule matches a line: what the platform takes is unknown, so nothing may be sold."""

    code = "no_commission_rule"


class RuleCurrency(Conflict):
    """The first rule that matches has amounts, and none in the line's currency. Amounts are never converted."""

    code = "commission_rule_currency"


class RuleBroken(Conflict):
    """A rule that is asked before one matches cannot be read."""

    code = "commission_rule_broken"


@dataclass(frozen=True, slots=True)
class Tier:
    """From so much sold in the calendar month before on, this rate holds instead of the rule's own."""

    currency: str
    from_minor: int
    rate_bps: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A commission rule as plain data. Rates are hundredths of a percent of the base, amounts minor units by currency.

    The base is the line after discounts; `includes_tax` leaves its VAT in, `on_shipping` adds its share of shipping. The
    `fixed` part is added once for each item, or once for what the rule takes of a vendor order; `minimum` and `maximum`
    bound the sum, for each item or for the vendor order. `problem` says why a rule cannot be read.
    """

    id: UUID
    position: int
    rate_bps: int = 0
    name: str = ""
    version: int = 1
    conditions: Conditions = field(default_factory=Conditions)
    tiers: tuple[Tier, ...] = ()
    fixed: Amounts = field(default_factory=dict)
    fixed_per: str = ITEM
    minimum: Amounts = field(default_factory=dict)
    maximum: Amounts = field(default_factory=dict)
    limits_per: str = ITEM
    on_shipping: bool = False
    includes_tax: bool = False
    problem: str = ""

    @property
    def order(self) -> tuple[int, UUID]:
        return self.position, self.id

    def takes(self, line: "CommissionInput") -> bool:
        """Whether the line falls under this rule once it is asked. Raises RuleBroken when that cannot be told."""
        if self.problem:
            raise RuleBroken(
                f"The commission rule “{self.name}” cannot be read ({self.problem}), so what it covers cannot be sold. "
                "The platform has to mend it."
            )
        return self.conditions.match(line)

    def rate_for(self, line: "CommissionInput") -> tuple[int, Tier | None]:
        """The rate, and the tier that the vendor's sales have reached."""
        if not self.tiers:
            return self.rate_bps, None
        own = [tier for tier in self.tiers if tier.currency == line.currency]
        if not own:
            raise self._no_amount(line.currency)
        reached = [tier for tier in own if tier.from_minor <= line.volume_minor]
        if not reached:
            return self.rate_bps, None
        tier = max(reached, key=lambda tier: tier.from_minor)
        return tier.rate_bps, tier

    def amount(self, amounts: Amounts, currency: str) -> int | None:
        """Of `amounts` the one in that currency, None when there are none at all. Raises RuleCurrency."""
        if not amounts:
            return None
        if currency not in amounts:
            raise self._no_amount(currency)
        return amounts[currency]

    def _no_amount(self, currency: str) -> RuleCurrency:
        return RuleCurrency(f"The commission rule “{self.name}” says no amount in {currency}, the line's currency.")


@dataclass(frozen=True, slots=True)
class CommissionInput:
    """A line to be sold, in minor units. `key` is the caller's; lines of one `group` are one vendor order.

    `goods_minor` is all of the line after discounts, its VAT `goods_tax_minor` within; so with its share of shipping.
    `volume_minor` is what the vendor sold in the calendar month before, `vat_rate` the rate on its commission.
    """

    key: str | UUID
    vendor_id: UUID
    category_path: str
    goods_minor: int
    quantity: int
    currency: str
    goods_tax_minor: int = 0
    shipping_minor: int = 0
    shipping_tax_minor: int = 0
    unit_price_minor: int = 0
    country: str = ""
    on: date = date.min
    plan: str = ""
    tags: frozenset[str] = frozenset()
    volume_minor: int = 0
    vat_rate: Decimal = Decimal(0)
    group: Hashable = None

    def base_of(self, rule: Rule) -> int:
        base = self.goods_minor - (0 if rule.includes_tax else self.goods_tax_minor)
        if rule.on_shipping:
            base += self.shipping_minor - (0 if rule.includes_tax else self.shipping_tax_minor)
        return base


@dataclass(frozen=True, slots=True)
class CommissionLine:
    """What one line pays, by which version of which rule, and why, in words. VAT on the commission stands apart."""

    key: str | UUID
    net_minor: int
    tax_minor: int
    rule_id: UUID
    rule_version: int
    reason: str
    base_minor: int = 0

    @property
    def amount_minor(self) -> int:
        """All that is withheld."""
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class VendorTerms:
    """What commission needs to know of a vendor: its plan, its sales of the month before by currency, VAT on it all."""

    plan: str = ""
    volumes: Amounts = field(default_factory=dict)
    vat: Treatment = field(default_factory=Treatment)


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """Everything that decides about commission at one moment: the rules, and the vendors they are asked about."""

    rules: Sequence[Rule]
    vendors: Mapping[UUID, VendorTerms]


def commission_for(lines: Sequence[CommissionInput], rules: Iterable[Rule]) -> list[CommissionLine]:
    """The commission of every line, in their order, by the first rule that it meets.

    The percentage is rounded half up to the minor unit, line by line. What is once for a vendor order is divided over the
    lines that the rule takes of it by largest remainder. Never more than the line. Raises NoRule when no rule matches,
    RuleBroken and RuleCurrency when the one that decides cannot: a line is refused rather than charged by a rule that was
    not meant for it.
    """
    ordered = sorted(rules, key=lambda rule: rule.order)
    taken: dict[tuple[Hashable, UUID], list[CommissionInput]] = defaultdict(list)
    by: dict[UUID, Rule] = {}
    for line in lines:
        if line.goods_minor < 0 or line.shipping_minor < 0 or line.quantity < 1:
            raise ValueError(f"line {line.key}: an amount below zero, or fewer than one unit")
        rule = rule_of(line, ordered)
        by[rule.id] = rule
        taken[line.group, rule.id].append(line)
    found: dict[str | UUID, CommissionLine] = {}
    for (_, rule_id), together in taken.items():
        # In the order of their keys, so that a unit that is left over does not hang on how the lines were given.
        for outcome in _charge(by[rule_id], sorted(together, key=lambda line: str(line.key))):
            found[outcome.key] = outcome
    return [found[line.key] for line in lines]


def rule_of(line: CommissionInput, ordered: Iterable[Rule]) -> Rule:
    """The rule that counts for a line. Raises NoRule, RuleBroken."""
    for rule in ordered:
        if rule.takes(line):
            return rule
    raise NoRule(f"No commission rule covers the category “{line.category_path}”, so it cannot be sold yet.")


def percentage(base_minor: int, rate_bps: int) -> int:
    """`rate_bps` hundredths of a percent of a base that is not negative, rounded half up to the minor unit."""
    return (2 * base_minor * rate_bps + BASIS_POINTS) // (2 * BASIS_POINTS)


def _charge(rule: Rule, lines: Sequence[CommissionInput]) -> list[CommissionLine]:
    """What one rule takes of its lines of one vendor order."""
    currency = lines[0].currency
    bases = [line.base_of(rule) for line in lines]
    rates = [rule.rate_for(line) for line in lines]
    fixed, least, most = (rule.amount(each, currency) for each in (rule.fixed, rule.minimum, rule.maximum))
    amounts = [percentage(base, rate) for base, (rate, _) in zip(bases, rates, strict=True)]
    shares = _fixed_shares(rule, fixed, lines, bases)
    amounts = [amount + share for amount, share in zip(amounts, shares, strict=True)]
    bounded = _bounded(rule, least, most, lines, amounts, bases)
    outcomes = []
    for line, base, rate, share, before, amount in zip(lines, bases, rates, shares, amounts, bounded, strict=True):
        words = _words(rule, line, base, rate, fixed, share)
        if amount > before:
            words += f", at least {Money(least or 0, currency)} {_each(rule.limits_per)}"
        elif amount < before:
            words += f", at most {Money(most or 0, currency)} {_each(rule.limits_per)}"
        net, tax, is_whole = _within_the_line(line, min(amount, base))
        if net < amount or not is_whole:
            words += ", at most the line itself"
        reason = f"{rule.name or 'Rule'} (version {rule.version}): {words}"[:250]
        outcomes.append(CommissionLine(line.key, net, tax, rule.id, rule.version, reason, base))
    return outcomes


def _fixed_shares(
    rule: Rule, fixed: int | None, lines: Sequence[CommissionInput], bases: Sequence[int]
) -> Sequence[int]:
    if not fixed:
        return [0] * len(lines)
    if rule.fixed_per == ITEM:
        return [fixed * line.quantity for line in lines]
    return split_largest_remainder(fixed, _weights(bases))


def _bounded(
    rule: Rule,
    least: int | None,
    most: int | None,
    lines: Sequence[CommissionInput],
    amounts: Sequence[int],
    bases: Sequence[int],
) -> Sequence[int]:
    if rule.limits_per == ITEM:
        return [_between(amount, least, most, line.quantity) for amount, line in zip(amounts, lines, strict=True)]
    whole = sum(amounts)
    wanted = _between(whole, least, most, 1)
    if wanted == whole:
        return amounts
    return split_largest_remainder(wanted, amounts if any(amounts) else _weights(bases))


def _between(amount: int, least: int | None, most: int | None, times: int) -> int:
    if least is not None:
        amount = max(amount, least * times)
    return amount if most is None else min(amount, most * times)


def _weights(bases: Sequence[int]) -> Sequence[int]:
    return bases if any(bases) else [1] * len(bases)


def _within_the_line(line: CommissionInput, net: int) -> tuple[int, int, bool]:
    """Net and VAT on it, together never more than what the customer pays for the line, and whether that was enough."""
    numerator, denominator = line.vat_rate.as_integer_ratio()
    tax = (2 * net * numerator + denominator) // (2 * denominator)
    if net + tax <= line.goods_minor:
        return net, tax, True
    whole = numerator + denominator
    tax = (2 * line.goods_minor * numerator + whole) // (2 * whole)
    return line.goods_minor - tax, tax, False


def _words(
    rule: Rule, line: CommissionInput, base: int, rate: tuple[int, Tier | None], fixed: int | None, share: int
) -> str:
    rate_bps, tier = rate
    parts = []
    if rate_bps or not fixed:
        of = f"{bps_in_percent(rate_bps)} % of {Money(base, line.currency)}"
        if rule.on_shipping:
            of += " with shipping"
        if tier:
            of += f" (from {Money(tier.from_minor, tier.currency)} sold in the month before)"
        parts.append(of)
    if fixed:
        amount = Money(fixed, line.currency)
        parts.append(
            f"{amount} × {line.quantity}"
            if rule.fixed_per == ITEM
            else f"{Money(share, line.currency)} of {amount} an order"
        )
    return " + ".join(parts)


def _each(per: str) -> str:
    return "an item" if per == ITEM else "an order"


def read_rule(
    *,
    id: UUID,
    position: int,
    name: str,
    version: int,
    conditions: object,
    rate_bps: object,
    tiers: object,
    fixed: object,
    fixed_per: object,
    minimum: object,
    maximum: object,
    limits_per: object,
    on_shipping: bool,
    includes_tax: bool,
) -> Rule:
    """A rule from what is stored. Raises UnreadableRule, naming the field."""
    rule = Rule(
        id=id,
        position=position,
        name=name,
        version=version,
        conditions=read_conditions(conditions),
        rate_bps=_rate(rate_bps, "rate_bps"),
        tiers=_tiers(tiers),
        fixed=_amounts(fixed, "fixed"),
        fixed_per=_per(fixed_per, "fixed_per"),
        minimum=_amounts(minimum, "minimum"),
        maximum=_amounts(maximum, "maximum"),
        limits_per=_per(limits_per, "limits_per"),
        on_shipping=on_shipping,
        includes_tax=includes_tax,
    )
    for currency, least in rule.minimum.items():
        if least > rule.maximum.get(currency, least):
            raise UnreadableRule(f"The least in {currency} is more than the most.", field="minimum")
    return rule


def _rate(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BASIS_POINTS:
        raise UnreadableRule("The percentage lies between 0 and 100.", field=field)
    return value


def _tiers(value: object) -> tuple[Tier, ...]:
    if not isinstance(value, list):
        raise UnreadableRule("The tiers are not a list.", field="tiers")
    found = []
    for each in value:
        if not isinstance(each, Mapping) or set(each) != {"currency", "from_minor", "rate_bps"}:
            raise UnreadableRule("A tier says currency, from how much, and the rate.", field="tiers")
        found.append(
            Tier(
                read_currency(each["currency"], "tiers"),
                read_amount(each["from_minor"], "tiers"),
                _rate(each["rate_bps"], "tiers"),
            )
        )
    if len({(tier.currency, tier.from_minor) for tier in found}) < len(found):
        raise UnreadableRule("Two tiers begin at the same amount.", field="tiers")
    return tuple(sorted(found, key=lambda tier: (tier.currency, tier.from_minor)))


def _amounts(value: object, field: str) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise UnreadableRule("Amounts are given by currency.", field=field)
    return {read_currency(currency, field): read_amount(amount, field) for currency, amount in value.items()}


def _per(value: object, field: str) -> str:
    if value not in (ITEM, ORDER):
        raise UnreadableRule(f"It counts for each {ITEM} or for each {ORDER}.", field=field)
    return str(value)
