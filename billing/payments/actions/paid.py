"""The money has come, or is on its way."""

from billing.payments.actions.locks import payment_payload
from billing.payments.actions.refunds import request_refund
from billing.payments.actions.shares import left_of
from billing.payments.models import AttemptState, Payment, PaymentAttempt, PaymentState
from kit import clock
from outbox.actions import announce


def capture(
    *,
    payment: Payment,
    attempt: PaymentAttempt | None,
    charge_id: str = "",
    intent_id: str = "",
    fee_minor: int = 0,
    risk_level: str = "",
) -> bool:
    """Mark a payment as paid and announce `payment.captured`; False when it was paid before. Inside a transaction.

    `payment` is locked (`lock_after_order`) and the provider's figures have been checked against it. A payment that was
    canceled or expired meanwhile is captured all the same, for the money is here, and what its listeners leave of it is
    refunded in full. `attempt` is None where there is nothing to charge.
    """
    if payment.state == PaymentState.PAID:
        return False
    came_late = payment.state in (PaymentState.CANCELED, PaymentState.EXPIRED)
    now = clock.now()
    payment.state, payment.paid_at = PaymentState.PAID, now
    if attempt is not None:
        payment.provider = attempt.provider
    payment.provider_charge_id, payment.provider_intent_id, payment.fee_minor = charge_id, intent_id, fee_minor
    payment.risk_level = risk_level
    payment.save(
        update_fields=[
            "state",
            "paid_at",
            "provider",
            "provider_charge_id",
            "provider_intent_id",
            "fee_minor",
            "risk_level",
        ]
    )
    if attempt is not None:
        payment.attempts.filter(id=attempt.id).update(state=AttemptState.PAID, closed_at=now)
    announce("payment.captured", payload=payment_payload(payment) | {"late": came_late})
    if came_late:
        for share in payment.shares.order_by("id"):
            left = left_of(share)
            if left.whole:
                request_refund(
                    share=share,
                    amount_minor=left.gross,
                    key=f"late:{share.reference_id}",
                    reason="Paid after the order was closed",
                )
    return True


def mark_processing(*, payment: Payment) -> None:
    """The customer has paid by a method that takes days to say whether the money comes. `payment` is locked."""
    if payment.state == PaymentState.PENDING:
        payment.state = PaymentState.PROCESSING
        payment.save(update_fields=["state"])
