"""Where the money is: per vendor, and for finance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from billing.payouts.models import (
    Adjustment,
    AdjustmentState,
    Payout,
    PayoutState,
    PayoutTransfer,
    Reversal,
    ReversalState,
    Transfer,
    TransferState,
)
from kit.money import Money
from kit.pagination import Page, keyset_page


@dataclass(frozen=True, slots=True)
class VendorMoney:
    """A vendor's earnings by where they are now; together they are all it has earned, refunds taken off.

    `held`: paid by customers, waiting for delivery or the end of the hold. `on_its_way`: released, or in the vendor's
    balance at the provider, or in a payout not yet arrived. `in_the_bank`: in payouts that arrived.
    """

    held: Money
    held_count: int
    next_release_at: datetime | None
    on_its_way: Money
    arrives_on: date | None
    in_the_bank: Money


def vendor_money(vendor_id: UUID, currency: str) -> VendorMoney:
    """Where this vendor's money is, in one currency."""
    mine = Transfer.objects.filter(vendor_id=vendor_id, currency=currency)
    held = mine.filter(state=TransferState.HELD).aggregate(
        amount=Sum("amount_minor"), count=Count("id"), next=Min("release_at")
    )
    moving = mine.filter(state__in=[TransferState.DUE, TransferState.SENT, TransferState.DONE, TransferState.FAILED])
    sums = moving.aggregate(amount=Sum("amount_minor"), reversed=Sum("reversed_minor"))
    payouts = Payout.objects.filter(vendor_id=vendor_id, currency=currency)
    arrived = payouts.filter(state=PayoutState.PAID).aggregate(amount=Sum("amount_minor"))["amount"] or 0
    next_payout = payouts.filter(state__in=[PayoutState.PENDING, PayoutState.IN_TRANSIT]).aggregate(
        next=Min("arrives_on")
    )
    credits = Adjustment.objects.filter(vendor_id=vendor_id, currency=currency)
    credited = credits.aggregate(sum=Sum(F("amount_minor") - F("netted_minor")))
    released = (sums["amount"] or 0) - (sums["reversed"] or 0) + (credited["sum"] or 0)
    return VendorMoney(
        held=Money(held["amount"] or 0, currency),
        held_count=held["count"],
        next_release_at=held["next"],
        on_its_way=Money(released - arrived, currency),
        arrives_on=next_payout["next"],
        in_the_bank=Money(arrived, currency),
    )


@dataclass(frozen=True, slots=True)
class TransferPlace:
    """Where one vendor order's earnings are, in words for its vendor."""

    transfer: Transfer
    place: str
    explanation: str


PLACES = {
    TransferState.HELD: "Held",
    TransferState.DUE: "On its way",
    TransferState.SENT: "On its way",
    TransferState.DONE: "On its way",
    TransferState.FAILED: "Needs attention",
    TransferState.CANCELED: "Not transferred",
}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken of a transfer out of its vendor's balance again before a payout left; `at`, the last of it."""

    amount_minor: int = 0
    at: datetime | None = None

    def is_all_of(self, transfer: Transfer) -> bool:
        return 0 < transfer.amount_minor <= self.amount_minor


NOTHING_TAKEN = TakenBack()


