"""Money in: create a payment, open sessions for it one at a time, capture it once, give money back.

Locks: whoever holds an order's lock takes the payment's after it, never the other way (see `capture`).
"""

from billing.payments.actions.create import ShareInput, SharesDoNotAddUp, create_card_payment, create_payment
from billing.payments.actions.locks import lock_after_order, lock_payment
from billing.payments.actions.paid import capture, mark_processing
from billing.payments.actions.refunds import (
    NotOwed,
    NotRefused,
    PaymentDisputed,
    RefundDiffers,
    RefundTooLarge,
    owed_entry,
    pay_by_hand,
    refund_answered,
    request_refund,
    retry_refund,
)
from billing.payments.actions.sessions import (
    CLOSED,
    OPEN_STATES,
    AlreadyPaid,
    OtherWayOpen,
    PaymentClosed,
    abandon_attempt,
    cancel_payment,
    close_attempt,
    end_session,
    open_attempt,
    record_session,
    settle,
    start,
)
from billing.payments.actions.shares import Rest, left_of, tax_given_back, tax_in, tax_left_of

__all__ = [
    "CLOSED",
    "OPEN_STATES",
    "AlreadyPaid",
    "NotOwed",
    "NotRefused",
    "OtherWayOpen",
    "PaymentClosed",
    "PaymentDisputed",
    "RefundDiffers",
    "RefundTooLarge",
    "Rest",
    "ShareInput",
    "SharesDoNotAddUp",
    "abandon_attempt",
    "cancel_payment",
    "capture",
    "close_attempt",
    "create_card_payment",
    "create_payment",
    "end_session",
    "left_of",
    "lock_after_order",
    "lock_payment",
    "mark_processing",
    "open_attempt",
    "owed_entry",
    "pay_by_hand",
    "record_session",
    "refund_answered",
    "request_refund",
    "retry_refund",
    "settle",
    "start",
    "tax_given_back",
    "tax_in",
    "tax_left_of",
]
