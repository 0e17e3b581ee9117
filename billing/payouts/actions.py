"""Money out: hold a vendor's earnings, say when they are released, and keep them right while refunds take from them."""

from uuid import UUID

from django.db import transaction

from billing.payments.models import Payment, PaymentShare
from billing.payouts.holds import delivered, hold_earnings, is_held, summarize
from billing.payouts.models import Transfer, TransferState
from kit import clock
from kit.errors import Conflict
from outbox.doorbell import ring

__all__ = ["NotFailed", "adjust_to_share", "delivered", "retry_transfer", "schedule_transfers"]


class NotFailed(Conflict):
    code = "transfer_not_failed"


def schedule_transfers(payment: Payment) -> list[Transfer]:
    """Hold every vendor's earnings of a paid payment. Inside a transaction, with the payment locked; see `holds`."""
    return hold_earnings(payment)


def adjust_to_share(share: PaymentShare) -> list[Transfer]:
    """Make the transfers of a share that were not made yet what it still earns: canceled when nothing is left for one.

    What is given back comes out of a reserve first. Inside a transaction; the payment is locked. One on its way is left
    alone, for it may be made: whoever learns that it was not calls this again. One that was made stays as it is, and
    what it carried too much is the vendor's debt in the books. Gives the share's transfers, locked.
    """
    of_order = Transfer.objects.select_for_update().filter(reference_id=share.reference_id).order_by("part")
    transfers = [row for row in of_order if row.share_id == share.id]
    gone = [row for row in transfers if row.state in (TransferState.SENT, TransferState.DONE)]
    left = share.net_minor - share.refunded_net_minor - sum(row.amount_minor - row.reversed_minor for row in gone)
    for row in transfers:
        if row not in gone:
            amount = max(min(row.planned_minor, left), 0)
            left -= amount
            _make_it(row, amount)
    return transfers


def _make_it(transfer: Transfer, amount_minor: int) -> None:
    if amount_minor:
        transfer.amount_minor = amount_minor
        if transfer.state == TransferState.CANCELED:
            transfer.state, transfer.done_at = TransferState.HELD, None
            summarize(transfer)
    elif transfer.state != TransferState.CANCELED:
        transfer.state, transfer.hold_reason, transfer.done_at = TransferState.CANCELED, "Refunded in full", clock.now()
    transfer.save(update_fields=["state", "hold_reason", "done_at", "amount_minor"])


@transaction.atomic
def retry_transfer(*, transfer_id: UUID) -> Transfer:
    """Have a transfer that the provider refused sent again. Raises NotFailed for one in another state."""
    transfer = Transfer.objects.select_for_update().get(id=transfer_id)
    if transfer.state != TransferState.FAILED:
        raise NotFailed("Only a transfer that failed can be sent again.")
    transfer.state = TransferState.HELD if is_held(transfer) else TransferState.DUE
    transfer.error, transfer.next_try_at = "", None
    transfer.save(update_fields=["state", "error", "next_try_at"])
    adjust_to_share(PaymentShare.objects.get(id=transfer.share_id))
    transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return transfer
