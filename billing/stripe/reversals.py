"""Taking earnings back from vendors' balances, and what Stripe refuses becoming debt.

Stripe's own documents disagree on a vendor whose balance is too small: one says that the reversal is refused, one that
the balance goes below zero. Both are right here: refused, the vendor owes us; accepted, it owes Stripe.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import transaction
from django.db.models import Sum

from billing.payments.actions import lock_payment
from billing.payments.models import PaymentShare
from billing.payments.provider import DEFAULT
from billing.payouts.actions import adjust_to_share
from billing.payouts.debts import owe
from billing.payouts.models import Cause, Reversal, ReversalState, Transfer, TransferState
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import NOT_NOW, code_of, describe, is_temporary, named_errors, stripe_client
from kit import clock
from outbox.actions import announce

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=1)
SOON = timedelta(seconds=30)
LATER = timedelta(minutes=10)
KEY_TRUSTED = timedelta(hours=20)
EXPANDED = ["balance_transaction"]


def send_reversals() -> int:
    """Send every reversal that is due; gives how many are done. Network: not inside a transaction."""
    done = 0
    while reversal := claim():
        done += send(reversal)
    return done


@transaction.atomic
def claim() -> Reversal | None:
    """Take the next due reversal for a while, or None."""
    reversal = (
        Reversal.objects.select_for_update(skip_locked=True)
        .filter(state__in=[ReversalState.DUE, ReversalState.SENT], next_try_at__lte=clock.now())
        .order_by("next_try_at", "id")
        .first()
    )
    if reversal is not None:
        reversal.next_try_at = clock.now() + LEASE
        reversal.save(update_fields=["next_try_at"])
    return reversal


def send(reversal: Reversal) -> bool:
    """Have Stripe take a claimed reversal back, once, and enter it. False when it waits, or is owed instead."""
    sent_before = reversal.state == ReversalState.SENT
    ready = prepare(reversal.id)
    if ready is None:
        return False
    try:
        made = _made_before(ready) if sent_before else None
        if made is None:
            made = _create(_renewed(ready))
    except stripe.StripeError as error:
        _not_made(ready, error)
        return False
    _record(ready.id, made)
    return True


@transaction.atomic
def prepare(reversal_id: UUID) -> Reversal | None:
    """Settle how much a reversal is to take, now that it can be known; None when there is nothing to send.

    Less may be missing than was thought, for the transfer was not made after all, or another took it. And where the
    transfer can give no more, for earnings were kept for older debts, the rest is owed. So is all of one that our bank
    paid: nobody takes that back.
    """
    ids = Reversal.objects.values_list("payment_id", "share_id", "transfer_id").get(id=reversal_id)
    by_bank = lock_payment(ids[0]).provider != DEFAULT
    share = PaymentShare.objects.select_for_update().get(id=ids[1])
    transfer = Transfer.objects.select_for_update().get(id=ids[2])
    row = Reversal.objects.select_for_update(of=("self",)).select_related("transfer").get(id=reversal_id)
    if row.state == ReversalState.SENT:
        return row
    if row.state != ReversalState.DUE:
        return None
    if transfer.state == TransferState.SENT:
        row.next_try_at = clock.now() + SOON
        row.save(update_fields=["next_try_at"])
        return None
    sent = Reversal.objects.filter(share_id=share.id, state=ReversalState.SENT)
    missing = min(row.amount_minor, -share.left_minor - _sum(sent))
    can = transfer.amount_minor - transfer.reversed_minor - _sum(sent.filter(transfer=transfer))
    take = max(min(missing, can if transfer.state == TransferState.DONE and not by_bank else 0), 0)
    if missing > take:
        why = "the earnings were paid to your bank" if by_bank else "the earnings had paid an older debt"
        owe(
            share=share,
            amount_minor=missing - take,
            cause=Cause(row.cause),
            key=f"short:{row.id}",
            reason=f"{row.get_cause_display()}; {why}",
        )
    if not take:
        row.state, row.done_at = ReversalState.CANCELED, clock.now()
        row.error = "Owed instead" if missing > 0 else "Nothing was left to take back"
    else:
        row.state, row.amount_minor, row.first_sent_at = ReversalState.SENT, take, clock.now()
    row.save(update_fields=["state", "amount_minor", "first_sent_at", "done_at", "error"])
    return row if take else None


def _sum(rows: Any) -> int:
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def settle_reversals(provider_transfer_id: str) -> int:
    """Fetch the reversals of a transfer and bring ours up to them: for webhooks, and for those whose answer was lost.

    One that was made at Stripe by hand is taken over, so that the books follow. Gives how many there are. Raises
    ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    transfer = Transfer.objects.filter(provider_transfer_id=provider_transfer_id, state=TransferState.DONE).first()
    if transfer is None:
        return 0
    with named_errors("reading a transfer's reversals"):
        found = list(_list(provider_transfer_id).auto_paging_iter())
    for made in reversed(found):
        ours = Reversal.objects.filter(provider_reversal_id=made.id).first() or _meant_by(made, transfer)
        _record(ours.id if ours else _take_over(made, transfer), made)
    return len(found)


def settle_reversal_of(transaction_id: str) -> None:
    """Find the transfer that a movement took back, and settle its reversals. Raises ProviderUnavailable, ProviderRefused."""
    with named_errors("reading what a movement took back"):
        fetched: Any = stripe_client().v1.balance_transactions.retrieve(transaction_id, {"expand": ["source"]})
    behind = fetched.source.transfer
    settle_reversals(behind if isinstance(behind, str) else behind.id)


