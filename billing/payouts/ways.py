""" "Where is my money": a vendor's earnings on their way from paid to the bank, and what they wait for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.payouts.holds import holds_of
from billing.payouts.models import (
    DISPUTED,
    Adjustment,
    AdjustmentState,
    Hold,
    HoldKind,
    Payout,
    PayoutInterval,
    PayoutSchedule,
    PayoutState,
    PayoutTransfer,
    Reversal,
    ReversalState,
    Transfer,
    TransferState,
)
from billing.payouts.models.holds import CHECKLIST
from billing.payouts.queries import (
    NOTHING_TAKEN,
    TakenBack,
    balances_under,
    carriers_of,
    in_the_balance,
    taken_before_payouts,
)
from billing.payouts.terms import CHECKLIST_REASON
from billing.payouts.wishes import in_words
from kit import clock
from kit.money import Money
from kit.pagination import Page, keyset_page

YOU, US, PROVIDER, BANK, TIME = "You", "The marketplace", "The payment provider", "Your bank", "Nobody: it is a date"
CUSTOMERS_BANK, LATER_EARNINGS = "The customer's bank", "Nobody: later earnings fill it"
RETURNED = (PayoutState.FAILED, PayoutState.CANCELED)
ON_THEIR_WAY = (PayoutState.PENDING, PayoutState.IN_TRANSIT)
REFUSED = "the marketplace, to look at what the provider refused"
UNTIL_DELIVERY = "the delivery of the order"
PAYOUT_DETAILS = "payout details"
BANK_DECIDES = "the customer's bank, to decide"
STEPS = "the steps of your checklist that payouts need"


@dataclass(frozen=True, slots=True)
class Stage:
    """A station of the way. `state`: done, now, later or failed."""

    name: str
    state: str
    at: datetime | date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a transfer's money has been and will go. `waits_for` and `turn` (whose) are empty once nothing is waited for.

    `balance_minor` is what lies in its vendor's balance, where the transfer is in it and no payout has carried it.
    """

    transfer: Transfer
    stages: list[Stage]
    holds: list[Hold]
    payouts: list[Payout]
    waits_for: str
    turn: str
    balance_minor: int = 0

    @property
    def open_holds(self) -> list[Hold]:
        return [hold for hold in self.holds if is_open(hold)]


@dataclass(frozen=True, slots=True)
class CreditWay:
    """The same of a credit by hand."""

    credit: Adjustment
    stages: list[Stage]
    waits_for: str
    turn: str


FILTERS = (
    ("", "All"),
    ("held", "Held"),
    ("moving", "On its way"),
    ("bank", "In the bank"),
    ("attention", "Needs attention"),
)


def ways_page(vendor_id: UUID, *, where: str = "", cursor: str | None = None, size: int = 25) -> Page[Transfer]:
    """A vendor's transfers by where their money is now (`FILTERS`), newest first. One query.

    What was taken back before a payout left is nowhere any more, though the payout lists its transfer.
    """
    rows: QuerySet[Transfer] = Transfer.objects.filter(vendor_id=vendor_id)
    taken = Reversal.objects.filter(
        transfer=OuterRef("transfer"), state=ReversalState.DONE, done_at__lte=OuterRef("payout__created_at")
    )
    taken_minor = Coalesce(Subquery(taken.order_by().values("transfer").annotate(s=Sum("amount_minor")).values("s")), 0)
    carried = PayoutTransfer.objects.filter(transfer=OuterRef("id"), amount_minor__gt=taken_minor)
    standing, returned = carried.exclude(payout__state__in=RETURNED), carried.filter(payout__state__in=RETURNED)
    arrived = carried.filter(payout__state=PayoutState.PAID)
    if where == "held":
        rows = rows.filter(state=TransferState.HELD)
    elif where == "bank":
        rows = rows.filter(Exists(arrived), state=TransferState.DONE)
    elif where == "attention":
        rows = rows.filter(Q(state=TransferState.FAILED) | Q(Exists(returned), ~Exists(standing)))
    elif where == "moving":
        sending = Q(state__in=[TransferState.DUE, TransferState.SENT])
        in_balance = Q(~Exists(arrived), ~Q(Exists(returned), ~Exists(standing)), state=TransferState.DONE)
        # One that paid debts with all of it, or was taken back, has nowhere to go.
        in_balance &= Q(amount_minor__gt=F("reversed_minor")) | Q(Exists(standing))
        rows = rows.filter(sending | in_balance)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def ways_of(transfers: Iterable[Transfer]) -> list[Way]:
    """The way of each of these; three statements however many there are, three for what lies in vendors' balances, and one
    where something was taken back.

    Of what a dispute keeps, whose turn it is is the disputes' to say: `billing.disputes.ways`.
    """
    rows = list(transfers)
    holds, carried = holds_of(rows), carriers_of(rows)
    schedules = {
        row.vendor_id: row for row in PayoutSchedule.objects.filter(vendor_id__in={row.vendor_id for row in rows})
    }
    there, taken = balances_under(rows, carried), taken_before_payouts(rows, carried)
    return [
        way_of(
            row,
            holds.get(row.id, []),
            [link.payout for link in carried.get(row.id, [])],
            schedules.get(row.vendor_id),
            clock.now(),
            balance_minor=there.get((row.vendor_id, row.currency), 0),
            taken=taken.get(row.id, NOTHING_TAKEN),
        )
        for row in rows
    ]


