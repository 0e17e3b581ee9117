"""The entries of what is prepaid, from our records: for whoever posts a sale or a refund."""

from datetime import datetime

from billing.ledger import entries
from billing.ledger.entries import Earmark, EntryDraft
from billing.payments.models import Payment, Refund
from billing.prepaid.models import PrepaidKind, PrepaidMovement, TenderState


def prepaid_sale_of(payment: Payment, *, occurred_at: datetime) -> list[EntryDraft]:
    """The part of a paid payment that was paid with gift cards and store credit; none, without a query, where nothing was."""
    if not payment.prepaid_minor:
        return []
    sums = {PrepaidKind.GIFT_CARD: 0, PrepaidKind.STORE_CREDIT: 0}
    released = 0
    for kind, state, amount in payment.tenders.values_list("prepaid__kind", "state", "amount_minor"):
        if state == TenderState.RELEASED:
            released += amount
        else:
            sums[PrepaidKind(kind)] += amount
    parts = payment.shares.order_by("id").values_list("vendor_id", "prepaid_minor")
    return [
        entries.prepaid_sale(
            payment_id=payment.id,
            order_id=payment.reference_id,
            parts=list(parts),
            gift_cards_minor=sums[PrepaidKind.GIFT_CARD],
            credit_minor=sums[PrepaidKind.STORE_CREDIT],
            released_minor=released,
            currency=payment.currency,
            occurred_at=occurred_at,
        )
    ]


def refund_entry_of(refund: Refund) -> EntryDraft | None:
    """What of a refund went to gift cards and store credit; None where nothing was taken from any."""
    sums = {PrepaidKind.GIFT_CARD: 0, PrepaidKind.STORE_CREDIT: 0}
    for kind, amount in PrepaidMovement.objects.filter(refund_id=refund.id).values_list(
        "prepaid__kind", "amount_minor"
    ):
        sums[PrepaidKind(kind)] += amount
    if not any(sums.values()) or refund.kept_at is None:
        return None
    return entries.refund_to_prepaid(
        refund_id=refund.id,
        mark=Earmark(refund.vendor_id, refund.share.reference_id),
        gift_cards_minor=sums[PrepaidKind.GIFT_CARD],
        credit_minor=sums[PrepaidKind.STORE_CREDIT],
        currency=refund.currency,
        occurred_at=refund.kept_at,
    )
