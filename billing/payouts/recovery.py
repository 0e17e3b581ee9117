"""Taking earnings back from a vendor: from what was not sent first, then from its balance, then it owes them.

A share says how much of its earnings the vendor is still to have (`left_minor`). Whoever lowers that, a refund or a
dispute, calls `recover`; whoever learns what became of a transfer or a reversal calls `adjust_to_share`. Locks: payment,
share, its transfers, its reversals, debts.
"""

from django.db import transaction
from django.db.models import Sum

from billing.payments.models import PaymentShare
from billing.payouts.actions import adjust_to_share
from billing.payouts.debts import owe
from billing.payouts.models import Cause, Reversal, ReversalState, Transfer, TransferState
from outbox.doorbell import ring

UNDER_WAY = (ReversalState.DUE, ReversalState.SENT)


def recover(*, share: PaymentShare, amount_minor: int, cause: Cause, key: str) -> list[Reversal]:
    """Take `amount_minor` of a share's earnings back from its vendor; the share itself says so already.

    Inside a transaction, with the payment locked. What was not transferred yet is simply not sent; for the rest there is
    a reversal of the transfer, sent by the worker, and what the provider refuses becomes the vendor's debt. `key` names
    the reason ("refund:<id>"): asked again under it, there is nothing more to do. Gives the reversals of this key.
    """
    share = PaymentShare.objects.select_for_update().get(id=share.id)
    adjust_to_share(share)
    asked = list(Reversal.objects.filter(recovery=key).order_by("id"))
    if asked:
        return asked
    transfers = list(Transfer.objects.select_for_update().filter(share_id=share.id).order_by("-created_at", "-id"))
    waiting = under_way(share)
    # One on its way may be made and may not: the worker decides when it knows.
    coming = sum(row.amount_minor for row in transfers if row.state == TransferState.SENT)
    missing = min(amount_minor, coming - share.left_minor - sum(waiting.values()))
    if not transfers and missing > 0:
        owe(share=share, amount_minor=missing, cause=cause, key=key, reason=f"{cause.label}; nothing was earned of it")
    for transfer in transfers:
        is_made = transfer.state in (TransferState.SENT, TransferState.DONE)
        can = transfer.amount_minor - transfer.reversed_minor - waiting.get(transfer.id, 0) if is_made else 0
        # What none can give back, because it was kept for debts or our commission with it, is asked of the last: the
        # worker then finds that it is owed.
        take = missing if transfer is transfers[-1] else min(can, missing)
        if take > 0:
            asked.append(
                Reversal.objects.create(
                    recovery=key,
                    transfer=transfer,
                    share_id=share.id,
                    payment_id=share.payment_id,
                    vendor_id=share.vendor_id,
                    cause=cause,
                    amount_minor=take,
                    currency=share.currency,
                )
            )
            missing -= take
    if asked:
        transaction.on_commit(lambda: ring("stripe.send_reversals"))
    return asked


def under_way(share: PaymentShare) -> dict[object, int]:
    """What is being asked back of a share's earnings, by transfer."""
    rows = Reversal.objects.filter(share_id=share.id, state__in=UNDER_WAY).order_by()
    return dict(rows.values_list("transfer_id").annotate(Sum("amount_minor")))
