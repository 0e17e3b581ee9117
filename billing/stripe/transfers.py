"""Sending vendors their earnings: released by date, sent under a key that is good once, done when the books have it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from stripe.params import TransferCreateParams

from billing.disputes.actions import is_asked_about
from billing.payments.actions import lock_payment
from billing.payments.models import Payment, PaymentShare
from billing.payments.provider import DEFAULT
from billing.payouts.actions import adjust_to_share, announce_done
from billing.payouts.debts import PaymentUnderWay, set_off
from billing.payouts.holds import is_held
from billing.payouts.models import Transfer, TransferPart, TransferState
from billing.payouts.onboarding import held_while_suspended, may_be_paid
from billing.payouts.terms import CHECKLIST_REASON
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import NOT_NOW, code_of, describe, is_temporary, named_errors, stripe_client
from billing.stripe.disputes import sync_disputes_of
from billing.stripe.models import ConnectedAccount
from billing.stripe.pace import wait_for_slot
from kit import clock
from kit.money import Money

log = structlog.get_logger(__name__)
# How long a claimed transfer is left to whoever claimed it. Should that one only be slow, the key keeps it to one.
LEASE = timedelta(minutes=1)
# When to ask again a provider that did not answer, and when to look again at what has to change first.
SOON = timedelta(seconds=30)
LATER = timedelta(minutes=10)
# Keys are good for 24 hours; what was not made by then is sent under the next.
KEY_TRUSTED = timedelta(hours=20)
CANNOT_RECEIVE = frozenset({"insufficient_capabilities_for_transfer", "transfers_not_allowed", "capability_not_active"})
WAITS_FOR_VENDOR = "Waiting until the vendor's payout details are complete"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A transfer that is ours to send, and to which account. `sent_before`: an earlier call may have made it."""

    transfer: Transfer
    destination: str
    order_id: UUID
    sent_before: bool


def send_transfers() -> int:
    """Send every transfer whose hold is over; gives how many are done. Network: not inside a transaction."""
    done = 0
    while claimed := claim():
        wait_for_slot("transfers")
        done += send(claimed)
    return done


@transaction.atomic
def claim() -> Claimed | None:
    """Take the next due transfer for a while, or None. Those that cannot be sent now are put off, saying why.

    A vendor whose transfer another worker is sending is passed by: to one account Stripe takes one at a time.
    """
    now = clock.now()
    busy: set[UUID] = set()
    leased = Transfer.objects.filter(state=TransferState.SENT, leased_until__gt=now)
    due = Q(state=TransferState.HELD, release_at__lte=now) | Q(state__in=[TransferState.DUE, TransferState.SENT])
    paid_elsewhere = Exists(Payment.objects.filter(id=OuterRef("payment_id")).exclude(provider=DEFAULT))
    while True:
        transfer = (
            Transfer.objects.select_for_update(skip_locked=True)
            # Said in the words of the index `transfer_unsent`, whose order it then follows.
            .filter(state__in=[TransferState.HELD, TransferState.DUE, TransferState.SENT])
            .filter(due, Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), ~paid_elsewhere)
            .filter(~Exists(leased.filter(vendor_id=OuterRef("vendor_id"))))
            .exclude(vendor_id__in=busy)
            .order_by("release_at", "id")
            .first()
        )
        if transfer is None:
            return None
        # Whoever claims for this vendor at the same moment is waited for by nobody; and it may have just done so.
        if not _lock_vendor(transfer.vendor_id) or leased.filter(vendor_id=transfer.vendor_id).exists():
            busy.add(transfer.vendor_id)
            continue
        account = ConnectedAccount.objects.filter(vendor_id=transfer.vendor_id).exclude(account_id="").first()
        # One that was sent may have been made: it is followed up whatever has happened to the vendor since.
        if transfer.state != TransferState.SENT and (why := _hindrance(transfer, account)):
            _put_off(transfer, TransferState.HELD, why)
            continue
        assert account is not None
        sent_before = transfer.first_sent_at is not None or transfer.attempt > 1
        if transfer.state != TransferState.SENT:
            transfer.state, transfer.first_sent_at = TransferState.SENT, now
        transfer.next_try_at = transfer.leased_until = now + LEASE
        transfer.save(update_fields=["state", "first_sent_at", "next_try_at", "leased_until"])
        order_id = Payment.objects.values_list("reference_id", flat=True).get(id=transfer.payment_id)
        return Claimed(transfer, account.account_id, order_id, sent_before)


