"""Money out: hold a vendor's earnings, say when they are released, and keep them right while refunds take from them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.payments.models import Payment, PaymentShare
from billing.payouts.models import Transfer, TransferState
from kit import clock
from kit.errors import Conflict
from outbox.doorbell import ring


class NotFailed(Conflict):
    code = "transfer_not_failed"


def held_until_delivery() -> str:
    return f"Released {settings.HOLD_DAYS} days after delivery"


def schedule_transfers(payment: Payment) -> list[Transfer]:
    """One held transfer for each share of a paid payment that earns its vendor anything. Done twice, it adds nothing.

    Inside a transaction, with the payment locked.
    """
    Transfer.objects.bulk_create(
        [
            Transfer(
                payment_id=payment.id,
                share_id=share.id,
                reference_id=share.reference_id,
                reference_number=payment.reference_number,
                vendor_id=share.vendor_id,
                amount_minor=share.net_minor,
                currency=share.currency,
                source_charge_id=payment.provider_charge_id,
                hold_reason=held_until_delivery(),
            )
            for share in payment.shares.order_by("id")
            if share.net_minor
        ],
        ignore_conflicts=True,
    )
    return list(Transfer.objects.filter(payment_id=payment.id).order_by("id"))


@transaction.atomic
def delivered(*, reference_id: UUID, delivered_at: datetime) -> Transfer | None:
    """The vendor order has arrived: set the date its earnings are released. Gives None when it earns nothing.

    One that is canceled is given its date as well: a refund that fails has it held again, and nothing else would.
    """
    transfer = Transfer.objects.select_for_update().filter(reference_id=reference_id).first()
    if transfer is None or transfer.release_at is not None:
        return transfer
    transfer.release_at = delivered_at + timedelta(days=settings.HOLD_DAYS)
    if transfer.state == TransferState.HELD:
        transfer.hold_reason = _released_on(delivered_at, transfer.release_at)
    transfer.save(update_fields=["release_at", "hold_reason"])
    if transfer.release_at <= clock.now():
        transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return transfer


def adjust_to_share(share: PaymentShare) -> Transfer | None:
    """Make a transfer that was not made yet what the share still earns: canceled when nothing is left of it.

    Inside a transaction; the payment is locked. One on its way is left alone, for it may be made: whoever learns that it
    was not calls this again. One that was made stays as it is, and what it carried too much is the vendor's debt in the
    books. Gives None when there is no transfer.
    """
    transfer = Transfer.objects.select_for_update().filter(share_id=share.id).first()
    if transfer is None or transfer.state in (TransferState.SENT, TransferState.DONE):
        return transfer
    # Below nothing where commission was kept: that is the vendor's debt.
    left = max(share.net_minor - share.refunded_net_minor, 0)
    if left == 0 and transfer.state != TransferState.CANCELED:
        transfer.state, transfer.hold_reason, transfer.done_at = TransferState.CANCELED, "Refunded in full", clock.now()
    elif left > 0:
        if transfer.state == TransferState.CANCELED:
            transfer.state, transfer.done_at = TransferState.HELD, None
            transfer.hold_reason = held_until_delivery()
            if transfer.release_at is not None:
                transfer.hold_reason = f"Released on {transfer.release_at:%-d %B %Y}"
        transfer.amount_minor = left
    transfer.save(update_fields=["state", "hold_reason", "done_at", "amount_minor"])
    return transfer


@transaction.atomic
def retry_transfer(*, transfer_id: UUID) -> Transfer:
    """Have a transfer that the provider refused sent again. Raises NotFailed for one in another state."""
    transfer = Transfer.objects.select_for_update().get(id=transfer_id)
    if transfer.state != TransferState.FAILED:
        raise NotFailed("Only a transfer that failed can be sent again.")
    transfer.state, transfer.error, transfer.next_try_at = TransferState.DUE, "", None
    transfer.save(update_fields=["state", "error", "next_try_at"])
    adjust_to_share(PaymentShare.objects.get(id=transfer.share_id))
    transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return transfer


def _released_on(delivered_at: datetime, release_at: datetime) -> str:
    return f"Delivered on {delivered_at:%-d %B %Y}; released on {release_at:%-d %B %Y}"
