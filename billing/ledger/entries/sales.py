"""The customer pays, and we take our commission; a vendor pays for its plan."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import CannotBuild, Earmark, EntryDraft, Line, Movement, draft, moved
from billing.ledger.models import AccountCode as Code


@dataclass(frozen=True, slots=True)
class ShareOfSale:
    """A vendor's part of what was charged: with what gift cards and store credit paid and the subsidy, commission + sales
    tax + net; `reference_id` is the vendor order.

    `commission_minor` is all that is withheld; `commission_tax_minor` of it is the VAT that we owe on our commission.
    `subsidy_minor` is our part of the discounts, which we owe the vendor beside what the customer paid. `sales_tax_minor` is
    the VAT of the sale where we owe it, as deemed supplier.
    """

    vendor_id: UUID
    reference_id: UUID
    gross_minor: int
    commission_minor: int
    commission_tax_minor: int = 0
    subsidy_minor: int = 0
    sales_tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """What a charge paid for: `reference_id` is the order."""

    reference_id: UUID
    shares: tuple[ShareOfSale, ...]


def sale(movement: Movement, sold: Sale) -> EntryDraft | None:
    """The customer paid: we hold the net, the provider kept its fee, and owe every vendor its gross.

    Raises CannotBuild when the shares do not sum to what was charged.
    """
    if sum(share.gross_minor for share in sold.shares) != movement.amount_minor:
        raise CannotBuild(f"{movement.id}: the shares do not sum to the {movement.amount_minor} that was charged")
    return moved(
        movement,
        "sale",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        *(Line(Code.VENDOR_PAYABLE, -share.gross_minor, share.vendor_id) for share in sold.shares),
        reference_id=sold.reference_id,
        description="Customer's payment",
    )


def subsidy(share: ShareOfSale, *, currency: str, occurred_at: datetime) -> EntryDraft | None:
    """Our part of the discounts on a vendor's sale: our expense, and owed to the vendor; None when there is none."""
    if not share.subsidy_minor:
        return None
    return draft(
        f"subsidy:{share.reference_id}",
        "subsidy",
        currency,
        occurred_at,
        Line(Code.PROMOTIONS, share.subsidy_minor),
        Line(Code.VENDOR_PAYABLE, -share.subsidy_minor, share.vendor_id),
        reference_id=share.reference_id,
        description="Discount paid by the marketplace",
    )


def sales_tax(share: ShareOfSale, *, currency: str, occurred_at: datetime) -> EntryDraft | None:
    """The VAT of a sale that we owe as deemed supplier: the customer paid it, and it is not the vendor's; None without."""
    if not share.sales_tax_minor:
        return None
    return draft(
        f"sales_tax:{share.reference_id}",
        "sales_tax",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, share.sales_tax_minor, share.vendor_id),
        Line(Code.SALES_TAX, -share.sales_tax_minor),
        reference_id=share.reference_id,
        description="VAT that the marketplace owes",
    )


def besides_sale(share: ShareOfSale, *, currency: str, occurred_at: datetime) -> list[EntryDraft]:
    """What is entered with a sale: our part of the discounts, the VAT that we owe of it, and our commission."""
    drafts = [each(share, currency=currency, occurred_at=occurred_at) for each in (subsidy, sales_tax, commission)]
    return [draft for draft in drafts if draft is not None]


def bill_paid(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A vendor paid the invoice for its plan; `mark.reference_id` is the invoice."""
    return moved(
        movement,
        "bill_paid",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        Line(Code.SUBSCRIPTION_RECEIVABLE, -movement.amount_minor, mark.vendor_id),
        reference_id=mark.reference_id,
        description="Invoice for the plan paid",
    )


def commission(share: ShareOfSale, *, currency: str, occurred_at: datetime) -> EntryDraft | None:
    """Our part of a vendor's sale, taken from what we owe it, and the VAT in it; None when the commission is zero."""
    if not share.commission_minor:
        return None
    return draft(
        f"commission:{share.reference_id}",
        "commission",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, share.commission_minor, share.vendor_id),
        Line(Code.COMMISSION, share.commission_tax_minor - share.commission_minor),
        Line(Code.TAX_PAYABLE, -share.commission_tax_minor),
        reference_id=share.reference_id,
        description="Commission",
    )
