"""The entries of subscriptions: what a vendor is billed for its plan, pays, is credited, never pays; and when it is earned.

Pure functions from plain data to drafts, like `entries`. A bill below zero is a credit: the same entry with its signs turned.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from billing.ledger.entries import EntryDraft, Line
from billing.ledger.models import AccountCode as Code


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice, or a credit note with both amounts below zero; `id` is the provider's, `reference_id` the invoice."""

    id: str
    vendor_id: UUID
    reference_id: UUID
    net_minor: int
    tax_minor: int
    currency: str
    at: datetime

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor


def billed(bill: Bill) -> EntryDraft | None:
    """An invoice is final: the vendor owes it, its net is still to be earned, its tax is the state's. None for zero."""
    if not bill.net_minor and not bill.tax_minor:
        return None
    return _owed(bill, f"bill:{bill.id}", "billed", "Invoice for the plan")


def credited(bill: Bill) -> EntryDraft:
    """A credit note takes a part of an invoice back (amounts below zero)."""
    return _owed(bill, f"bill_credit:{bill.id}", "bill_credited", "Credit note for the plan")


def given_up(bill: Bill, *, unpaid_minor: int, at: datetime) -> EntryDraft:
    """An invoice will not be paid: what is open of it is a loss."""
    return _entry(
        bill,
        f"bill:{bill.id}:given_up",
        "bill_given_up",
        at,
        "Invoice for the plan given up",
        Line(Code.BAD_DEBT, unpaid_minor),
        Line(Code.SUBSCRIPTION_RECEIVABLE, -unpaid_minor, bill.vendor_id),
    )


def earned(bill: Bill, month: date, amount_minor: int) -> EntryDraft:
    """A month of the plan has passed: what was billed for it is ours. `month` is its first day."""
    following = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
    return _entry(
        bill,
        f"revenue:{bill.id}:{month:%Y-%m}",
        "revenue",
        max(bill.at, following - timedelta(seconds=1)),
        f"Plan, {month:%B %Y}",
        Line(Code.DEFERRED_REVENUE, amount_minor),
        Line(Code.SUBSCRIPTIONS, -amount_minor),
    )


def _owed(bill: Bill, key: str, kind: str, description: str) -> EntryDraft:
    return _entry(
        bill,
        key,
        kind,
        bill.at,
        description,
        Line(Code.SUBSCRIPTION_RECEIVABLE, bill.total_minor, bill.vendor_id),
        Line(Code.DEFERRED_REVENUE, -bill.net_minor),
        Line(Code.TAX_PAYABLE, -bill.tax_minor),
    )


def _entry(bill: Bill, key: str, kind: str, at: datetime, description: str, *lines: Line) -> EntryDraft:
    return EntryDraft(
        source_key=key,
        kind=kind,
        lines=tuple(line for line in lines if line.amount_minor),
        currency=bill.currency,
        occurred_at=at,
        reference_id=bill.reference_id,
        description=description,
    )
