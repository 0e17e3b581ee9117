"""A month of the demo's market: who joins, what comes out, who buys what and what becomes of it.

Plain data, the same at every reading: times are counted from the month's beginning, whose end is now. What an order has
come to is not written anywhere; it is what its vendors have had time to do.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from marketplace.demo.cast import CUSTOMERS, VENDORS
from marketplace.demo.parts import CastCustomer, CastVendor
from marketplace.demo.scaled import scaled_customers, scaled_vendors

MONTH = timedelta(days=31)
# Nothing of the past happens later than this before its end: vendors' payouts are looked for once an hour.
QUIET = timedelta(minutes=100)
SCALED_ORDERS = 500
FIRST_SHELF = 0.7  # of a vendor's products, there from the beginning


class Kind(StrEnum):
    """What is done. Their order here decides what comes first at the same time."""

    APPLY = "apply"
    APPROVE = "approve"
    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"
    SETTLE = "settle"
    PLACE = "place"
    DECLINED = "declined"
    LOSE_STOCK = "lose stock"
    PAY = "pay"
    RESTOCK = "restock"
    ACCEPT = "accept"
    PACK = "pack"
    SHIP = "ship"
    DELIVER = "deliver"
    ASK_ABOUT = "ask about"
    DISPUTE = "dispute"
    LOSE_DISPUTE = "lose dispute"
    BEGIN_ANSWER = "begin answer"
    GIVE_BACK = "give back"
    ASK_FOR_ALL = "ask for all"
    CANCEL = "cancel"
    REVIEW = "review"
    SEND_BACK = "send back"
    SENT_BACK = "sent back"
    GIVEN_BACK = "given back"
    CLAIM = "claim"


@dataclass(frozen=True)
class Deed:
    """One thing that happens: to an order (`purchase`), a vendor's part of it, or a vendor and its product."""

    at: timedelta
    kind: Kind
    purchase: int = -1
    vendor: str = ""
    product: int = -1

    @property
    def order(self) -> tuple[timedelta, int, int, str, int]:
        return self.at, list(Kind).index(self.kind), self.purchase, self.vendor, self.product


@dataclass(frozen=True)
class Item:
    """So many of a vendor's variant."""

    vendor: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Purchase:
    """One order: by a guest, or by a customer who is signed in. `lost` is what is gone before the payment arrives."""

    number: int
    customer: CastCustomer
    signed_in: bool
    items: tuple[Item, ...]
    lost: Item | None = None

    @property
    def vendors(self) -> list[str]:
        return list(dict.fromkeys(item.vendor for item in self.items))


@dataclass(frozen=True)
class History:
    """All of it: deeds in their order, purchases by number."""

    deeds: Sequence[Deed]
    purchases: dict[int, Purchase]


@dataclass(frozen=True)
class ChosenPlan:
    """A plan that a vendor subscribes to. The card of one that `cannot_pay` is refused once there is something to pay."""

    at: timedelta
    plan: str
    interval: str
    cannot_pay: bool = False


# One has paid for a year, one by the month and again just now; one tries for a week more, and one's card was refused when
# its trial was over.
CHOSEN = {
    "brennhaus": ChosenPlan(timedelta(hours=3), "scale", "year"),
    "norrljus": ChosenPlan(timedelta(hours=5), "scale", "month"),
    "olivar": ChosenPlan(timedelta(days=11, hours=4), "growth", "month", cannot_pay=True),
    "marelle": ChosenPlan(timedelta(days=24, hours=9), "growth", "month"),
}


def base_history() -> History:
    """The month as every demo has it: 62 orders, two shops that are on their way in, new products every few days."""
    plan = _Plan(random.Random(20260131), VENDORS, CUSTOMERS)
    plan.newcomers()
    plan.shelves()
    plan.plans()
    for number, ago in enumerate(_times_ago(plan.dice)):
        # The first at once: on whatever day it is seeded, the month before has something to be closed with.
        plan.buy(number, MONTH - ago if number else timedelta(hours=2))
    for number in (900, 901, 902):
        plan.buy(number, MONTH)
    plan.deeds += TROUBLES
    plan.afterwards()
    for day in range(1, MONTH.days):
        plan.deeds.append(Deed(timedelta(days=day), Kind.SETTLE))
    return plan.history()