def _lock_vendor(vendor_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"transfers to {vendor_id}"])
        return bool(cursor.fetchone()[0])


def _hindrance(transfer: Transfer, account: ConnectedAccount | None) -> str:
    if why := held_while_suspended(transfer.vendor_id):
        return why
    if not may_be_paid(transfer.vendor_id):
        return CHECKLIST_REASON
    return "" if account is not None and account.can_receive else WAITS_FOR_VENDOR


def send(claimed: Claimed) -> bool:
    """Have Stripe make a claimed transfer, once, and enter it. False when it has to wait; then it says why."""
    transfer = claimed.transfer
    try:
        made = _made_before(claimed) if claimed.sent_before else None
        if made is None and _disputed(transfer) and not _is_all_its_own(transfer):
            _answered(transfer, TransferState.HELD, "The customer's bank disputes the payment")
            return False
        if made is None:
            if _is_old(transfer) and not _renew(transfer):
                return False
            if not _set_off(transfer):
                return transfer.state == TransferState.DONE
            made = _create(claimed)
    except stripe.StripeError as error:
        _failed(transfer, error)
        return False
    _record(transfer.id, made)
    return True


def settle_transfer(provider_transfer_id: str) -> Transfer | None:
    """Fetch a transfer and bring ours up to it: for webhooks, and for transfers whose answer was lost. None: not ours.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    with named_errors("reading a transfer"):
        made = _fetch(provider_transfer_id)
    ours = Transfer.objects.filter(provider_transfer_id=made.id).first() or _meant_by(made)
    return _record(ours.id, made) if ours else None


def _create(claimed: Claimed) -> Any:
    transfer = claimed.transfer
    asked: TransferCreateParams = {
        "amount": to_stripe(transfer.amount_minor, transfer.currency),
        "currency": transfer.currency.lower(),
        "destination": claimed.destination,
        "transfer_group": str(claimed.order_id),
        "description": f"Order {transfer.reference_number}",
        "metadata": {
            "transfer": str(transfer.id),
            "vendor_order": str(transfer.reference_id),
            "vendor": str(transfer.vendor_id),
            "attempt": str(transfer.attempt),
        },
        "expand": ["balance_transaction"],
    }
    if transfer.draws_on_charge:
        # So that it does not wait for our balance to become available.
        asked["source_transaction"] = transfer.source_charge_id
    return stripe_client().v1.transfers.create(asked, options={"idempotency_key": _key(transfer)})


def _key(transfer: Transfer) -> str:
    part = "" if transfer.part == TransferPart.EARNINGS else f"{transfer.part}:"
    return f"tr:{transfer.reference_id}:{part}{transfer.attempt}"


@transaction.atomic
def _set_off(transfer: Transfer) -> bool:
    """Keep of a transfer what its vendor owes, once an attempt and before its first call. False when nothing is to be
    sent: it paid debts with all of it, or the vendor is paying them by itself just now.
    """
    lock_payment(transfer.payment_id)
    share = PaymentShare.objects.select_for_update().get(id=transfer.share_id)
    row = Transfer.objects.select_for_update().get(id=transfer.id)
    if row.state != TransferState.SENT or row.attempt != transfer.attempt:
        return False
    if row.set_off_at is None:
        try:
            set_off(transfer=row, share=share)
        except PaymentUnderWay as why:
            row.first_sent_at = None
            _put_off(row, TransferState.DUE, str(why))
            return False
        row.set_off_at = clock.now()
        if not row.amount_minor:
            row.state, row.done_at, row.error, row.next_try_at = TransferState.DONE, row.set_off_at, "", None
        row.save(
            update_fields=["amount_minor", "netted_minor", "set_off_at", "state", "done_at", "error", "next_try_at"]
        )
        if row.state == TransferState.DONE:
            announce_done(row)
    transfer.refresh_from_db()
    return row.state == TransferState.SENT


def _fetch(provider_transfer_id: str) -> Any:
    return stripe_client().v1.transfers.retrieve(provider_transfer_id, {"expand": ["balance_transaction"]})


def _disputed(transfer: Transfer) -> bool:
    if not transfer.source_charge_id:
        return False  # nothing was charged that a bank could ask back
    return bool(stripe_client().v1.charges.retrieve(transfer.source_charge_id).disputed)


def _is_all_its_own(transfer: Transfer) -> bool:
    """Whether no dispute of its payment touches what it carries: read from Stripe, for their news may be on the way.

    A charge stays "disputed" for ever; what matters is whether money may yet be taken, or was taken since.
    """
    sync_disputes_of(transfer.source_charge_id)
    share = PaymentShare.objects.get(id=transfer.share_id)
    others = Transfer.objects.filter(share_id=share.id, state=TransferState.SENT).exclude(id=transfer.id)
    on_their_way = sum(others.values_list("amount_minor", flat=True))
    return transfer.amount_minor + on_their_way <= share.left_minor and not is_asked_about(transfer)


def _is_old(transfer: Transfer) -> bool:
    return transfer.first_sent_at is not None and clock.now() - transfer.first_sent_at > KEY_TRUSTED


def _made_before(claimed: Claimed) -> Any:
    """The transfer as an earlier call made it, its answer lost to us; None when there is none."""
    found = stripe_client().v1.transfers.list(
        {"transfer_group": str(claimed.order_id), "destination": claimed.destination, "limit": 100}
    )
    for made in found.auto_paging_iter():
        if made.metadata and made.metadata.to_dict().get("transfer") == str(claimed.transfer.id):
            return _fetch(made.id)
    return None


@transaction.atomic
def _renew(transfer: Transfer) -> bool:
    """Nothing was made under the old key, and it may be forgotten or repeat an old failure: take the next.

    Under a new key the amount may be another: what is left of it since. False when nothing is, or another has taken it.
    """
    lock_payment(transfer.payment_id)
    row = Transfer.objects.select_for_update().get(id=transfer.id)
    if row.state != TransferState.SENT or row.attempt != transfer.attempt:
        return False
    row.state, row.attempt, row.first_sent_at = TransferState.DUE, row.attempt + 1, clock.now()
    row.set_off_at = None
    row.save(update_fields=["state", "attempt", "first_sent_at", "set_off_at"])
    adjust_to_share(PaymentShare.objects.get(id=row.share_id))
    row.refresh_from_db()
    if row.state != TransferState.DUE:
        return False
    Transfer.objects.filter(id=row.id).update(state=TransferState.SENT)
    transfer.refresh_from_db()
    return True


def _meant_by(made: Any) -> Transfer | None:
    """Our transfer that an object at Stripe names, when amount, currency and destination say the same."""
    named = made.metadata.to_dict().get("transfer", "") if made.metadata else ""
    try:
        transfer = Transfer.objects.filter(id=UUID(named), provider_transfer_id="").first()
    except ValueError:
        return None
    if transfer is None:
        return None
    destination = made.destination if isinstance(made.destination, str) else made.destination.id
    account = ConnectedAccount.objects.filter(vendor_id=transfer.vendor_id, account_id=destination).exists()
    same = (from_stripe(made.amount, made.currency), made.currency.upper()) == (
        transfer.amount_minor,
        transfer.currency,
    )
    if account and same:
        return transfer
    log.error("transfer_mismatch", transfer=str(transfer.id), provider_transfer=made.id)
    return None


@transaction.atomic
def _record(transfer_id: UUID, made: Any) -> Transfer:
    """Note that Stripe made the transfer, and enter its movement, once. Announces `transfer.done`."""
    ids = Transfer.objects.values_list("payment_id", "share_id").get(id=transfer_id)
    lock_payment(ids[0])
    share = PaymentShare.objects.select_for_update().get(id=ids[1])
    transfer = Transfer.objects.select_for_update().get(id=transfer_id)
    fresh = transfer.state != TransferState.DONE
    if fresh:
        transfer.state, transfer.done_at, transfer.error, transfer.next_try_at = (
            TransferState.DONE,
            clock.now(),
            "",
            None,
        )
        transfer.leased_until = None
        transfer.provider_transfer_id = made.id
        transfer.save()
        # A further part sends again what was taken back, so that what is sent stays within the earnings.
        again = min(share.reversed_minor, transfer.amount_minor) if transfer.is_sent_again else 0
        share.reversed_minor -= again
        share.transferred_minor += transfer.amount_minor - again
        share.save(update_fields=["transferred_minor", "reversed_minor"])
    book(mirror([transaction_of(made.balance_transaction)]))
    if fresh:
        announce_done(transfer)
        adjust_to_share(share)
    return transfer


def _failed(transfer: Transfer, error: stripe.StripeError) -> None:
    """Decide from Stripe's refusal: ask again under the same key, wait, or give up and say so."""
    code = code_of(error)
    log.warning("transfer_not_made", transfer=str(transfer.id), code=code, cause=type(error).__name__)
    if is_temporary(error):
        _answered(transfer, TransferState.SENT, NOT_NOW.get(code, "Stripe did not answer; asking again"))
    elif code in CANNOT_RECEIVE:
        _answered(transfer, TransferState.HELD, WAITS_FOR_VENDOR, new_key=True)
    elif code in NOT_NOW:
        _answered(transfer, TransferState.DUE, NOT_NOW[code], new_key=True)
    else:
        amount = Money(transfer.amount_minor, transfer.currency)
        _answered(
            transfer, TransferState.FAILED, f"Stripe refused to transfer {amount}: {describe(error)}", new_key=True
        )


