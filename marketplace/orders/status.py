"""The one word shown for a vendor order: derived from fulfillment, payment and refunds by one table, stored nowhere."""

from collections.abc import Collection

from billing.payments.models import PaymentState
from marketplace.orders.models import Fulfillment

WORDS = (
    "pending_payment",
    "payment_processing",
    "payment_failed",
    "paid",
    "processing",
    "ready_to_ship",
    "shipped",
    "out_for_delivery",
    "delivered",
    "return_requested",
    "returned",
    "canceled",
    "refunded",
    "partially_refunded",
)

_UNPAID = {
    PaymentState.PENDING: "pending_payment",
    PaymentState.PROCESSING: "payment_processing",
    PaymentState.EXPIRED: "payment_failed",
    PaymentState.CANCELED: "canceled",
}
_PAID = {
    Fulfillment.WAITING: "paid",
    Fulfillment.NEW: "paid",
    Fulfillment.ACCEPTED: "processing",
    Fulfillment.PACKED: "ready_to_ship",
    Fulfillment.SHIPPED: "shipped",
    Fulfillment.DELIVERED: "delivered",
    Fulfillment.CANCELED: "canceled",
}


def shown_status(fulfillment: str, payment_state: str, *, total_minor: int = 0, refunded_minor: int = 0) -> str:
    """One of WORDS. Money that went back outranks where the goods are; what was never paid outranks both."""
    if payment_state != PaymentState.PAID:
        return _UNPAID[PaymentState(payment_state)]
    if total_minor and refunded_minor >= total_minor:
        return "refunded"
    if refunded_minor:
        return "partially_refunded"
    return _PAID[Fulfillment(fulfillment)]


def whole_status(words: Collection[str]) -> str:
    """One word for a whole purchase, only where all its vendor orders agree on it; else "processing"."""
    return next(iter(words)) if len(set(words)) == 1 else "processing"
