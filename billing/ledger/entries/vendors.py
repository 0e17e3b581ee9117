"""Between us and a vendor: earnings, what it owes, what staff credit it."""

from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import Earmark, EntryDraft, Line, Movement, draft, moved
from billing.ledger.models import AccountCode as Code


def transfer(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """Earnings sent to a vendor's balance (the movement is negative)."""
    return _vendor_movement(movement, "transfer", mark, "Earnings transferred")


def transfer_reversed(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """Earnings taken back from a vendor's balance (the movement is positive)."""
    return _vendor_movement(movement, "transfer_reversed", mark, "Earnings taken back")


def debt(
    *,
    debt_id: UUID,
    vendor_id: UUID,
    amount_minor: int,
    currency: str,
    occurred_at: datetime,
    is_fee: bool = False,
    is_by_hand: bool = False,
    reference_id: UUID | None = None,
) -> EntryDraft:
    """A vendor owes us: what could not be taken back of its earnings, a dispute's fee that it is to bear, or what staff
    debited it by hand.
    """
    against = Line(Code.DISPUTE_FEES, -amount_minor) if is_fee else Line(Code.VENDOR_PAYABLE, -amount_minor, vendor_id)
    return draft(
        f"debt:{debt_id}",
        "vendor_debt",
        currency,
        occurred_at,
        Line(Code.VENDOR_RECEIVABLE, amount_minor, vendor_id),
        against,
        reference_id=reference_id,
        description="Fee of a dispute, to be paid by the vendor"
        if is_fee
        else "Debited by hand, owed by the vendor"
        if is_by_hand
        else "Could not be taken back, owed by vendor",
    )


def vendor_debit(
    *, debt_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, reason: str, occurred_at: datetime
) -> EntryDraft:
    """Staff debit a vendor by hand: we owe it less. Its account reads the reason; what it then owes is a `debt` beside it,
    so that no debit takes anything from what is owed to it already.
    """
    return draft(
        f"debit:{debt_id}",
        "adjustment",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, amount_minor, vendor_id),
        Line(Code.ADJUSTMENTS, -amount_minor),
        reference_id=debt_id,
        description=reason[:250],
    )


def debt_netted(
    *,
    payment_id: UUID,
    vendor_id: UUID,
    amount_minor: int,
    currency: str,
    occurred_at: datetime,
    reference_id: UUID | None = None,
) -> EntryDraft:
    """Later earnings pay a part of a vendor's debt."""
    return draft(
        f"debt_payment:{payment_id}",
        "debt_netted",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, amount_minor, vendor_id),
        Line(Code.VENDOR_RECEIVABLE, -amount_minor, vendor_id),
        reference_id=reference_id,
        description="Kept from later earnings to pay a debt",
    )


def debt_written_off(
    *, payment_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, occurred_at: datetime, reason: str = ""
) -> EntryDraft:
    """We no longer expect a vendor to pay."""
    return draft(
        f"debt_payment:{payment_id}",
        "debt_written_off",
        currency,
        occurred_at,
        Line(Code.BAD_DEBT, amount_minor),
        Line(Code.VENDOR_RECEIVABLE, -amount_minor, vendor_id),
        description=f"Debt written off: {reason}"[:250] if reason else "Debt written off",
    )


def debt_paid(movement: Movement, vendor_id: UUID) -> EntryDraft | None:
    """A vendor paid what it owed, by card; the provider's fee is ours."""
    return moved(
        movement,
        "debt_paid",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        Line(Code.VENDOR_RECEIVABLE, -movement.amount_minor, vendor_id),
        description="Debt paid by the vendor",
    )


def vendor_credit(
    *, adjustment_id: UUID, vendor_id: UUID, amount_minor: int, currency: str, reason: str, occurred_at: datetime
) -> EntryDraft:
    """Staff credit a vendor by hand: we owe it more, at our own cost. The vendor reads the reason."""
    return draft(
        f"adjustment:{adjustment_id}",
        "adjustment",
        currency,
        occurred_at,
        Line(Code.ADJUSTMENTS, amount_minor),
        Line(Code.VENDOR_PAYABLE, -amount_minor, vendor_id),
        reference_id=adjustment_id,
        description=reason[:250],
    )


def _vendor_movement(movement: Movement, kind: str, mark: Earmark, description: str) -> EntryDraft | None:
    return moved(
        movement,
        kind,
        Line(Code.VENDOR_PAYABLE, -movement.amount_minor, mark.vendor_id),
        Line(Code.PAYOUT_FEES, movement.fee_minor),
        reference_id=mark.reference_id,
        description=description,
    )