def place_of(
    transfer: Transfer, payouts: Iterable[Payout], *, balance_minor: int = 0, taken: TakenBack = NOTHING_TAKEN
) -> TransferPlace:
    """`payouts`: those that carried the transfer, newest last; `balance_minor`: what lies in its vendor's balance."""
    state = TransferState(transfer.state)
    carried = list(payouts)
    if taken.is_all_of(transfer):
        return TransferPlace(transfer, "Taken back", f"Taken back on {taken.at:%-d %B %Y}, before it was paid out")
    if carried and carried[-1].state == PayoutState.PAID:
        arrived = carried[-1].arrives_on
        return TransferPlace(transfer, "In the bank", f"Arrived on {arrived:%-d %B %Y}" if arrived else "Arrived")
    if carried and carried[-1].state == PayoutState.FAILED:
        reason = carried[-1].failure_reason
        return TransferPlace(transfer, "Needs attention", f"The bank returned the payout: {reason}")
    if carried:
        due = carried[-1].arrives_on
        return TransferPlace(transfer, "On its way", f"Arrives on {due:%-d %B %Y}" if due else "In a payout")
    if state in (TransferState.DUE, TransferState.SENT):
        return TransferPlace(transfer, PLACES[state], transfer.error or "Being sent to your balance")
    if state == TransferState.DONE and balance_minor < 0:
        below = Money(-balance_minor, transfer.currency)
        return TransferPlace(transfer, PLACES[state], f"In your balance, which is {below} below zero")
    if state == TransferState.DONE:
        return TransferPlace(transfer, PLACES[state], "In your balance, goes with the next payout")
    if state == TransferState.FAILED:
        return TransferPlace(transfer, PLACES[state], transfer.error)
    return TransferPlace(transfer, PLACES[state], transfer.hold_reason)


def places_of(transfers: Iterable[Transfer]) -> list[TransferPlace]:
    """Where each of these is; two statements however many there are, three for what lies in vendors' balances, and one where
    something was taken back.
    """
    rows = list(transfers)
    carried = carriers_of(rows)
    there, taken = balances_under(rows, carried), taken_before_payouts(rows, carried)
    return [
        place_of(
            row,
            [link.payout for link in carried.get(row.id, [])],
            balance_minor=there.get((row.vendor_id, row.currency), 0),
            taken=taken.get(row.id, NOTHING_TAKEN),
        )
        for row in rows
    ]


def balances_under(
    transfers: Sequence[Transfer], carried: Mapping[UUID, Sequence[PayoutTransfer]]
) -> dict[tuple[UUID, str], int]:
    """As `in_the_balance`, of the vendors for whom one of these was transferred that no payout has carried."""
    return in_the_balance(
        row.vendor_id for row in transfers if row.state == TransferState.DONE and row.id not in carried
    )


def carriers_of(transfers: Iterable[Transfer]) -> dict[UUID, list[PayoutTransfer]]:
    """Which payouts carried how much of each of these, oldest first; one statement however many there are."""
    found: dict[UUID, list[PayoutTransfer]] = {}
    links = PayoutTransfer.objects.filter(transfer__in=[transfer.id for transfer in transfers])
    for link in links.select_related("payout").order_by("payout__created_at", "id"):
        found.setdefault(link.transfer_id, []).append(link)
    return found


def taken_before_payouts(
    transfers: Sequence[Transfer], carried: Mapping[UUID, Sequence[PayoutTransfer]]
) -> dict[UUID, TakenBack]:
    """By transfer, what was taken back before the last payout that carried it left, or at all where none did. What was taken
    back later left the vendor's balance below what its payouts say. One query, or none.
    """
    asked = [row.id for row in transfers if row.reversed_minor]
    found: dict[UUID, TakenBack] = {}
    for row in (
        Reversal.objects.filter(transfer__in=asked, state=ReversalState.DONE).order_by("done_at") if asked else ()
    ):
        links = carried.get(row.transfer_id, [])
        left_at = links[-1].payout.created_at if links else datetime.max.replace(tzinfo=UTC)
        if row.done_at is not None and row.done_at <= left_at:
            before = found.get(row.transfer_id, NOTHING_TAKEN).amount_minor
            found[row.transfer_id] = TakenBack(before + row.amount_minor, row.done_at)
    return found


