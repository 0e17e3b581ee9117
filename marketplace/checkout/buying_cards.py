"""Paying for a gift card at the provider: the same sessions as an order's, for a payment that is no vendor's."""

from billing.payments import actions as payments
from billing.payments.models import Payment
from billing.payments.provider import SessionLine
from billing.prepaid.models import GiftCard


def start_purchase(*, card: GiftCard, success_url: str, cancel_url: str) -> str:
    """Where to send the buyer to pay; the provider's page. Not inside a transaction.

    Raises AlreadyPaid, PaymentClosed, ProviderUnavailable, ProviderRefused.
    """
    payment = Payment.objects.get(reference_id=card.id)
    lines = [SessionLine(f"Gift card {card.number}", payment.amount_minor)]
    return payments.start(payment_id=payment.id, lines=lines, success_url=success_url, cancel_url=cancel_url)


def settle_purchase(*, card: GiftCard) -> str:
    """The payment's state, after asking the provider. Not inside a transaction.

    Raises ProviderUnavailable, ProviderRefused.
    """
    return payments.settle(payment_id=Payment.objects.values_list("id", flat=True).get(reference_id=card.id))