def is_open(hold: Hold, now: datetime | None = None) -> bool:
    return hold.released_at is None and (hold.release_at is None or hold.release_at > (now or clock.now()))


def way_of(
    transfer: Transfer,
    holds: Sequence[Hold],
    payouts: Sequence[Payout],
    schedule: PayoutSchedule | None,
    now: datetime,
    *,
    balance_minor: int = 0,
    taken: TakenBack = NOTHING_TAKEN,
) -> Way:
    """Pure. `payouts`: those that carried the transfer, newest last; `balance_minor`: what lies in its vendor's balance."""
    payout = payouts[-1] if payouts else None
    waits_for, turn = _waits_for(transfer, holds, payout, schedule, now, balance_minor)
    state = TransferState(transfer.state)
    gone = state == TransferState.CANCELED
    made = state == TransferState.DONE
    held = state == TransferState.HELD
    kept = _kept(transfer)
    all_kept = made and not transfer.amount_minor
    ended = [at for hold in holds if (at := hold.released_at or hold.release_at)]
    stages = [
        Stage("Paid by the customer", "done", transfer.created_at),
        Stage(
            "Held",
            "now" if held else "failed" if gone else "done",
            transfer.release_at if held else None if gone else max(ended, default=None),
            transfer.hold_reason if gone else _held_note(holds, now) if held else "",
        ),
        *kept,
    ]
    if all_kept:
        return Way(transfer, stages, list(holds), list(payouts), "", "")
    stages += [
        Stage(
            "Transferred to your balance",
            "done" if made else "failed" if state == TransferState.FAILED else "later" if held or gone else "now",
            transfer.done_at if made else None,
            transfer.error,
        ),
    ]
    if taken.amount_minor:
        amount = Money(taken.amount_minor, transfer.currency)
        stages.append(Stage("Taken back", "done", taken.at, f"{amount}, before it was paid out"))
    if taken.is_all_of(transfer):
        return Way(transfer, stages, list(holds), [], "", "")
    stages += _to_the_bank(payout, schedule, is_made=made)
    return Way(transfer, stages, list(holds), list(payouts), waits_for, turn, balance_minor)


def _to_the_bank(payout: Payout | None, schedule: PayoutSchedule | None, *, is_made: bool) -> list[Stage]:
    """From the vendor's balance on, where what was transferred (`is_made`) goes by `payout`."""
    back = payout is not None and payout.state in RETURNED
    arrived = payout is not None and payout.state == PayoutState.PAID
    return [
        Stage(
            "Paid out",
            "failed" if back else "done" if payout else "now" if is_made else "later",
            payout.created_at if payout else None,
            (payout.failure_reason if payout and back else "")
            or (in_words(schedule) if is_made and not payout else ""),
        ),
        Stage(
            "In your bank",
            "done" if arrived else "now" if payout and not back else "later",
            payout.arrives_on if payout and not back else None,
        ),
    ]


def credit_ways(vendor_id: UUID, *, where: str = "", size: int = 25) -> list[CreditWay]:
    """The latest credits by hand of a vendor by where their money is now (`FILTERS`), newest first. At most five queries."""
    rows = Adjustment.objects.filter(vendor_id=vendor_id).select_related("payout")
    under_way, made = Q(state__in=[AdjustmentState.DUE, AdjustmentState.SENT]), Q(state=AdjustmentState.DONE)
    # One that paid debts with all of it has nowhere to go.
    kept = Q(netted_minor=F("amount_minor"))
    chosen = {
        "held": Q(pk__in=[]),
        "moving": under_way | made & ~kept & (Q(payout__isnull=True) | Q(payout__state__in=ON_THEIR_WAY)),
        "bank": Q(payout__state=PayoutState.PAID),
        "attention": Q(state=AdjustmentState.FAILED) | Q(payout__state__in=RETURNED),
    }.get(where, Q())
    found = list(rows.filter(chosen).order_by("-id")[:size])
    schedule = PayoutSchedule.objects.filter(vendor_id=vendor_id).first() if found else None
    there = in_the_balance(row.vendor_id for row in found if row.state == AdjustmentState.DONE and row.payout is None)
    return [credit_way_of(row, schedule, there.get((vendor_id, row.currency), 0)) for row in found]