def in_the_balance(vendor_ids: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    """What these vendors have in their balances at the provider, by vendor and currency: what was transferred and not taken
    back, less what left for a bank. Below zero where it was taken back after it had left. Three queries, or none.
    """
    wanted = set(vendor_ids)
    found: dict[tuple[UUID, str], int] = {}
    if not wanted:
        return found
    transferred = Transfer.objects.filter(state=TransferState.DONE).annotate(
        there=F("amount_minor") - F("reversed_minor")
    )
    credited = Adjustment.objects.filter(state=AdjustmentState.DONE).annotate(
        there=F("amount_minor") - F("netted_minor")
    )
    gone = Payout.objects.exclude(state__in=[PayoutState.FAILED, PayoutState.CANCELED]).annotate(
        there=-F("amount_minor")
    )
    parts: list[QuerySet[Any]] = [transferred, credited, gone]
    for rows in parts:
        sums = (
            rows.filter(vendor_id__in=wanted).order_by().values_list("vendor_id", "currency").annotate(sum=Sum("there"))
        )
        for vendor_id, currency, amount in sums:
            found[vendor_id, currency] = found.get((vendor_id, currency), 0) + amount
    return found


def transfers_page(
    *,
    vendor_id: UUID | None = None,
    state: str = "",
    reference_id: UUID | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Transfer]:
    """Transfers, newest first: a vendor's, or everyone's for finance; that of one vendor order with `reference_id`."""
    rows: QuerySet[Transfer] = Transfer.objects.filter(_narrowed(vendor_id, state))
    if reference_id is not None:
        rows = rows.filter(reference_id=reference_id)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def payouts_page(
    *, vendor_id: UUID | None = None, state: str = "", cursor: str | None = None, size: int = 50
) -> Page[Payout]:
    """Payouts, newest first: a vendor's, or everyone's (the platform's own have no vendor) for finance."""
    rows: QuerySet[Payout] = Payout.objects.filter(_narrowed(vendor_id, state))
    return keyset_page(rows, order=["-created_at", "-id"], cursor=cursor, size=size)


def payout_of(vendor_id: UUID, payout_id: UUID) -> Payout | None:
    """A vendor's payout; None for another's."""
    return Payout.objects.filter(vendor_id=vendor_id, id=payout_id).first()


def payout_called(provider_payout_id: str) -> Payout | None:
    """The payout that the provider calls so ("po_1")."""
    if not provider_payout_id.startswith("po_"):
        return None
    return Payout.objects.filter(provider_payout_id=provider_payout_id).first()


def transfers_in(payout: Payout) -> QuerySet[PayoutTransfer]:
    """What a payout carried, by transfer."""
    return payout.transfers.select_related("transfer").order_by("id")


def credits_in(payout: Payout) -> QuerySet[Adjustment]:
    """What a payout carried of what was given by hand."""
    return Adjustment.objects.filter(payout=payout).order_by("id")


def carried_by(payouts: Iterable[Payout]) -> dict[UUID, list[PayoutTransfer]]:
    """What each of these payouts carried, by payout; one statement however many there are."""
    found: dict[UUID, list[PayoutTransfer]] = {}
    links = PayoutTransfer.objects.filter(payout__in=[payout.id for payout in payouts])
    for link in links.select_related("transfer").order_by("id"):
        found.setdefault(link.payout_id, []).append(link)
    return found


def vendor_transfer_counts(vendor_id: UUID) -> dict[str, int]:
    """How many of a vendor's transfers are in each state; states without any are left out."""
    mine = Transfer.objects.filter(vendor_id=vendor_id).order_by()
    return dict(mine.values_list("state").annotate(count=Count("id")))


def transfers_of(reference_ids: Sequence[UUID]) -> dict[UUID, list[Transfer]]:
    """The transfers of these vendor orders, by vendor order: the earnings, then a reserve of them when there is one."""
    found: dict[UUID, list[Transfer]] = {}
    for transfer in Transfer.objects.filter(reference_id__in=reference_ids).order_by("part"):
        found.setdefault(transfer.reference_id, []).append(transfer)
    return found


@dataclass(frozen=True, slots=True)
class MoneyOut:
    """Where earnings are, in minor units: as `VendorMoney`, of one vendor or of all together.

    `sending`: released, not at the vendor's balance yet. `transferred`: all that ever reached it, reversals taken off.
    `traveling`: in payouts on their way to the bank.
    """

    held_minor: int = 0
    sending_minor: int = 0
    failed_minor: int = 0
    transferred_minor: int = 0
    traveling_minor: int = 0
    in_the_bank_minor: int = 0

    @property
    def in_transit_minor(self) -> int:
        """Released, and neither in a payout nor in the bank: being sent, or in the vendors' balances at the provider."""
        arrived = self.traveling_minor + self.in_the_bank_minor
        return self.sending_minor + self.failed_minor + self.transferred_minor - arrived


def money_out_of(vendor_ids: Sequence[UUID], *, currency: str) -> dict[UUID, MoneyOut]:
    """Where the earnings of each of these vendors are, what they were credited by hand included. Three queries."""
    credits = Adjustment.objects.filter(vendor_id__in=vendor_ids, currency=currency)
    transfers = Transfer.objects.filter(vendor_id__in=vendor_ids, currency=currency)
    payouts = Payout.objects.filter(vendor_id__in=vendor_ids, currency=currency)
    sums: dict[UUID, dict[str, int]] = {}
    for vendor_id, state, amount in _by_state(transfers, F("amount_minor") - F("reversed_minor")):
        _add(sums.setdefault(vendor_id, {}), _PLACES_OF_TRANSFERS, state, amount)
    for vendor_id, state, amount in _by_state(payouts, F("amount_minor")):
        _add(sums.setdefault(vendor_id, {}), _PLACES_OF_PAYOUTS, state, amount)
    for vendor_id, state, amount in _by_state(credits, F("amount_minor") - F("netted_minor")):
        _add(sums.setdefault(vendor_id, {}), _PLACES_OF_CREDITS, state, amount)
    return {vendor_id: MoneyOut(**sums.get(vendor_id, {})) for vendor_id in vendor_ids}


def money_out(currency: str) -> MoneyOut:
    """Where all vendors' earnings are, what they were credited by hand included. Three queries."""
    credits = Adjustment.objects.filter(currency=currency)
    transfers = Transfer.objects.filter(currency=currency)
    payouts = Payout.objects.filter(vendor_id__isnull=False, currency=currency)
    sums: dict[str, int] = {}
    for _, state, amount in _by_state(transfers, F("amount_minor") - F("reversed_minor")):
        _add(sums, _PLACES_OF_TRANSFERS, state, amount)
    for _, state, amount in _by_state(payouts, F("amount_minor")):
        _add(sums, _PLACES_OF_PAYOUTS, state, amount)
    for _, state, amount in _by_state(credits, F("amount_minor") - F("netted_minor")):
        _add(sums, _PLACES_OF_CREDITS, state, amount)
    return MoneyOut(**sums)


_PLACES_OF_TRANSFERS = {
    TransferState.HELD: "held_minor",
    TransferState.DUE: "sending_minor",
    TransferState.SENT: "sending_minor",
    TransferState.FAILED: "failed_minor",
    TransferState.DONE: "transferred_minor",
}
_PLACES_OF_CREDITS = {
    AdjustmentState.DUE: "sending_minor",
    AdjustmentState.SENT: "sending_minor",
    AdjustmentState.FAILED: "failed_minor",
    AdjustmentState.DONE: "transferred_minor",
}
_PLACES_OF_PAYOUTS = {
    PayoutState.PENDING: "traveling_minor",
    PayoutState.IN_TRANSIT: "traveling_minor",
    PayoutState.PAID: "in_the_bank_minor",
}


def _by_state(rows: QuerySet[Any], amount: Any) -> Iterable[tuple[UUID, str, int]]:
    return rows.order_by().values_list("vendor_id", "state").annotate(sum=Sum(amount))


def _add(sums: dict[str, int], places: Mapping[Any, str], state: str, amount: int) -> None:
    if (place := places.get(state)) is not None:
        sums[place] = sums.get(place, 0) + amount


def transfer_counts() -> dict[str, int]:
    """How many transfers are in each state that still needs something. One query."""
    waiting = Transfer.objects.exclude(state__in=[TransferState.DONE, TransferState.CANCELED])
    return dict(waiting.order_by().values_list("state").annotate(count=Count("id")))


def _narrowed(vendor_id: UUID | None, state: str) -> Q:
    narrowed = Q()
    if vendor_id is not None:
        narrowed &= Q(vendor_id=vendor_id)
    return narrowed & Q(state=state) if state else narrowed