@transaction.atomic
def _answered(transfer: Transfer, state: TransferState, why: str, *, new_key: bool = False) -> None:
    """`new_key`: nothing was made, and Stripe would repeat its refusal under the old key: the next try has another.

    A refund requested while it was on its way could not touch it: unless it stays there, it is made what is left now.
    """
    lock_payment(transfer.payment_id)
    row = Transfer.objects.select_for_update().get(id=transfer.id)
    if row.state != TransferState.SENT or row.attempt != transfer.attempt:
        return
    if new_key:
        row.attempt += 1
    if new_key or state != TransferState.SENT:
        row.first_sent_at = row.set_off_at = None
    if state == TransferState.DUE and is_held(row):
        # Somebody placed a hold while it was on its way.
        state = TransferState.HELD
    _put_off(row, state, why)
    if state != TransferState.SENT:
        adjust_to_share(PaymentShare.objects.get(id=row.share_id))


def _put_off(transfer: Transfer, state: TransferState, why: str) -> None:
    transfer.state, transfer.error = state, why
    if state == TransferState.HELD:
        transfer.hold_reason, transfer.error = why, ""
    transfer.next_try_at = clock.now() + (SOON if state == TransferState.SENT else LATER)
    transfer.leased_until = None
    transfer.save(
        update_fields=[
            *("state", "error", "hold_reason", "next_try_at", "leased_until"),
            *("attempt", "first_sent_at", "set_off_at"),
        ]
    )


@transaction.atomic
def vendor_can_receive(vendor_id: UUID) -> int:
    """A vendor's account has become able to receive: its waiting transfers are tried at once. Gives how many."""
    waiting = Transfer.objects.filter(vendor_id=vendor_id, state=TransferState.HELD, next_try_at__isnull=False)
    return waiting.update(next_try_at=None)
