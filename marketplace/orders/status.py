"""The one word shown for a vendor order: derived from fulfillment, payment and refunds by one table, stored nowhere."""

from collections.abc import Collection, Iterable

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

# Of a whole purchase, whose vendor orders may be at different steps.
WHOLE_WORDS = (*WORDS, "partly_shipped", "partly_delivered")
# How far a paid vendor order is; what came back had arrived.
_SHIPPED, _DELIVERED = 3, 5
_STEPS = {
    "paid": 0,
    "processing": 1,
    "ready_to_ship": 2,
    "shipped": _SHIPPED,
    "out_for_delivery": 4,
    "delivered": _DELIVERED,
    "return_requested": _DELIVERED,
    "returned": _DELIVERED,
}

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


# How far a return is by its last event; one that ended otherwise says nothing of where the goods are.
RETURN_EVENTS = {
    "return_asked": "return_requested",
    "return_accepted": "return_requested",
    "return_sent": "return_requested",
    "return_received": "returned",
    "return_inspected": "returned",
    **dict.fromkeys(
        (
            "return_declined",
            "return_withdrawn",
            "return_lapsed",
            "return_refunded",
            "return_exchanged",
            "return_closed",
            "return_settled",
        ),
        "",
    ),
}


def coming_back(events: Iterable[tuple[str, str]]) -> str:
    """The word for a vendor order's open returns, by (event's name, return) in their order: the least advanced counts."""
    last = {returned: RETURN_EVENTS[name] for name, returned in events}.values()
    return next((word for word in ("return_requested", "returned") if word in last), "")


def shown_status(
    fulfillment: str, payment_state: str, *, total_minor: int = 0, refunded_minor: int = 0, returning: str = ""
) -> str:
    """One of WORDS. Money that went back outranks where the goods are, but a return that is under way outranks a part of the
    money; what was never paid outranks all. `returning` is what `coming_back` says.
    """
    if payment_state != PaymentState.PAID:
        return _UNPAID[PaymentState(payment_state)]
    if total_minor and refunded_minor >= total_minor:
        return "refunded"
    if returning:
        return returning
    if refunded_minor:
        return "partially_refunded"
    return _PAID[Fulfillment(fulfillment)]


def whole_status(words: Collection[str]) -> str:
    """One of WHOLE_WORDS for a purchase, from the words of its vendor orders: never further than the least advanced is.

    Where they differ, those that are over without arriving (canceled, refunded) do not count; of one that is refunded in
    part nobody can tell from here where it is.
    """
    found = set(words)
    if len(found) == 1:
        return found.pop()
    steps = {_STEPS[word] for word in found if word in _STEPS}
    if not steps:
        return "partially_refunded"
    least, most = min(steps), max(steps)
    is_all = least == most and "partially_refunded" not in found
    if most == _DELIVERED:
        return "delivered" if is_all else "partly_delivered"
    if most >= _SHIPPED:
        return "shipped" if least >= _SHIPPED and "partially_refunded" not in found else "partly_shipped"
    return next(word for word in found if word in _STEPS) if is_all else "processing"
