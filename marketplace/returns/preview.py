"""What a refund or a cancellation would do, to whom: pure functions over plain data, the same for showing and for doing.

`preview` builds it from what is left (`PartFacts`, read by `returns.queries`) and what is asked for (`Ask`). Its digest
stands for every number in it, and for what was carried out before: whoever does it hands the digest of what they saw, and is
shown it anew when that differs. No two states of an order have a digest in common, so that a form sent twice is known.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from billing.payments.actions import PaymentDisputed, tax_in
from kit.errors import Conflict, InvalidInput
from kit.money import Money, split_largest_remainder
from marketplace.returns.amounts import Left, Taken, price_of, spread, take, without

GOODS, SHIPPING, GOODWILL = "goods", "shipping", "goodwill"
MOST_UNITS = 1_000_000


class NothingToGiveBack(InvalidInput):
    """What was asked for comes to nothing."""

    code = "nothing_to_give_back"


class TooMuchAsked(InvalidInput):
    """More is asked for than is left."""

    code = "more_than_is_left"


class CannotCancel(Conflict):
    """It has left, or its vendor has it in hand."""

    code = "cannot_cancel"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of one vendor order: units and amounts by line, shipping, a goodwill amount, or all that is left.

    `shipping_minor` None leaves it to the rule: all of it where nothing of the vendor order is left to send.
    """

    vendor_order_id: UUID
    units: Mapping[UUID, int] = field(default_factory=dict)
    amounts: Mapping[UUID, int] = field(default_factory=dict)
    shipping_minor: int | None = None
    goodwill_minor: int = 0
    everything: bool = False

    def as_data(self) -> dict[str, Any]:
        """Plain, as it is kept with the request."""
        return {
            "vendor_order": str(self.vendor_order_id),
            "units": {str(line): count for line, count in self.units.items()},
            "amounts": {str(line): amount for line, amount in self.amounts.items()},
            "shipping_minor": self.shipping_minor,
            "goodwill_minor": self.goodwill_minor,
            "everything": self.everything,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Ask":
        """What `as_data` gave."""
        return cls(
            vendor_order_id=UUID(data["vendor_order"]),
            units={UUID(line): count for line, count in data["units"].items()},
            amounts={UUID(line): amount for line, amount in data["amounts"].items()},
            shipping_minor=data["shipping_minor"],
            goodwill_minor=data["goodwill_minor"],
            everything=data["everything"],
        )


@dataclass(frozen=True, slots=True)
class LineFacts:
    """An order line: what is left of its money, and how many units have not left (`unshipped`)."""

    left: Left
    title: str
    quantity: int
    canceled: int
    unshipped: int

    @property
    def id(self) -> UUID:
        assert self.left.line_id is not None
        return self.left.line_id

    @property
    def sent(self) -> int:
        """How many have left."""
        return self.quantity - self.canceled - self.unshipped


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A vendor order as it is now. `earnings` is what its vendor still has of it or is to have; of that `sent` was
    transferred, of which `paid_out` has left for its bank. `carried_out` requests have given something of it back or
    withdrawn some before. `dispute` says where the customer's bank asks for money now: "open" for this part, "elsewhere"
    for others of the payment. `lost` is what banks took of this part and keep; it is in nothing of what is left.
    """

    vendor_order_id: UUID
    vendor_id: UUID
    vendor_name: str
    number: str
    currency: str
    closed_to_customer: bool
    keeps_commission: bool
    lines: Sequence[LineFacts]
    shipping: Left
    earnings: int
    sent: int
    paid_out: int
    commission_left: int = 0
    commission_tax_left: int = 0
    carried_out: int = 0
    dispute: str = ""
    lost: int = 0
    sales_tax_left: int = 0  # VAT of it that the platform owes, and gives back itself

    @property
    def left(self) -> int:
        """What can still be given back of it, in minor units."""
        return self.shipping.gross + sum(line.left.gross for line in self.lines)

    @property
    def whole(self) -> int:
        """The same with what the platform had added to it: what stays sold while any of it is left."""
        return self.shipping.whole + sum(line.left.whole for line in self.lines)


@dataclass(frozen=True, slots=True)
class Item:
    """One part of the refund: of a line or of shipping (`line_id` None). Amounts in minor units. `subsidy` goes back to the
    platform beside the amount; tax and commission are contained in both.
    """

    kind: str
    line_id: UUID | None
    title: str
    units: int
    amount_minor: int
    subsidy_minor: int
    tax_minor: int
    commission_minor: int
    kept_minor: int


@dataclass(frozen=True, slots=True)
class PartPreview:
    """One vendor's side. `net = amount + subsidy - commission - sales tax` is what it gives, the subsidy, our part of a
    discount, back to us; the sales tax is VAT that we owe no longer, where we owe it. It gives that out of what was not
    transferred yet, then back from its balance, and what neither covers (paid out already, or commission kept beyond its
    earnings) may become its debt.
    `left_minor` was left for the customer before it and `carried_out` requests were done, so that of two who refund the same
    at once the second is told. `lost_minor` is what the customer has from the bank, after disputes that were lost.
    """

    vendor_order_id: UUID
    vendor_id: UUID
    vendor_name: str
    number: str
    items: tuple[Item, ...]
    canceled: tuple[tuple[UUID, str, int], ...]
    left_minor: int
    lost_minor: int
    carried_out: int
    amount_minor: int
    subsidy_minor: int
    tax_minor: int
    commission_minor: int
    commission_tax_minor: int
    kept_minor: int
    sales_tax_minor: int
    net_minor: int
    untransferred_minor: int
    taken_back_minor: int
    debt_minor: int

    def of_kind(self, kind: str) -> int:
        return sum(item.amount_minor for item in self.items if item.kind == kind)


@dataclass(frozen=True, slots=True)
class Preview:
    """All of it, in minor units of `currency`; `cancels` where the promise to send is withdrawn."""

    currency: str
    cancels: bool
    parts: tuple[PartPreview, ...]

    @property
    def amount_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)

    @property
    def subsidy_minor(self) -> int:
        return sum(part.subsidy_minor for part in self.parts)

    @property
    def tax_minor(self) -> int:
        return sum(part.tax_minor for part in self.parts)

    @property
    def commission_minor(self) -> int:
        return sum(part.commission_minor for part in self.parts)

    @property
    def commission_tax_minor(self) -> int:
        return sum(part.commission_tax_minor for part in self.parts)

    @property
    def goods_minor(self) -> int:
        return sum(part.of_kind(GOODS) for part in self.parts)

    @property
    def shipping_minor(self) -> int:
        return sum(part.of_kind(SHIPPING) for part in self.parts)

    @property
    def goodwill_minor(self) -> int:
        return sum(part.of_kind(GOODWILL) for part in self.parts)

    @property
    def total(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def digest(self) -> str:
        """Stands for every number of it, at this state of the order."""
        told = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        """As it is kept with the request: plain, in a fixed order."""
        return json.loads(json.dumps(asdict(self), default=str))  # type: ignore[no-any-return]


def preview(facts: Sequence[PartFacts], asks: Sequence[Ask], *, cancels: bool, by_customer: bool = False) -> Preview:
    """What `asks` would do to the vendor orders of `facts`. Vendor orders of which nothing is left are left out.

    What the customer's bank took and keeps is given back no more: goods it paid for are canceled without money. Raises
    NothingToGiveBack, TooMuchAsked naming the line, CannotCancel, PaymentDisputed.
    """
    by_id = {part.vendor_order_id: part for part in facts}
    parts = []
    for ask in sorted(asks, key=lambda ask: ask.vendor_order_id):
        if ask.vendor_order_id not in by_id:
            raise InvalidInput("There is no such part of this order.", field="vendor_order")
        part = by_id[ask.vendor_order_id]
        if cancels and by_customer:
            _check_customer_may_cancel(part, ask)
        _check_not_disputed(part, cancels=cancels, by_customer=by_customer)
        found = _part(part, ask, cancels=cancels)
        if found.items or found.canceled:
            parts.append(found)
    if not parts:
        raise NothingToGiveBack("Choose what to give back: nothing is left of what was chosen, or nothing was.")
    return Preview(by_id[parts[0].vendor_order_id].currency, cancels, tuple(parts))


def asked_of_parcel(part: PartFacts, packed: Mapping[UUID, int], parcels: Sequence[Mapping[UUID, int]]) -> Ask:
    """All of one parcel: its units, and of the shipping the part that its goods have in all parcels."""
    unit = {line.id: line.left.gross // line.left.units if line.left.units else 0 for line in part.lines}
    values = [sum(unit.get(line_id, 0) * count for line_id, count in each.items()) for each in parcels]
    here = sum(unit.get(line_id, 0) * count for line_id, count in packed.items())
    others = max(sum(values) - here, 0)
    shipping = split_largest_remainder(part.shipping.gross, [here, others])[0] if here + others else 0
    left = {line.id: line.left.units for line in part.lines}
    units = {line_id: min(count, left.get(line_id, 0)) for line_id, count in packed.items()}
    return Ask(
        part.vendor_order_id, units={line: count for line, count in units.items() if count}, shipping_minor=shipping
    )


def _check_not_disputed(part: PartFacts, *, cancels: bool, by_customer: bool) -> None:
    if not part.dispute:
        if cancels or part.left or not part.lost:
            return
        raise PaymentDisputed(
            f"Your bank has given you the money for {part.number} back already."
            if by_customer
            else f"The dispute about {part.number} is lost: the customer has the money back from the bank, and a refund "
            "would pay it twice. What was not sent can be canceled, without money."
        )
    if part.dispute == "elsewhere":
        raise PaymentDisputed(
            "Your bank has asked for another part of this payment back, so that nothing of it can be canceled here."
            if by_customer
            else "The customer's bank disputes another part of this payment, so that nothing of it can be refunded."
        )
    raise PaymentDisputed(
        f"Your bank has asked for the payment of {part.number} back. Until that is decided nothing can be canceled here: "
        "the money would reach you twice, or not at all."
        if by_customer
        else f"The customer's bank disputes the payment of {part.number}. A refund would pay the customer twice: nothing is "
        "canceled or refunded until the bank has decided."
    )


def _check_customer_may_cancel(part: PartFacts, ask: Ask) -> None:
    if part.closed_to_customer and any(line.unshipped for line in part.lines):
        raise CannotCancel(
            f"{part.vendor_name} is already preparing your order {part.number}. Ask the shop, or return it once it is there."
        )
    if ask.amounts or ask.goodwill_minor or ask.shipping_minor:
        raise InvalidInput("Choose which articles to cancel.", field="units")


def _part(part: PartFacts, ask: Ask, *, cancels: bool) -> PartPreview:
    if cancels and (ask.amounts or ask.goodwill_minor):
        raise InvalidInput("A cancellation names articles; to give back an amount, refund it.", field="amount")
    # What is canceled before it was sent was never sold: its commission goes back, whatever the policy says of refunds.
    kept = part.keeps_commission and not cancels
    items: list[Item] = []
    lefts: dict[UUID | None, Left] = {line.left.line_id: line.left for line in part.lines}
    lefts[None] = part.shipping
    titles: dict[UUID | None, str] = {line.left.line_id: line.title for line in part.lines} | {None: "Shipping"}

    def add(kind: str, key: UUID | None, gross: int, units: int = 0) -> None:
        taken = take(lefts[key], gross, units=units, keeps_commission=kept)
        lefts[key] = without(lefts[key], taken)
        if gross or taken.subsidy:
            items.append(_item(kind, titles[key], taken))

    units = _units_asked(part, ask, cancels=cancels)
    for line in part.lines:
        key = line.id
        if ask.everything and not cancels:
            add(GOODS, key, lefts[key].gross, lefts[key].units)
            continue
        if count := min(units.get(key, 0), lefts[key].units):
            add(GOODS, key, price_of(lefts[key], count), count)
        if amount := _amount_asked(ask.amounts.get(key, 0), line, lefts[key], part.currency):
            add(GOODS, key, amount)
    shipping, is_all = _shipping_asked(part, ask, units, lefts[None], cancels=cancels)
    # Of shipping that cost the customer nothing, what the platform paid for it goes back with the whole of it.
    add(SHIPPING, None, shipping, units=lefts[None].units if is_all and not lefts[None].gross else 0)
    if ask.goodwill_minor:
        found = list(lefts.values())
        whole = sum(left.gross for left in found)
        if not 0 < ask.goodwill_minor <= whole:
            raise TooMuchAsked(
                f"At most {Money(whole, part.currency)} of {part.number} are left.", field="goodwill_minor"
            )
        for left, amount in zip(found, spread(found, ask.goodwill_minor), strict=True):
            add(GOODWILL, left.line_id, amount)
    canceled = tuple((key, str(titles[key]), count) for key, count in units.items() if cancels)
    return _sums(part, tuple(items), canceled)


def _why_no_more(line: LineFacts) -> str:
    """Where the units are that cannot be canceled."""
    gone = [f"{line.sent} {'has' if line.sent == 1 else 'have'} left"] if line.sent else []
    if line.canceled:
        gone.append(f"{line.canceled} {'is' if line.canceled == 1 else 'are'} canceled already")
    return " and ".join(gone) or "no more were ordered"


def _units_asked(part: PartFacts, ask: Ask, *, cancels: bool) -> dict[UUID, int]:
    """By line, in the order's order. Raises TooMuchAsked, or CannotCancel for what has left."""
    found: dict[UUID, int] = {}
    known = {line.id for line in part.lines}
    if not {*ask.units, *ask.amounts} <= known:
        raise InvalidInput("There is no such line in this order.", field="lines")
    for line in part.lines:
        key = line.id
        count = ask.units.get(key, 0)
        if cancels and ask.everything:
            count = line.unshipped
        if count < 0 or count > MOST_UNITS:
            raise InvalidInput("Give a whole number of units.", field=f"units-{key}")
        if cancels and count > line.unshipped:
            raise CannotCancel(f"Of “{line.title}” {line.unshipped} can still be canceled: {_why_no_more(line)}.")
        if not cancels and count > line.left.units:
            raise TooMuchAsked(f"Of “{line.title}” {line.left.units} are left to refund.", field=f"units-{key}")
        if count:
            found[key] = count
    return found


def _amount_asked(amount: int, line: LineFacts, left: Left, currency: str) -> int:
    if amount < 0 or amount > left.gross:
        raise TooMuchAsked(
            f"Of “{line.title}” {Money(left.gross, currency)} are left to refund.", field=f"amount-{line.id}"
        )
    return amount


def _shipping_asked(
    part: PartFacts, ask: Ask, units: Mapping[UUID, int], left: Left, *, cancels: bool
) -> tuple[int, bool]:
    """So much of the shipping, and whether that is all of it."""
    if ask.shipping_minor is not None:
        if not 0 <= ask.shipping_minor <= left.gross:
            raise TooMuchAsked(
                f"Of the shipping {Money(left.gross, part.currency)} are left to refund.", field="shipping_minor"
            )
        return ask.shipping_minor, False
    if not cancels:
        return (left.gross, True) if ask.everything else (0, False)
    # Shipping goes back when nothing was sent and nothing will be.
    is_over = all(not line.sent and line.unshipped == units.get(line.id, 0) for line in part.lines)
    return (left.gross, True) if is_over and units else (0, False)


def _item(kind: str, title: str, taken: Taken) -> Item:
    return Item(
        *(kind, taken.line_id, title, taken.units, taken.gross, taken.subsidy),
        *(taken.tax, taken.commission, taken.kept),
    )


def _sums(part: PartFacts, items: tuple[Item, ...], canceled: tuple[tuple[UUID, str, int], ...]) -> PartPreview:
    amount, commission = sum(item.amount_minor for item in items), sum(item.commission_minor for item in items)
    subsidy = sum(item.subsidy_minor for item in items)
    tax = sum(item.tax_minor for item in items)
    gives_all = amount + subsidy == part.whole != 0
    sales_tax = part.sales_tax_left if gives_all else min(tax, part.sales_tax_left)
    net = amount + subsidy - commission - sales_tax
    untransferred = min(net, max(part.earnings - part.sent, 0))
    still_there = max(min(part.sent, part.earnings) - part.paid_out, 0)
    taken_back = min(net - untransferred, still_there)
    return PartPreview(
        vendor_order_id=part.vendor_order_id,
        vendor_id=part.vendor_id,
        vendor_name=part.vendor_name,
        number=part.number,
        items=items,
        canceled=canceled,
        left_minor=part.left,
        lost_minor=part.lost,
        carried_out=part.carried_out,
        amount_minor=amount,
        subsidy_minor=subsidy,
        tax_minor=tax,
        sales_tax_minor=sales_tax,
        commission_minor=commission,
        commission_tax_minor=tax_in(
            commission, commission_left=part.commission_left, tax_left=part.commission_tax_left
        ),
        kept_minor=sum(item.kept_minor for item in items),
        net_minor=net,
        untransferred_minor=untransferred,
        taken_back_minor=taken_back,
        debt_minor=net - untransferred - taken_back,
    )
