"""What payouts do when money came in, or is promised back. All of it inside the transaction that says so."""

from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share, schedule_transfers
from billing.payouts.models import Cause
from billing.payouts.recovery import recover
from outbox.models import Fact


def on_payment_captured(fact: Fact) -> None:
    """`payment.captured`: hold every vendor's earnings. Listens before whoever may refund a share at once."""
    schedule_transfers(Payment.objects.get(id=fact.payload["payment"]))


def on_refund_changed(fact: Fact) -> None:
    """`refund.requested` and `refund.failed`: a transfer that was not sent yet follows its share."""
    adjust_to_share(PaymentShare.objects.get(id=fact.payload["share"]))


def on_refund_accepted(fact: Fact) -> None:
    """`refund.accepted`: the customer has the money, so now the vendor's part is taken back from what it was sent."""
    recover(
        share=PaymentShare.objects.get(id=fact.payload["share"]),
        amount_minor=fact.payload["net_minor"],
        cause=Cause.REFUND,
        key=f"refund:{fact.payload['refund']}",
    )
