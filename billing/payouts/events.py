"""What payouts do when money came in, or is promised back, inside the transaction that says so; and a mail, after."""

from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share, schedule_transfers
from billing.payouts.models import Cause, Payout, PayoutState
from billing.payouts.recovery import recover
from kit.links import absolute_url
from kit.money import Money
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors.models import Vendor


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


def mail_returned_payout(fact: Fact) -> None:
    """`payout.changed`, after: the bank sent a vendor's payout back, so the vendor has to look at its bank account."""
    payout = Payout.objects.get(id=fact.payload["payout"])
    if payout.vendor_id is None or payout.state != PayoutState.FAILED:
        return
    vendor = Vendor.objects.get(id=payout.vendor_id)
    send(
        f"payout_returned:{payout.id}",
        "payout_returned",
        vendor.email,
        {
            "vendor_name": vendor.name,
            "amount": str(Money(payout.amount_minor, payout.currency)),
            "reason_given": payout.failure_reason,
            "account_url": absolute_url("market", f"/sell/{vendor.slug}/"),
            "action_url": absolute_url("portal", "/money/payouts/", vendor.slug),
            "action_label": "See my payouts",
        },
        vendor_id=vendor.id,
    )
