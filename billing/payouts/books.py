"""Each vendor's money over all the books: paid, held, sent, in the bank, owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.ledger.models import AccountCode
from billing.ledger.queries import Balance, balances_of_vendors
from billing.payments.queries import Sold, sold_by
from billing.payouts.queries import MoneyOut, money_out_of
from tenants.vendors.models import Vendor


@dataclass(frozen=True)
class VendorBooks:
    """A vendor with its money, in minor units. `payable` is its account of code 2000, None before its first sale."""

    vendor: Vendor
    sold: Sold
    out: MoneyOut
    payable: Balance | None
    receivable_minor: int

    @property
    def owed_minor(self) -> int:
        return max(-self.payable.amount_minor, 0) if self.payable else 0

    @property
    def debt_minor(self) -> int:
        """What it owes us: an account that went below zero, and what was claimed of it."""
        return (max(self.payable.amount_minor, 0) if self.payable else 0) + self.receivable_minor


def books_of(found: Sequence[Vendor], *, currency: str) -> list[VendorBooks]:
    """These vendors with their money in one currency, in four queries."""
    ids = [vendor.id for vendor in found]
    sold, out = sold_by(ids, currency=currency), money_out_of(ids, currency=currency)
    codes = (AccountCode.VENDOR_PAYABLE, AccountCode.VENDOR_RECEIVABLE)
    books: dict[tuple[UUID | None, str], Balance] = {
        (book.vendor_id, book.code): book for book in balances_of_vendors(ids, codes=codes, currency=currency)
    }
    receivable = {
        vendor_id: book.amount_minor
        for (vendor_id, code), book in books.items()
        if code == AccountCode.VENDOR_RECEIVABLE
    }
    return [
        VendorBooks(
            vendor,
            sold[vendor.id],
            out[vendor.id],
            books.get((vendor.id, AccountCode.VENDOR_PAYABLE)),
            receivable.get(vendor.id, 0),
        )
        for vendor in found
    ]
