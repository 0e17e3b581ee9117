"""What payouts do when money came in, or is promised back. All of it inside the transaction that says so."""

from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share, schedule_transfers
from outbox.models import Fact


def on_payment_captured(fact: Fact) -> None:
    """`payment.captured`: hold every vendor's earnings. Listens before whoever may refund a share at once."""
    schedule_transfers(Payment.objects.get(id=fact.payload["payment"]))


def on_refund_changed(fact: Fact) -> None:
    """`refund.requested` and `refund.failed`: a transfer that was not sent yet follows its share."""
    adjust_to_share(PaymentShare.objects.get(id=fact.payload["share"]))
