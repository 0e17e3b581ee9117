"""What payouts do when money came in, or is promised back, inside the transaction that says so; and mails, after."""

from billing.payments.models import Payment, PaymentShare
from billing.payouts.actions import adjust_to_share, schedule_transfers
from billing.payouts.models import Cause, Hold, Payout, PayoutState, Transfer, TransferState
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


def try_again(fact: Fact) -> None:
    """`vendor.lifted`, after: what was put off for the suspension is sent at once."""
    assert fact.vendor_id is not None
    Transfer.objects.filter(vendor_id=fact.vendor_id, state=TransferState.HELD, next_try_at__isnull=False).update(
        next_try_at=None
    )


def mail_returned_payout(fact: Fact) -> None:
    """`payout.changed`, after: the bank sent a vendor's payout back, so the vendor has to look at its bank account."""
    payout = Payout.objects.get(id=fact.payload["payout"])
    if payout.vendor_id is None or payout.state != PayoutState.FAILED:
        return
    vendor = Vendor.objects.get(id=payout.vendor_id)
    _mail(
        vendor,
        f"payout_returned:{payout.id}",
        "payout_returned",
        "/money/payouts/",
        amount=str(Money(payout.amount_minor, payout.currency)),
        reason_given=payout.failure_reason,
        account_url=absolute_url("market", f"/sell/{vendor.slug}/"),
    )


def mail_held(fact: Fact) -> None:
    """`payouts.held` and `payouts.released`, after: a vendor that owes too much is told, and told when it no longer does."""
    assert fact.vendor_id is not None
    _mail(
        Vendor.objects.get(id=fact.vendor_id),
        f"{fact.name}:{fact.payload['schedule']}:{fact.payload['version']}",
        "payouts_held" if fact.name == "payouts.held" else "payouts_released",
        "/money/",
        reason_given=fact.payload["reason"],
    )


def mail_held_transfer(fact: Fact) -> None:
    """`transfer.held` and `transfer.released`, after: finance held the earnings of an order by hand, or let them go."""
    hold = Hold.objects.select_related("transfer").get(id=fact.payload["hold"])
    _mail(
        Vendor.objects.get(id=hold.vendor_id),
        f"{fact.name}:{hold.id}",
        "payouts_held" if fact.name == "transfer.held" else "payouts_released",
        "/money/way/",
        order_number=hold.transfer.reference_number,
        amount=str(Money(hold.transfer.amount_minor, hold.transfer.currency)),
        reason_given=hold.reason if fact.name == "transfer.held" else hold.released_reason,
        until=f"{hold.release_at:%-d %B %Y}" if hold.release_at else "",
    )


def _mail(vendor: Vendor, key: str, template: str, path: str, **told: str) -> None:
    send(
        key,
        template,
        vendor.email,
        {
            "vendor_name": vendor.name,
            "action_url": absolute_url("portal", path, vendor.slug),
            "action_label": "See my payouts" if path == "/money/payouts/" else "See my money",
            **told,
        },
        vendor_id=vendor.id,
    )