def credit_way_of(credit: Adjustment, schedule: PayoutSchedule | None, balance_minor: int = 0) -> CreditWay:
    """Pure, with the credit's payout at hand."""
    state, payout = AdjustmentState(credit.state), credit.payout
    made, failed = state == AdjustmentState.DONE, state == AdjustmentState.FAILED
    stages = [Stage("Credited by the marketplace", "done", credit.made_at)]
    stages += _kept(credit)
    if made and not credit.sent_minor:
        return CreditWay(credit, stages, "", "")
    sent = Stage(
        "Transferred to your balance",
        "done" if made else "failed" if failed else "now",
        credit.done_at if made else None,
        credit.error,
    )
    if failed:
        waits_for, turn = REFUSED, US
    elif not made:
        waits_for, turn = credit.error or "the provider, to answer", US
    else:
        waits_for, turn = _in_the_balance(payout, schedule, Money(balance_minor, credit.currency))
    return CreditWay(credit, [*stages, sent, *_to_the_bank(payout, schedule, is_made=made)], waits_for, turn)


def _kept(row: Transfer | Adjustment) -> list[Stage]:
    """What of it paid the vendor's debts."""
    if not row.netted_minor:
        return []
    return [Stage("Paid your debt", "done", row.set_off_at, str(Money(row.netted_minor, row.currency)))]


def _held_note(holds: Sequence[Hold], now: datetime) -> str:
    return "; ".join(hold.reason for hold in holds if is_open(hold, now))


def _waits_for(
    transfer: Transfer,
    holds: Sequence[Hold],
    payout: Payout | None,
    schedule: PayoutSchedule | None,
    now: datetime,
    balance_minor: int,
) -> tuple[str, str]:
    state = TransferState(transfer.state)
    if state == TransferState.CANCELED:
        # Nothing is left of it to wait for, unless a bank may give back what it took.
        return (BANK_DECIDES, CUSTOMERS_BANK) if transfer.hold_reason == DISPUTED else ("", "")
    if state == TransferState.HELD:
        return _held_by(transfer, [hold for hold in holds if is_open(hold, now)])
    if state == TransferState.FAILED:
        return REFUSED, US
    if state != TransferState.DONE:
        return transfer.error or "the provider, to answer", US
    return _in_the_balance(payout, schedule, Money(balance_minor, transfer.currency))


def _in_the_balance(payout: Payout | None, schedule: PayoutSchedule | None, balance: Money) -> tuple[str, str]:
    """What the money that was transferred waits for, and whose turn it is."""
    if payout is None:
        if balance.amount_minor < 0:
            return f"your balance, which is {-balance} below zero", LATER_EARNINGS
        if schedule is not None and schedule.is_held:
            return f"less to be owed: {schedule.held_reason}", YOU
        if schedule is not None and schedule.interval == PayoutInterval.MANUAL:
            return "you, to ask for a payout", YOU
        return "the next payout", PROVIDER
    if payout.state in RETURNED:
        return "a bank account that takes the money: the bank returned the payout", YOU
    return ("", "") if payout.state == PayoutState.PAID else ("the money's arrival in your bank", BANK)


def _held_by(transfer: Transfer, holds: Sequence[Hold]) -> tuple[str, str]:
    """The hold that ends last says it; without one it is whatever kept the transfer from being sent."""
    if not holds:
        if not transfer.next_try_at:
            return "the next run of transfers, within seconds", US
        return transfer.hold_reason, YOU if _is_yours(transfer.hold_reason) else US
    lasting = [hold for hold in holds if hold.release_at is None]
    by_us = [hold for hold in lasting if hold.days_after_delivery is None]
    if by_us:
        if by_us[0].rule.startswith("dispute"):
            return BANK_DECIDES, CUSTOMERS_BANK
        if all(hold.rule == CHECKLIST for hold in by_us):
            return STEPS, YOU
        return "finance, to look at it", US
    if lasting:
        return UNTIL_DELIVERY, YOU
    last = max(hold.release_at for hold in holds if hold.release_at is not None)
    return f"the end of the hold on {last:%-d %B %Y}", TIME


def _is_yours(reason: str) -> bool:
    return PAYOUT_DETAILS in reason or reason == CHECKLIST_REASON


RULE_WORDS: dict[str, str] = {
    **dict(HoldKind.choices),
    "manual": "By finance",
    "dispute": "Disputed payment",
    CHECKLIST: "Your checklist",
}
