"""What promotions take off some goods and their shipping: pure functions over plain data and whole numbers.

Promotions are taken one after the other, the higher priority first, each off what the ones before have left of a price; so no
line is ever below zero. Among equals a coupon, which somebody asked for, comes before one that applies by itself, and then
the older first. An exclusive promotion is alone in a vendor's part of the purchase. Nothing hangs on the order of the lines.

A promotion gives what it is worth or nothing: one whose budget no longer covers all of it is used up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kit.money import split_largest_remainder
from marketplace.promotions.models import ALL_BPS, Kind


@dataclass(frozen=True, slots=True)
class Goods:
    """So many of one article. `key` is the caller's, unique; `article` says what it is, the same wherever it is quoted."""

    key: UUID
    article: UUID
    vendor_id: UUID
    product_id: UUID
    category_path: str
    unit_price_minor: int
    quantity: int

    @property
    def total_minor(self) -> int:
        return self.unit_price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class Terms:
    """A promotion that may be used now, as plain data; see `Promotion`. `left_minor` is what is left of its budget."""

    id: UUID
    name: str
    kind: str
    code: str = ""
    vendor_id: UUID | None = None
    rate_bps: int = 0
    amount_minor: int = 0
    buy_quantity: int = 0
    get_quantity: int = 0
    category_paths: frozenset[str] = frozenset()
    product_ids: frozenset[UUID] = frozenset()
    minimum_minor: int = 0
    priority: int = 0
    is_exclusive: bool = False
    is_first_order_only: bool = False
    platform_share_bps: int = 0
    left_minor: int | None = None

    def covers(self, goods: Goods) -> bool:
        """Whether it is on these goods."""
        if self.vendor_id is not None and goods.vendor_id != self.vendor_id:
            return False
        if self.product_ids and goods.product_id not in self.product_ids:
            return False
        path = goods.category_path
        return not self.category_paths or any(
            path == each or path.startswith(f"{each}/") for each in self.category_paths
        )


@dataclass(frozen=True, slots=True)
class Split:
    """A discount by who bears it."""

    vendor: int = 0
    platform: int = 0

    @property
    def whole(self) -> int:
        return self.vendor + self.platform

    def __add__(self, other: "Split") -> "Split":
        return Split(self.vendor + other.vendor, self.platform + other.platform)


NONE = Split()


class Why(StrEnum):
    """Why a promotion takes nothing off."""

    OTHER_GOODS = "other_goods"
    MINIMUM = "minimum_not_reached"
    NOT_COMBINABLE = "not_combinable"
    NO_EFFECT = "no_effect"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Missed:
    """A promotion that takes nothing off; `missing_minor` more of its goods and it would."""

    terms: Terms
    why: Why
    missing_minor: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """What one promotion takes off, by vendor."""

    terms: Terms
    by_vendor: Mapping[UUID, Split]

    @property
    def whole(self) -> Split:
        return sum(self.by_vendor.values(), NONE)


@dataclass(slots=True)
class Discounts:
    """All of them together: by line, on shipping by vendor, and promotion by promotion as they were taken."""

    lines: dict[UUID, Split] = field(default_factory=dict)
    shipping: dict[UUID, Split] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