def scaled_history(*, first: int = 1000) -> History:
    """500 orders more, by a hundred customers more, over a thousand products more."""
    plan = _Plan(random.Random(20260201), scaled_vendors(), (*CUSTOMERS, *scaled_customers()), gradual=False)
    span = MONTH - QUIET - timedelta(hours=3)
    for number in range(SCALED_ORDERS):
        # Trade picks up: more orders towards the end than at the beginning.
        plan.buy(first + number, timedelta(hours=2) + span * math.sqrt((number + 0.5) / SCALED_ORDERS))
    return plan.history()


def merged(one: History, other: History) -> History:
    deeds = sorted([*one.deeds, *other.deeds], key=lambda deed: deed.order)
    return History(deeds, one.purchases | other.purchases)


def first_shelf(vendor: CastVendor) -> int:
    """How many of a vendor's products are there from the beginning."""
    return math.ceil(len(vendor.products) * FIRST_SHELF) if vendor.state == "active" else 0


def published_at(vendor: CastVendor, product: int) -> timedelta:
    """When an active vendor puts a product out; the first ones at the beginning, the others spread over the month."""
    first = first_shelf(vendor)
    if product < first:
        return timedelta(0)
    later = len(vendor.products) - first
    shift = VENDORS.index(vendor) / len(VENDORS)
    return timedelta(days=2) + (MONTH - timedelta(days=3)) * ((product - first + shift) / later)


def _times_ago(dice: random.Random) -> Iterator[timedelta]:
    """How long ago each order was placed: the older half thinly spread, the last days busier."""
    for count, begins, ends in ((24, 29.5, 15.0), (16, 14.8, 6.0), (13, 5.8, 1.1), (6, 0.95, 0.13)):
        for place in range(count):
            days = begins + (ends - begins) * (place + dice.uniform(0.1, 0.9)) / count
            yield timedelta(days=days)


# Orders whose customers did not pay, and the one whose second vendor had lost the goods.
UNPAID, DECLINED, LOST = {5, 21, 44}, {5, 17}, 13
# The last three orders are of this very moment: two are being paid.
BEING_PAID = {900, 901}
# What does not go well, by purchase: one dispute is lost, one waits for its answer, one bank only asks; a vendor gives
# something back, support asks for more than it may give alone, and a customer changes her mind.
TROUBLES = (
    Deed(timedelta(days=16), Kind.DISPUTE, 3),
    Deed(timedelta(days=28, hours=12), Kind.LOSE_DISPUTE, 3),
    Deed(timedelta(days=29), Kind.DISPUTE, 35),
    Deed(timedelta(days=30), Kind.BEGIN_ANSWER, 35, "brennhaus"),
    Deed(timedelta(days=30), Kind.ASK_ABOUT, 38),
    Deed(timedelta(days=30, hours=8), Kind.CANCEL, 54),
    Deed(timedelta(days=30, hours=18), Kind.ASK_FOR_ALL, 33, "norrljus"),
    Deed(timedelta(days=30, hours=20), Kind.GIVE_BACK, 43, "brennhaus"),
)
# What comes back of what has arrived, by purchase: how far it is.
COMING_BACK = {8: Kind.GIVEN_BACK, 16: Kind.CLAIM, 26: Kind.SENT_BACK, 30: Kind.SEND_BACK}
VENDORS_OF_A_PURCHASE = (1, 2, 1, 3, 1, 2, 1, 1, 4, 2)


