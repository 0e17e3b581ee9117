"""Lock a payment, its order first, and tell of it."""

from uuid import UUID

from billing.payments.models import Payment
from outbox.actions import announce


def lock_payment(payment_id: UUID) -> Payment:
    return Payment.objects.select_for_update().get(id=payment_id)


def lock_after_order(payment_id: UUID) -> Payment:
    """Lock a payment for a change that its order takes part in, the order first. Inside a transaction.

    Billing cannot lock what it does not know: the fact `payment.reported` gives the order's keeper the word, inside
    this transaction and before the payment's own lock.
    """
    reference_id, purpose = Payment.objects.values_list("reference_id", "purpose").get(id=payment_id)
    announce(
        "payment.reported",
        payload={"payment": str(payment_id), "order": str(reference_id), "purpose": purpose},
    )
    return lock_payment(payment_id)


def payment_payload(payment: Payment) -> dict[str, str | int]:
    return {
        "payment": str(payment.id),
        "order": str(payment.reference_id),
        "purpose": str(payment.purpose),
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
    }
