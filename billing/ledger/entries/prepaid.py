"""What customers have with us and pay with: gift cards (2120) and store credit (2130). A means of payment, never a discount:
what is paid with it is owed to vendors as if a card had paid it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.ledger.entries.drafts import Earmark, EntryDraft, Line, Movement, draft, moved
from billing.ledger.models import AccountCode as Code


def gift_card_sold(movement: Movement, card_id: UUID) -> EntryDraft | None:
    """Somebody bought a gift card: we owe its holder goods. No commission, and no VAT before it is used."""
    return moved(
        movement,
        "gift_card_sold",
        Line(Code.STRIPE_PROCESSING, movement.fee_minor),
        Line(Code.GIFT_CARDS, -movement.amount_minor),
        reference_id=card_id,
        description="Gift card sold",
    )


def prepaid_sale(
    *,
    payment_id: UUID,
    order_id: UUID,
    parts: Sequence[tuple[UUID, int]],
    gift_cards_minor: int,
    credit_minor: int,
    released_minor: int,
    currency: str,
    occurred_at: datetime,
) -> EntryDraft:
    """An order was paid, in part or whole, with what its customer had with us: owed to its vendors as any sale is.

    `parts` are (vendor, amount). `released_minor` is of what had been given back before the payment came, too late: it is
    refunded at once, and nothing of it was taken from anybody.
    """
    return draft(
        f"prepaid_sale:{payment_id}",
        "sale",
        currency,
        occurred_at,
        Line(Code.GIFT_CARDS, gift_cards_minor),
        Line(Code.STORE_CREDIT, credit_minor),
        Line(Code.REFUNDS_OWED, released_minor),
        *(Line(Code.VENDOR_PAYABLE, -amount, vendor_id) for vendor_id, amount in parts),
        reference_id=order_id,
        description="Paid with a gift card or store credit",
    )


def refund_to_prepaid(
    *, refund_id: UUID, mark: Earmark, gift_cards_minor: int, credit_minor: int, currency: str, occurred_at: datetime
) -> EntryDraft:
    """The part of a refund that goes back to gift cards and store credit."""
    return draft(
        f"refund:{refund_id}:prepaid",
        "refund",
        currency,
        occurred_at,
        Line(Code.REFUNDS_OWED, gift_cards_minor + credit_minor),
        Line(Code.GIFT_CARDS, -gift_cards_minor),
        Line(Code.STORE_CREDIT, -credit_minor),
        reference_id=mark.reference_id,
        description="Refund to gift card or store credit",
    )


def goodwill(*, movement_id: UUID, amount_minor: int, currency: str, reason: str, occurred_at: datetime) -> EntryDraft:
    """Staff credited a customer, at our own cost; below zero, what was left of that was taken back."""
    return draft(
        f"prepaid:{movement_id}",
        "goodwill",
        currency,
        occurred_at,
        Line(Code.GOODWILL, amount_minor),
        Line(Code.STORE_CREDIT, -amount_minor),
        description=reason[:250],
    )


def gift_card_ended(
    *, movement_id: UUID, card_id: UUID, amount_minor: int, currency: str, reason: str, occurred_at: datetime
) -> EntryDraft:
    """A gift card expired or was voided with so much on it: it is owed to nobody any more."""
    return draft(
        f"prepaid:{movement_id}",
        "gift_card_ended",
        currency,
        occurred_at,
        Line(Code.GIFT_CARDS, amount_minor),
        Line(Code.UNUSED_GIFT_CARDS, -amount_minor),
        reference_id=card_id,
        description=reason[:250],
    )