def discounts_on(goods: Sequence[Goods], *, shipping: Mapping[UUID, int], promotions: Iterable[Terms]) -> Discounts:
    """What `promotions` take off goods and what shipping costs by vendor; all in minor units of one currency."""
    goods = sorted(goods, key=lambda each: (str(each.article), str(each.key)))
    prices, costs = {each.key: each.total_minor for each in goods}, dict(shipping)
    found = Discounts({each.key: NONE for each in goods}, dict.fromkeys(costs, NONE))
    touched: set[UUID] = set()
    alone: set[UUID] = set()
    for terms in sorted(promotions, key=lambda each: (-each.priority, not each.code, str(each.id))):
        covered = [each for each in goods if terms.covers(each)]
        missing = terms.minimum_minor - sum(each.total_minor for each in covered)
        if not covered or missing > 0:
            why = Why.MINIMUM if covered else Why.OTHER_GOODS
            found.missed.append(Missed(terms, why, missing if covered else 0))
            continue
        taken = alone | touched if terms.is_exclusive else alone
        free = [each for each in covered if each.vendor_id not in taken]
        off_goods, off_shipping = _worth(terms, free, prices, costs)
        whole = sum(off_goods.values()) + sum(off_shipping.values())
        if not whole or (terms.left_minor is not None and whole > terms.left_minor):
            why = Why.USED_UP if whole else Why.NO_EFFECT if free else Why.NOT_COMBINABLE
            found.missed.append(Missed(terms, why))
            continue
        by_vendor = {}
        for vendor_id in sorted({each.vendor_id for each in free}, key=str):
            mine = [each.key for each in free if each.vendor_id == vendor_id]
            *parts, off_cost = _funded([*(off_goods[key] for key in mine), off_shipping.get(vendor_id, 0)], terms)
            for key, part in zip(mine, parts, strict=True):
                found.lines[key] += part
                prices[key] -= part.whole
            if off_cost.whole:
                found.shipping[vendor_id] += off_cost
                costs[vendor_id] -= off_cost.whole
            together = sum([*parts, off_cost], NONE)
            if together.whole:
                by_vendor[vendor_id] = together
        found.applied.append(Applied(terms, by_vendor))
        touched |= by_vendor.keys()
        if terms.is_exclusive:
            alone |= by_vendor.keys()
    return found


def percent_off(price_minor: int, rate_bps: int) -> int:
    """So many hundredths of a percent of a price, rounded half up to the minor unit."""
    return (2 * price_minor * rate_bps + ALL_BPS) // (2 * ALL_BPS)


def _worth(
    terms: Terms, goods: Sequence[Goods], prices: Mapping[UUID, int], costs: Mapping[UUID, int]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """What it takes off each line, and off the shipping of each vendor, of what is left of both."""
    nothing = {each.key: 0 for each in goods}
    if terms.kind == Kind.FREE_SHIPPING:
        vendors = {each.vendor_id for each in goods}
        return nothing, {vendor: cost for vendor, cost in costs.items() if vendor in vendors}
    left = [prices[each.key] for each in goods]
    if terms.kind == Kind.PERCENTAGE:
        return {each.key: percent_off(price, terms.rate_bps) for each, price in zip(goods, left, strict=True)}, {}
    if terms.kind == Kind.FIXED:
        amount = min(terms.amount_minor, sum(left))
        parts = split_largest_remainder(amount, left) if amount else [0] * len(left)
        return {each.key: part for each, part in zip(goods, parts, strict=True)}, {}
    by_vendor: dict[UUID, list[Goods]] = defaultdict(list)
    for each in goods:
        by_vendor[each.vendor_id].append(each)
    for mine in by_vendor.values():
        for each, units in _got(terms, mine).items():
            off = percent_off(each.unit_price_minor, terms.rate_bps) * units
            nothing[each.key] = min(off, prices[each.key])
    return nothing, {}


def _got(terms: Terms, goods: Sequence[Goods]) -> dict[Goods, int]:
    """How many of each are got cheaper: the cheapest, so many for every so many that are bought of one vendor."""
    group = terms.buy_quantity + terms.get_quantity
    left = sum(each.quantity for each in goods) // group * terms.get_quantity
    found: dict[Goods, int] = {}
    for each in sorted(goods, key=lambda each: (each.unit_price_minor, str(each.article), str(each.key))):
        found[each] = min(each.quantity, left)
        left -= found[each]
    return found


def _funded(amounts: Sequence[int], terms: Terms) -> list[Split]:
    """Each amount by who bears it. All of one vendor's part is divided first, so that no rounding favors a funder."""
    whole = sum(amounts)
    if not whole:
        return [NONE] * len(amounts)
    ours = split_largest_remainder(whole, [terms.platform_share_bps, ALL_BPS - terms.platform_share_bps])[0]
    return [
        Split(amount - platform, platform)
        for amount, platform in zip(amounts, split_largest_remainder(ours, amounts), strict=True)
    ]
