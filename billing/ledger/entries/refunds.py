"""Money goes back to the customer."""

from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import Earmark, EntryDraft, Line, Movement, draft, moved
from billing.ledger.models import AccountCode as Code


def refund_owed(
    *,
    refund_id: UUID,
    mark: Earmark,
    amount_minor: int,
    net_minor: int,
    commission_tax_minor: int,
    currency: str,
    occurred_at: datetime,
    subsidy_minor: int = 0,
    sales_tax_minor: int = 0,
) -> EntryDraft:
    """The provider accepted a refund: `amount_minor` goes to the customer, and `subsidy_minor`, what we had paid of the
    discounts, comes back to us. The vendor gives `net_minor` of both, the rest is commission given back.

    Of what is given back `commission_tax_minor` is VAT that we owe no longer; so is `sales_tax_minor`, of the sale itself.

    A refund always passes through 2100, also when it succeeds at once. So it makes no difference whether we hear
    first of its acceptance or of its movement. `refund_id` is ours.
    """
    return draft(
        refund_key(refund_id),
        "refund_owed",
        currency,
        occurred_at,
        Line(Code.VENDOR_PAYABLE, net_minor, mark.vendor_id),
        Line(Code.COMMISSION, amount_minor + subsidy_minor - net_minor - sales_tax_minor - commission_tax_minor),
        Line(Code.TAX_PAYABLE, commission_tax_minor),
        Line(Code.SALES_TAX, sales_tax_minor),
        Line(Code.REFUNDS_OWED, -amount_minor),
        Line(Code.PROMOTIONS, -subsidy_minor),
        reference_id=mark.reference_id,
        description="Refund accepted",
    )


def refund_key(refund_id: UUID) -> str:
    """The source key of the entry by which a refund of ours is owed."""
    return f"refund:{refund_id}"


def refund(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A refund left our balance (the movement is negative)."""
    return moved(
        movement,
        "refund",
        Line(Code.REFUNDS_OWED, -movement.amount_minor),
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        reference_id=mark.reference_id,
        description="Refund paid",
    )


def refund_failure(movement: Movement, mark: Earmark) -> EntryDraft | None:
    """A refund came back to our balance: we still owe it to the customer, who must be paid another way."""
    return moved(
        movement,
        "refund_failure",
        Line(Code.REFUNDS_OWED, -movement.amount_minor),
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        reference_id=mark.reference_id,
        description="Refund came back",
    )


def refund_by_hand(
    *, refund_id: UUID, mark: Earmark, amount_minor: int, currency: str, reference: str, occurred_at: datetime
) -> EntryDraft:
    """A refund that came back was paid to the customer from our own bank. `refund_id` is ours."""
    return draft(
        f"refund:{refund_id}:by_hand",
        "refund_by_hand",
        currency,
        occurred_at,
        Line(Code.REFUNDS_OWED, amount_minor),
        Line(Code.BANK, -amount_minor),
        reference_id=mark.reference_id,
        description=f"Refund paid another way: {reference}",
    )
