"""A vendor's money over a month, every figure from postings.

The vendor's position is what we owe it (2000) and keep for a dispute (2400), less what it owes us (1300), seen from the
vendor: a credit is positive. Entries between those accounts change nothing of it. What an entry changes is told apart by
the other side of the entry, which sums to the same: commission is what went to 4000, its VAT what went to 2200, a refund
what is owed to the customer on 2100. So the figures sum to the change of the position, whatever kinds of entries there
are or will be.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Sum

from billing.ledger.models import AccountCode as Code
from billing.ledger.models import Posting

OWN = (Code.VENDOR_PAYABLE, Code.DISPUTE_HOLD, Code.VENDOR_RECEIVABLE)
OWN_CODES = frozenset(str(code) for code in OWN)

# In the order a statement tells them.
FIGURES = {
    "sales": "Sales, paid by customers",
    "subsidies": "Discounts paid by the marketplace",
    "sales_tax": "VAT that the marketplace owes of your sales",
    "refunds": "Refunds to customers",
    "commission": "Commission",
    "commission_tax": "VAT on commission",
    "commission_back": "Commission given back",
    "commission_tax_back": "VAT on commission given back",
    "disputes": "Disputes",
    "fees": "Fees",
    "adjustments": "Adjustments",
    "transfers": "Transferred to your balance",
    "transfers_back": "Taken back from your balance",
}
# What the other side of an entry with one vendor means; the provider's side depends on the kind.
BY_CODE = {
    str(Code.REFUNDS_OWED): "refunds",
    str(Code.GIFT_CARDS): "sales",
    str(Code.STORE_CREDIT): "sales",
    str(Code.PROMOTIONS): "subsidies",
    str(Code.SALES_TAX): "sales_tax",
    str(Code.FEES_RECHARGED): "fees",
    str(Code.DISPUTE_FEES): "fees",
    str(Code.SUBSCRIPTION_RECEIVABLE): "fees",
    str(Code.DISPUTED_FUNDS): "disputes",
}
PROVIDER_SIDE = frozenset(
    str(code) for code in (Code.STRIPE_PENDING, Code.STRIPE_AVAILABLE, Code.STRIPE_PROCESSING, Code.PAYOUT_FEES)
)


@dataclass(frozen=True, slots=True)
class Move:
    """What one entry did to the vendor's position: `parts` by figure, which sum to `amount_minor`.

    `origin` is the kind of the fact: of a reversal, the kind of what it reverses; and `source_key` the fact's.
    """

    entry_id: UUID
    kind: str
    origin: str
    occurred_at: datetime
    reference_id: UUID | None
    description: str
    parts: dict[str, int]
    accounts: dict[str, int]
    source_key: str = ""

    @property
    def amount_minor(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """A vendor's month. Balances are of the whole position; `accounts` are (opening, change) of each account behind it."""

    opening_minor: int
    closing_minor: int
    sums: dict[str, int]
    accounts: dict[str, tuple[int, int]]
    moves: list[Move] = field(default_factory=list)

    @property
    def moved_minor(self) -> int:
        return sum(self.sums.values())


def figures_of(vendor_id: UUID, *, currency: str, since: datetime, until: datetime) -> Figures:
    """The vendor's month in one currency. Three queries. Opening and closing are folds of their own: see `ties`."""
    opening = position(vendor_id, currency=currency, until=since)
    closing = position(vendor_id, currency=currency, until=until)
    moves = list(moves_of(vendor_id, currency=currency, since=since, until=until))
    sums: Counter[str] = Counter(dict.fromkeys(FIGURES, 0))
    accounts: Counter[str] = Counter()
    for move in moves:
        sums.update(move.parts)
        accounts.update(move.accounts)
    return Figures(
        opening_minor=sum(opening.values()),
        closing_minor=sum(closing.values()),
        sums={figure: sums[figure] for figure in FIGURES},
        accounts={str(code): (opening[str(code)], accounts[str(code)]) for code in OWN},
        moves=moves,
    )