@dataclass
class _Plan:
    dice: random.Random
    vendors: Sequence[CastVendor]
    customers: Sequence[CastCustomer]
    gradual: bool = True  # products come out in the course of the month, not all at its beginning
    deeds: list[Deed] = field(default_factory=list)
    purchases: dict[int, Purchase] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def history(self) -> History:
        return History(sorted(self.deeds, key=lambda deed: deed.order), self.purchases)

    def newcomers(self) -> None:
        """The vendors that are not selling yet."""
        for vendor in self.vendors:
            if vendor.state == "onboarding":
                self.deeds.append(Deed(timedelta(days=24), Kind.APPLY, vendor=vendor.slug))
                self.deeds.append(Deed(timedelta(days=25, hours=3), Kind.APPROVE, vendor=vendor.slug))
            elif vendor.state == "applied":
                self.deeds.append(Deed(timedelta(days=29, hours=20), Kind.APPLY, vendor=vendor.slug))

    def shelves(self) -> None:
        """What vendors put out in the course of the month."""
        for vendor in self.vendors:
            for product in range(first_shelf(vendor), len(vendor.products) if vendor.state == "active" else 0):
                self.deeds.append(
                    Deed(published_at(vendor, product), Kind.PUBLISH, vendor=vendor.slug, product=product)
                )

    def plans(self) -> None:
        """What vendors subscribe to."""
        for slug, chosen in CHOSEN.items():
            self.deeds.append(Deed(chosen.at, Kind.SUBSCRIBE, vendor=slug))

    def afterwards(self) -> None:
        """Two of three parcels are told of within days; some of what has come goes back."""
        told_of_by_banks = {deed.purchase for deed in TROUBLES}
        arrived = [deed for deed in self.deeds if deed.kind == Kind.DELIVER and deed.purchase not in told_of_by_banks]
        for place, deed in enumerate(arrived):
            if place % 3:
                later = timedelta(hours=20 + deed.purchase * 13 % 70)
                self._then(deed.at + later, Kind.REVIEW, deed.purchase, deed.vendor)
        for number, how_far in COMING_BACK.items():
            came = next(deed for deed in arrived if deed.purchase == number)
            self._then(came.at + timedelta(hours=30), how_far, number, came.vendor)

    def buy(self, number: int, at: timedelta) -> None:
        """An order placed at `at`, and all that follows from it before the month is over."""
        # The first of the cast is the one people sign in as: she comes back all the time.
        regular = self.gradual and number % 8 == 3
        customer = self.customers[0 if regular else number * 7 % len(self.customers)]
        lost = None
        if number == LOST:
            items = self._basket(2, at, untouched=True)
            lost = items[-1]
            self.taken[lost.sku] = 10**6
        else:
            items = self._basket(VENDORS_OF_A_PURCHASE[number % len(VENDORS_OF_A_PURCHASE)], at)
        self.purchases[number] = Purchase(number, customer, regular or number % 5 not in (0, 3), items, lost)
        minutes = self.dice.uniform(1, 9)
        paid = at + timedelta(minutes=minutes)
        self._then(at, Kind.PLACE, number)
        if number in DECLINED or number in UNPAID:
            self._then(at + timedelta(minutes=minutes / 2), Kind.DECLINED, number)
        if number in UNPAID:
            return
        if number in BEING_PAID:
            self._then(at, Kind.DECLINED, number)
            return
        if lost:
            self._then(at + timedelta(minutes=minutes / 2), Kind.LOSE_STOCK, number)
            self._then(at + timedelta(days=2), Kind.RESTOCK, number)
        self._then(paid if at < MONTH else at, Kind.PAY, number)
        for slug in self.purchases[number].vendors:
            if lost is None or slug != lost.vendor:
                self._fulfill(number, slug, paid)

    def _fulfill(self, number: int, slug: str, paid: timedelta) -> None:
        handling = next(vendor.handling_days for vendor in self.vendors if vendor.slug == slug)
        at = paid
        for kind, least, most in (
            (Kind.ACCEPT, 1.0, 11.0),
            (Kind.PACK, 2.0, 10.0 * max(handling, 1)),
            (Kind.SHIP, 3.0, 18.0),
            (Kind.DELIVER, 26.0, 84.0),
        ):
            at += timedelta(hours=self.dice.uniform(least, most))
            self._then(at, kind, number, slug)

    def _then(self, at: timedelta, kind: Kind, number: int, vendor: str = "") -> None:
        if at <= MONTH - QUIET or at == MONTH:
            self.deeds.append(Deed(at, kind, number, vendor))

    def _basket(self, vendors: int, at: timedelta, *, untouched: bool = False) -> tuple[Item, ...]:
        """One to three things each of so many vendors, of what was out by then and will not run out."""
        items: list[Item] = []
        selling = [vendor for vendor in self.vendors if vendor.state == "active"]
        for vendor in self.dice.sample(selling, vendors):
            chosen = [
                variant
                for place, product in enumerate(vendor.products)
                if not self.gradual or published_at(vendor, place) + timedelta(hours=1) < at
                for variant in product.variants
                if variant.stock - self.taken.get(variant.sku, 0) > 3 and not (untouched and variant.sku in self.taken)
            ]
            for variant in self.dice.sample(chosen, min(self.dice.choice((1, 1, 1, 2, 2, 3)), len(chosen))):
                quantity = 2 if variant.price_minor < 3000 and self.dice.random() < 0.3 else 1
                self.taken[variant.sku] = self.taken.get(variant.sku, 0) + quantity
                items.append(Item(vendor.slug, variant.sku, quantity))
        return tuple(items)