def _create(reversal: Reversal) -> Any:
    return stripe_client().v1.transfers.reversals.create(
        reversal.transfer.provider_transfer_id,
        {
            "amount": to_stripe(reversal.amount_minor, reversal.currency),
            "metadata": {
                "reversal": str(reversal.id),
                "vendor_order": str(reversal.transfer.reference_id),
                "vendor": str(reversal.vendor_id),
                "why": reversal.recovery,
            },
            "expand": EXPANDED,
        },
        options={"idempotency_key": f"rv:{reversal.id}:{reversal.attempt}"},
    )


def _list(provider_transfer_id: str) -> Any:
    return stripe_client().v1.transfers.reversals.list(
        provider_transfer_id, {"limit": 100, "expand": [f"data.{name}" for name in EXPANDED]}
    )


def _made_before(reversal: Reversal) -> Any:
    """The reversal as an earlier call made it, its answer lost to us; None when there is none."""
    for made in _list(reversal.transfer.provider_transfer_id).auto_paging_iter():
        if _names(made) == str(reversal.id):
            return made
    return None


def _names(made: Any) -> str:
    return str(made.metadata.to_dict().get("reversal", "")) if made.metadata else ""


@transaction.atomic
def _renewed(reversal: Reversal) -> Reversal:
    """Under the next key, when the old one may be forgotten by now and nothing was made under it."""
    if reversal.first_sent_at is not None and clock.now() - reversal.first_sent_at <= KEY_TRUSTED:
        return reversal
    row = Reversal.objects.select_for_update(of=("self",)).select_related("transfer").get(id=reversal.id)
    if row.state == ReversalState.SENT and row.attempt == reversal.attempt:
        row.attempt, row.first_sent_at = row.attempt + 1, clock.now()
        row.save(update_fields=["attempt", "first_sent_at"])
    return row


def _meant_by(made: Any, transfer: Transfer) -> Reversal | None:
    try:
        return Reversal.objects.filter(
            id=UUID(_names(made)), transfer=transfer, provider_reversal_id="", amount_minor=made.amount
        ).first()
    except ValueError:
        return None


@transaction.atomic
def _take_over(made: Any, transfer: Transfer) -> UUID:
    """A row of ours for a reversal that somebody made at Stripe."""
    log.warning("reversal_by_hand", transfer=str(transfer.id), provider_reversal=made.id)
    row, _ = Reversal.objects.get_or_create(
        recovery=f"provider:{made.id}",
        transfer=transfer,
        defaults={
            "share_id": transfer.share_id,
            "payment_id": transfer.payment_id,
            "vendor_id": transfer.vendor_id,
            "cause": Cause.PROVIDER,
            "amount_minor": from_stripe(made.amount, made.currency),
            "currency": transfer.currency,
            "state": ReversalState.SENT,
            # Never sent by us: it is recorded in the next transaction, or when the transfer is settled again.
            "next_try_at": clock.now() + LATER,
            "first_sent_at": clock.now(),
        },
    )
    return row.id


@transaction.atomic
def _record(reversal_id: UUID, made: Any) -> Reversal:
    """Note that Stripe took the money back, and enter its movement, once. Announces `transfer.reversed`."""
    ids = Reversal.objects.values_list("payment_id", "share_id", "transfer_id").get(id=reversal_id)
    lock_payment(ids[0])
    share = PaymentShare.objects.select_for_update().get(id=ids[1])
    transfer = Transfer.objects.select_for_update().get(id=ids[2])
    row = Reversal.objects.select_for_update().get(id=reversal_id)
    fresh = row.state != ReversalState.DONE
    if fresh:
        row.state, row.done_at, row.error, row.provider_reversal_id = ReversalState.DONE, clock.now(), "", made.id
        row.save(update_fields=["state", "done_at", "error", "provider_reversal_id"])
        transfer.reversed_minor += row.amount_minor
        transfer.save(update_fields=["reversed_minor"])
        share.reversed_minor += row.amount_minor
        share.save(update_fields=["reversed_minor"])
    book(mirror([transaction_of(made.balance_transaction)]))
    if fresh:
        announce(
            "transfer.reversed",
            vendor_id=row.vendor_id,
            payload={
                "reversal": str(row.id),
                "transfer": str(transfer.id),
                "vendor_order": str(transfer.reference_id),
                "amount_minor": row.amount_minor,
                "currency": row.currency,
            },
        )
        # A refund may have failed meanwhile, and then the money is the vendor's after all.
        adjust_to_share(share)
    return row


@transaction.atomic
def _not_made(reversal: Reversal, error: stripe.StripeError) -> None:
    """Decide from Stripe's refusal: ask again under the same key, later, or have the vendor owe it."""
    code = code_of(error)
    log.warning("reversal_not_made", reversal=str(reversal.id), code=code, cause=type(error).__name__)
    lock_payment(reversal.payment_id)
    share = PaymentShare.objects.select_for_update().get(id=reversal.share_id)
    row = Reversal.objects.select_for_update().get(id=reversal.id)
    if row.state != ReversalState.SENT or row.attempt != reversal.attempt:
        return
    if is_temporary(error):
        row.next_try_at, row.error = clock.now() + SOON, NOT_NOW.get(code, "Stripe did not answer; asking again")
    elif isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        row.attempt, row.next_try_at, row.error = row.attempt + 1, clock.now() + LATER, "Stripe does not accept our key"
    else:
        row.state, row.done_at, row.error = ReversalState.FAILED, clock.now(), f"Stripe refused: {describe(error)}"
        owe(
            share=share,
            amount_minor=row.amount_minor,
            cause=Cause(row.cause),
            key=f"rv:{row.id}",
            reason=f"{row.get_cause_display()}; your balance at Stripe could not cover it",
        )
        adjust_to_share(share)
    row.save(update_fields=["state", "attempt", "next_try_at", "done_at", "error"])
