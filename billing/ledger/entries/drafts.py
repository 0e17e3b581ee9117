"""What entries are made of, and how a movement of our balance enters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.ledger.models import AccountCode as Code


class CannotBuild(ValueError):
    """The given facts contradict each other, so no entry can be made of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry, in minor units of the entry's currency: positive debits `code`, negative credits it."""

    code: str
    amount_minor: int
    vendor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry that can be posted. `source_key` names the fact it comes from; a fact is posted once."""

    source_key: str
    kind: str
    lines: tuple[Line, ...]
    currency: str
    occurred_at: datetime
    reference_id: UUID | None = None
    description: str = ""
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of the platform's balance at the provider; net = amount - fee, and money out is negative."""

    id: str
    type: str
    category: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    created_at: datetime
    available_at: datetime
    source_id: str = ""

    @property
    def key(self) -> str:
        return f"txn:{self.id}"


@dataclass(frozen=True, slots=True)
class Earmark:
    """Whose money a transfer, reversal or refund at the provider moves; `reference_id` is the vendor order."""

    vendor_id: UUID
    reference_id: UUID


SALES = frozenset({"charge", "payment"})
REFUNDS = frozenset({"refund", "payment_refund"})
REFUND_FAILURES = frozenset({"refund_failure"})
PAYOUTS = frozenset({"payout", "payout_failure", "payout_cancel"})
KEPT_BACK = frozenset({"payout_minimum_balance_hold", "payout_minimum_balance_release"})
DISPUTES = frozenset({"dispute", "dispute_reversal"})


def enters_pending(movement: Movement) -> bool:
    """Whether the movement enters 1010 first, by the rule that this package states."""
    if movement.type in SALES:
        return True
    return movement.type not in PAYOUTS and movement.available_at > movement.created_at


def draft_of_any(
    key: str,
    kind: str,
    currency: str,
    occurred_at: datetime,
    lines: Sequence[Line],
    description: str,
    *,
    reference_id: UUID | None = None,
) -> EntryDraft | None:
    """An entry of these lines; None when they come to nothing."""
    one = draft(key, kind, currency, occurred_at, *lines, reference_id=reference_id, description=description)
    return one if one.lines else None


def moved(
    movement: Movement, kind: str, *against: Line, reference_id: UUID | None = None, description: str
) -> EntryDraft | None:
    """The entry of a movement: its net on the provider's side, `against` the rest; None when nothing is left of it."""
    side = Code.STRIPE_PENDING if enters_pending(movement) else Code.STRIPE_AVAILABLE
    lines = [Line(side, movement.net_minor), *against]
    if not any(line.amount_minor for line in lines):
        return None
    return draft(
        movement.key,
        kind,
        movement.currency,
        movement.created_at,
        *lines,
        reference_id=reference_id,
        description=description,
    )


def draft(
    source_key: str,
    kind: str,
    currency: str,
    occurred_at: datetime,
    *lines: Line,
    reference_id: UUID | None = None,
    description: str,
) -> EntryDraft:
    return EntryDraft(
        source_key=source_key,
        kind=kind,
        lines=_combined(lines),
        currency=currency,
        occurred_at=occurred_at,
        reference_id=reference_id,
        description=description,
    )


def _combined(lines: Sequence[Line]) -> tuple[Line, ...]:
    """One line an account, none of zero: a fee of nothing is no posting."""
    sums: dict[tuple[str, UUID | None], int] = {}
    for line in lines:
        account = (str(line.code), line.vendor_id)
        sums[account] = sums.get(account, 0) + line.amount_minor
    return tuple(Line(code, amount, vendor_id) for (code, vendor_id), amount in sums.items() if amount)
