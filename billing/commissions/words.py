"""A rule in words: what it covers, and what it takes."""

import re
from collections.abc import Mapping
from uuid import UUID

from billing.commissions.conditions import KINDS, Conditions
from billing.commissions.engine import ITEM, Amounts, Rule
from kit.money import Money, bps_in_percent
from taxonomy.queries import name_of

LABELS = {
    "vendor": "Vendor",
    "plan": "Plan",
    "category": "Category",
    "tag": "Tag",
    "price": "Price",
    "country": "To",
    "dates": "Orders",
}


def covers(conditions: Conditions, vendors: Mapping[UUID, str] | None = None) -> str:
    """For example "Category Home › Kitchen · To AT or DE"; "Everything" without conditions. `vendors` names them by id."""
    names = vendors or {}
    parts = []
    for kind in KINDS:
        values = [
            name_of(value) if kind == "category" else names.get(value, str(value))
            for value in getattr(conditions, kind)
        ]
        if values:
            listed = values if kind in ("price", "dates") else sorted(values)
            parts.append(f"{LABELS[kind]} {' or '.join(map(str, listed))}")
    return " · ".join(parts) or "Everything"


def takes(rule: Rule) -> str:
    """For example "12 % + 0.30 EUR an item, at least 0.50 EUR an order"."""
    if rule.problem:
        return "Nothing can be taken"
    rate = f"{bps_in_percent(rule.rate_bps)} %"
    if rule.tiers:
        steps = (
            f"{bps_in_percent(tier.rate_bps)} % from {Money(tier.from_minor, tier.currency)}" for tier in rule.tiers
        )
        rate += f" ({', '.join(steps)} sold in the month before)"
    parts = [rate] if rule.rate_bps or rule.tiers or not rule.fixed else []
    if rule.fixed:
        parts.append(f"{amounts(rule.fixed)} {_each(rule.fixed_per)}")
    words = " + ".join(parts)
    for bound, label in ((rule.minimum, "at least"), (rule.maximum, "at most")):
        if bound:
            words += f", {label} {amounts(bound)} {_each(rule.limits_per)}"
    if rule.on_shipping:
        words += ", also of shipping"
    return f"{words}, of prices with VAT" if rule.includes_tax else words


# What is of one line alone in the reason that the engine freezes with it.
_AMOUNT = r"-?[\d.,]+ [A-Z]{3}"
_OF_ONE_LINE = (
    (re.compile(rf" % of {_AMOUNT}"), " %"),
    (re.compile(rf"({_AMOUNT}) × \d+"), r"\1 an item"),
    (re.compile(rf"{_AMOUNT} of ({_AMOUNT} an order)"), r"\1"),
)


def without_amounts(reason: str) -> str:
    """A line's frozen reason as it is true of every line that the same rule took the same rate of.

    "Standard (version 1): 12 % of 66.39 EUR" becomes "Standard (version 1): 12 %".
    """
    name, version, words = reason.partition(" (version ")
    for pattern, instead in _OF_ONE_LINE:
        words = pattern.sub(instead, words)
    return f"{name}{version}{words}"


def amounts(by_currency: Amounts) -> str:
    return " / ".join(str(Money(amount, currency)) for currency, amount in sorted(by_currency.items()))


def _each(per: str) -> str:
    return "an item" if per == ITEM else "an order"
