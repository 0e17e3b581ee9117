"""The entries of money that moves by our own bank account: pure functions, for the poster and for the match."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.ledger.entries import EntryDraft, Line, ShareOfSale
from billing.ledger.models import AccountCode as Code


def received(incoming_id: UUID, *, amount_minor: int, currency: str, order_id: UUID, at: datetime) -> EntryDraft:
    """Money came to our bank for an order: the buyer's, until the order is paid in full."""
    lines = _from(Code.BUYERS_DEPOSITS, Code.BANK, amount_minor)
    return EntryDraft(f"bank:{incoming_id}", "bank_receipt", lines, currency, at, order_id, "Received by bank transfer")


def given_back(incoming_id: UUID, *, amount_minor: int, currency: str, order_id: UUID, at: datetime) -> EntryDraft:
    """What was too much, or came for nothing, went back to the buyer."""
    lines = _from(Code.BANK, Code.BUYERS_DEPOSITS, amount_minor)
    return EntryDraft(
        f"bank:{incoming_id}:returned", "bank_return", lines, currency, at, order_id, "Given back by bank transfer"
    )


def sale(payment_id: UUID, *, order_id: UUID, shares: Sequence[ShareOfSale], currency: str, at: datetime) -> EntryDraft:
    """The order is paid in full: the deposit is owed to its vendors."""
    owed: dict[UUID, int] = {}
    for share in shares:
        owed[share.vendor_id] = owed.get(share.vendor_id, 0) + share.gross_minor
    lines = (
        Line(Code.BUYERS_DEPOSITS, sum(owed.values())),
        *(Line(Code.VENDOR_PAYABLE, -gross, vendor_id) for vendor_id, gross in owed.items() if gross),
    )
    return EntryDraft(f"bank_sale:{payment_id}", "sale", lines, currency, at, order_id, "Sale, paid by bank transfer")


def settled(
    line_id: UUID, *, vendor_id: UUID, reference_id: UUID, amount_minor: int, currency: str, at: datetime
) -> EntryDraft:
    """A vendor was paid from our bank."""
    lines = _from(Code.BANK, Code.VENDOR_PAYABLE, amount_minor, vendor_id)
    return EntryDraft(
        f"settlement:{line_id}", "transfer", lines, currency, at, reference_id, "Paid to the vendor's bank"
    )


def settlement_returned(
    line_id: UUID, *, vendor_id: UUID, reference_id: UUID, amount_minor: int, currency: str, at: datetime
) -> EntryDraft:
    """The bank gave a payment to a vendor back: it is owed again."""
    lines = _from(Code.VENDOR_PAYABLE, Code.BANK, amount_minor, vendor_id)
    words = "Came back from the vendor's bank"
    return EntryDraft(f"settlement:{line_id}:returned", "transfer", lines, currency, at, reference_id, words)


def refund_paid(refund_id: UUID, *, amount_minor: int, currency: str, reference_id: UUID, at: datetime) -> EntryDraft:
    """A refund went from our bank to the customer."""
    lines = _from(Code.BANK, Code.REFUNDS_OWED, amount_minor)
    return EntryDraft(
        f"bank_refund:{refund_id}", "refund", lines, currency, at, reference_id, "Refund paid by bank transfer"
    )


def _from(credited: str, debited: str, amount_minor: int, vendor_id: UUID | None = None) -> tuple[Line, Line]:
    """An amount from one account to another, the debit first; only what is owed to vendors is kept by vendor."""

    def line(code: str, amount: int) -> Line:
        return Line(code, amount, vendor_id if code == Code.VENDOR_PAYABLE else None)

    return line(debited, amount_minor), line(credited, -amount_minor)