def ties(figures: Figures, vendor_id: UUID, *, currency: str, until: datetime) -> list[str]:
    """What does not agree, in words; nothing when every account ends where its postings say, and the figures sum up."""
    wrong = []
    if figures.opening_minor + figures.moved_minor != figures.closing_minor:
        wrong.append(
            f"{figures.opening_minor} and {figures.moved_minor} do not make the closing {figures.closing_minor}"
        )
    held = position(vendor_id, currency=currency, until=until)
    for code, (opening, change) in figures.accounts.items():
        if opening + change != held[code]:
            wrong.append(f"account {code} holds {held[code]}, the statement says {opening + change}")
    return wrong


def position(vendor_id: UUID, *, currency: str, until: datetime) -> Counter[str]:
    """What each account of the vendor held at an instant, seen from the vendor (credits positive). One query."""
    rows = (
        Posting.objects.filter(
            account__vendor_id=vendor_id,
            account__code__in=OWN_CODES,
            account__currency=currency,
            entry__occurred_at__lt=until,
        )
        .order_by()
        .values_list("account__code")
        .annotate(held=Sum("amount_minor"))
    )
    return Counter({code: -held for code, held in rows})


def moves_of(vendor_id: UUID, *, currency: str, since: datetime, until: datetime) -> Iterator[Move]:
    """Every entry that touched the vendor's accounts in a span, oldest first. One query."""
    mine = Posting.objects.filter(
        account__vendor_id=vendor_id,
        account__code__in=OWN_CODES,
        account__currency=currency,
        entry__occurred_at__gte=since,
        entry__occurred_at__lt=until,
    )
    rows = (
        Posting.objects.filter(entry__in=mine.values("entry"), currency=currency)
        .order_by("entry__occurred_at", "entry_id", "id")
        .values_list(
            "entry_id",
            "entry__kind",
            "entry__reverses__kind",
            "entry__occurred_at",
            "entry__reference_id",
            "entry__description",
            "entry__source_key",
            "entry__reverses__source_key",
            "account__code",
            "vendor_id",
            "amount_minor",
        )
    )
    for entry, lines in groupby(rows, lambda row: row[:8]):
        entry_id, kind, reversed_kind, at, reference_id, description, key, reversed_key = entry
        sides = [(code, whose, amount) for *_, code, whose, amount in lines]
        own = Counter[str]()
        for code, whose, amount in sides:
            if whose == vendor_id and code in OWN_CODES:
                own[code] -= amount
        parts = parts_of(vendor_id, reversed_kind or kind, sides)
        origin, key = reversed_kind or kind, reversed_key or key
        yield Move(entry_id, kind, origin, at, reference_id, description, parts, dict(own), key)


def parts_of(vendor_id: UUID, origin: str, sides: Iterable[tuple[str, UUID | None, int]]) -> dict[str, int]:
    """By how much an entry changes each figure. `sides` are all its postings: (code, vendor, amount)."""
    rows = list(sides)
    other = [(code, whose, amount) for code, whose, amount in rows if whose != vendor_id or code not in OWN_CODES]
    moved = -sum(amount for code, whose, amount in rows if whose == vendor_id and code in OWN_CODES)
    parts: Counter[str] = Counter()
    if any(whose not in (None, vendor_id) for _, whose, _ in other):
        # Several vendors' money: whose side the other accounts are on is not said, so the kind names the whole of it.
        parts[_of_kind(origin, moved)] += moved
    else:
        # Tax beside commission is commission's; what else is taxed is said by hand.
        commissioned = any(code == Code.COMMISSION for code, _, _ in other)
        for code, _, amount in other:
            parts[_of_side(origin, code, amount, commissioned)] += amount
    return {figure: amount for figure, amount in parts.items() if amount}


def _of_side(origin: str, code: str, amount: int, commissioned: bool) -> str:
    given_back = origin != "commission"
    if code == Code.COMMISSION:
        return "commission_back" if given_back else "commission"
    if code == Code.TAX_PAYABLE and commissioned:
        return "commission_tax_back" if given_back else "commission_tax"
    if code in PROVIDER_SIDE:
        return _of_kind(origin, amount)
    return BY_CODE.get(code, "adjustments")


def _of_kind(origin: str, amount: int) -> str:
    if origin == "sale":
        return "sales"
    if origin.startswith("dispute"):
        return "disputes"
    if "transfer" in origin or "reversal" in origin:
        return "transfers_back" if amount > 0 else "transfers"
    return "adjustments"
