"""Money out: hold a vendor's earnings, say when they are released, and keep them right while refunds take from them."""

from uuid import UUID

from django.db import transaction

from billing.payments.actions import lock_payment
from billing.payments.models import Payment, PaymentShare
from billing.payouts.holds import delivered, hold_earnings, is_held, summarize
from billing.payouts.models import DISPUTED, SENT_AGAIN, Cause, Reversal, Transfer, TransferState
from kit import clock
from kit.errors import Conflict
from outbox.actions import announce
from outbox.doorbell import ring

__all__ = ["NotFailed", "adjust_to_share", "announce_done", "delivered", "retry_transfer", "schedule_transfers"]


class NotFailed(Conflict):
    code = "transfer_not_failed"


def schedule_transfers(payment: Payment) -> list[Transfer]:
    """Hold every vendor's earnings of a paid payment. Inside a transaction, with the payment locked; see `holds`."""
    return hold_earnings(payment)


def adjust_to_share(share: PaymentShare) -> list[Transfer]:
    """Make the transfers of a share that were not made yet what it still earns: canceled when nothing is left for one.

    What is given back comes out of a reserve first. Inside a transaction; the payment is locked. One on its way is left
    alone, for it may be made: whoever learns that it was not calls this again. What was taken back of one that was made,
    and is the vendor's after all, goes as a further one. Gives the share's transfers, locked.
    """
    of_order = Transfer.objects.select_for_update().filter(reference_id=share.reference_id).order_by("created_at", "id")
    transfers = [row for row in of_order if row.share_id == share.id]
    on_their_way = [row for row in transfers if row.state == TransferState.SENT]
    left = share.left_minor - sum(row.amount_minor for row in on_their_way)
    for row in transfers:
        if row.state not in (TransferState.SENT, TransferState.DONE):
            amount = max(min(row.planned_minor - row.netted_minor, left), 0)
            left -= amount
            _make_it(row, amount, share)
    if left > 0 and transfers and not on_their_way:
        transfers.append(_send_again(transfers, left))
    return transfers


def _make_it(transfer: Transfer, amount_minor: int, share: PaymentShare) -> None:
    if amount_minor:
        transfer.amount_minor = amount_minor
        if transfer.state == TransferState.CANCELED:
            transfer.state, transfer.done_at = TransferState.HELD, None
            summarize(transfer)
    elif transfer.state != TransferState.CANCELED:
        transfer.state, transfer.hold_reason, transfer.done_at = TransferState.CANCELED, _why_none(share), clock.now()
    transfer.save(update_fields=["state", "hold_reason", "done_at", "amount_minor"])


def _why_none(share: PaymentShare) -> str:
    if share.disputed_net_minor:
        return DISPUTED
    if share.netted_minor and not share.refunded_net_minor:
        return "Kept to pay what was owed"
    last = share.refunds.exclude(reason="").order_by("-id").first()
    return f"Refunded in full: {last.reason}"[:200] if last else "Refunded in full"


def _send_again(transfers: list[Transfer], left: int) -> Transfer:
    """What was taken back, or kept, is the vendor's after all. Done by hand at the provider, a person decides."""
    by_hand = Reversal.objects.filter(transfer__in=transfers, cause=Cause.PROVIDER).exists()
    last = transfers[-1]
    made = Transfer.objects.create(
        payment_id=last.payment_id,
        share_id=last.share_id,
        reference_id=last.reference_id,
        reference_number=last.reference_number,
        part=f"{SENT_AGAIN}{1 + sum(row.is_sent_again for row in transfers)}",
        vendor_id=last.vendor_id,
        planned_minor=left,
        amount_minor=left,
        currency=last.currency,
        source_charge_id=last.source_charge_id,
        draws_on_charge=last.draws_on_charge,
        state=TransferState.FAILED if by_hand else TransferState.DUE,
        hold_rule="sent_again",
        hold_reason="Sent again: it is the vendor's after all",
        error="Taken back at the provider, not by us. Send it again if that was a mistake." if by_hand else "",
        release_at=clock.now(),
    )
    if not by_hand:
        transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return made


@transaction.atomic
def retry_transfer(*, transfer_id: UUID) -> Transfer:
    """Have a transfer that the provider refused sent again. Raises NotFailed for one in another state."""
    transfer = Transfer.objects.get(id=transfer_id)
    if transfer.state != TransferState.FAILED:
        raise NotFailed("Only a transfer that failed can be sent again.")
    lock_payment(transfer.payment_id)
    share = PaymentShare.objects.select_for_update().get(id=transfer.share_id)
    transfer = Transfer.objects.select_for_update().get(id=transfer_id)
    if transfer.state != TransferState.FAILED:
        raise NotFailed("It was sent again meanwhile.")
    transfer.state = TransferState.HELD if is_held(transfer) else TransferState.DUE
    transfer.error, transfer.next_try_at = "", None
    transfer.save(update_fields=["state", "error", "next_try_at"])
    adjust_to_share(share)
    transfer.refresh_from_db()
    transaction.on_commit(lambda: ring("stripe.send_transfers"))
    return transfer


def announce_done(transfer: Transfer) -> None:
    """A transfer was made, or paid debts with all of it."""
    announce(
        "transfer.done",
        vendor_id=transfer.vendor_id,
        payload={
            "transfer": str(transfer.id),
            "vendor_order": str(transfer.reference_id),
            "amount_minor": transfer.amount_minor,
            "currency": transfer.currency,
        },
    )
