"""The entries of money that moves by our own bank account: pure functions, for the poster and for the match."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.ledger.entries import EntryDraft, Line, ShareOfSale
from billing.ledger.models import AccountCode as Code


def received(incoming_id: UUID, *, amount_minor: int, currency: str, order_id: UUID, at: datetime) -> EntryDraft:
    """Money came to our bank for an order: the buyer's, until the order is paid in full."""
    return EntryDraft(
        source_key=f"bank:{incoming_id}",
        kind="bank_receipt",
        lines=(Line(Code.BANK, amount_minor), Line(Code.BUYERS_DEPOSITS, -amount_minor)),
        currency=currency,
        occurred_at=at,
        reference_id=order_id,
        description="Received by bank transfer",
    )


def given_back(incoming_id: UUID, *, amount_minor: int, currency: str, order_id: UUID, at: datetime) -> EntryDraft:
    """What was too much, or came for nothing, went back to the buyer."""
    return EntryDraft(
        source_key=f"bank:{incoming_id}:returned",
        kind="bank_return",
        lines=(Line(Code.BUYERS_DEPOSITS, amount_minor), Line(Code.BANK, -amount_minor)),
        currency=currency,
        occurred_at=at,
        reference_id=order_id,
        description="Given back by bank transfer",
    )


def sale(payment_id: UUID, *, order_id: UUID, shares: Sequence[ShareOfSale], currency: str, at: datetime) -> EntryDraft:
    """The order is paid in full: the deposit is owed to its vendors."""
    owed: dict[UUID, int] = {}
    for share in shares:
        owed[share.vendor_id] = owed.get(share.vendor_id, 0) + share.gross_minor
    return EntryDraft(
        source_key=f"bank_sale:{payment_id}",
        kind="sale",
        lines=(
            Line(Code.BUYERS_DEPOSITS, sum(owed.values())),
            *(Line(Code.VENDOR_PAYABLE, -gross, vendor_id) for vendor_id, gross in owed.items()),
        ),
        currency=currency,
        occurred_at=at,
        reference_id=order_id,
        description="Sale, paid by bank transfer",
    )


def settled(
    line_id: UUID, *, vendor_id: UUID, reference_id: UUID, amount_minor: int, currency: str, at: datetime
) -> EntryDraft:
    """A vendor was paid from our bank."""
    return EntryDraft(
        source_key=f"settlement:{line_id}",
        kind="transfer",
        lines=(Line(Code.VENDOR_PAYABLE, amount_minor, vendor_id), Line(Code.BANK, -amount_minor)),
        currency=currency,
        occurred_at=at,
        reference_id=reference_id,
        description="Paid to the vendor's bank",
    )


def settlement_returned(
    line_id: UUID, *, vendor_id: UUID, reference_id: UUID, amount_minor: int, currency: str, at: datetime
) -> EntryDraft:
    """The bank gave a payment to a vendor back: it is owed again."""
    return EntryDraft(
        source_key=f"settlement:{line_id}:returned",
        kind="transfer",
        lines=(Line(Code.BANK, amount_minor), Line(Code.VENDOR_PAYABLE, -amount_minor, vendor_id)),
        currency=currency,
        occurred_at=at,
        reference_id=reference_id,
        description="Came back from the vendor's bank",
    )


def refund_paid(refund_id: UUID, *, amount_minor: int, currency: str, reference_id: UUID, at: datetime) -> EntryDraft:
    """A refund went from our bank to the customer."""
    return EntryDraft(
        source_key=f"bank_refund:{refund_id}",
        kind="refund",
        lines=(Line(Code.REFUNDS_OWED, amount_minor), Line(Code.BANK, -amount_minor)),
        currency=currency,
        occurred_at=at,
        reference_id=reference_id,
        description="Refund paid by bank transfer",
    )
