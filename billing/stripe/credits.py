"""Transferring what staff credited a vendor by hand, from our available balance."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import transaction
from django.db.models import Q

from billing.payouts.debts import WAITS_FOR_PAYMENT, PaymentUnderWay, is_paying, set_off_credit
from billing.payouts.models import Adjustment, AdjustmentState
from billing.payouts.onboarding import held_while_suspended, may_be_paid
from billing.payouts.terms import CHECKLIST_REASON
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import NOT_NOW, code_of, describe, is_temporary, named_errors, stripe_client
from billing.stripe.models import ConnectedAccount
from billing.stripe.pace import wait_for_slot
from kit import clock

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=1)
SOON = timedelta(seconds=30)
LATER = timedelta(minutes=10)
MOST_LOOKED_AT = 200
NO_ACCOUNT = "Waiting until the vendor's payout details are complete"


def send_credits() -> int:
    """Transfer every credit that is due; gives how many are done. Network: not inside a transaction."""
    hear_of_changes()
    done = 0
    while claimed := _claim():
        wait_for_slot("transfers")
        done += send_credit(claimed)
    return done


@transaction.atomic
def hear_of_changes() -> int:
    """Have credits that wait for their vendor say what they wait for now; those that need wait no longer are due at once.

    Gives how many changed. What waits for Stripe, or for our balance there, keeps its time.
    """
    waiting = Adjustment.objects.filter(state=AdjustmentState.DUE, next_try_at__gt=clock.now()).exclude(error="")
    rows = waiting.exclude(error__in=NOT_NOW.values()).order_by("made_at", "id")
    changed = 0
    for row in rows.select_for_update(skip_locked=True)[:MOST_LOOKED_AT]:
        why = _waits_for(row, _account_of(row))
        if why == row.error:
            continue
        row.error, row.next_try_at = why, row.next_try_at if why else None
        row.save(update_fields=["error", "next_try_at"])
        changed += 1
    return changed


def _account_of(credit: Adjustment) -> ConnectedAccount | None:
    return ConnectedAccount.objects.filter(vendor_id=credit.vendor_id).exclude(account_id="").first()


def _waits_for(credit: Adjustment, account: ConnectedAccount | None) -> str:
    """What of its vendor's keeps a credit from being sent now; empty when nothing does."""
    if why := held_while_suspended(credit.vendor_id):
        return why
    if not may_be_paid(credit.vendor_id):
        return CHECKLIST_REASON
    if account is None or not account.can_receive:
        return NO_ACCOUNT
    return WAITS_FOR_PAYMENT if not credit.set_off_at and is_paying(credit.vendor_id, credit.currency) else ""


@transaction.atomic
def _claim() -> Adjustment | None:
    now = clock.now()
    row = (
        Adjustment.objects.select_for_update(skip_locked=True)
        .filter(
            Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), state__in=[AdjustmentState.DUE, AdjustmentState.SENT]
        )
        .order_by("made_at")
        .first()
    )
    if row is not None:
        row.state, row.next_try_at = AdjustmentState.SENT, now + LEASE
        row.save(update_fields=["state", "next_try_at"])
    return row


def send_credit(credit: Adjustment) -> bool:
    """Have Stripe make the transfer of a credit, once, and enter it. False when it has to wait; then it says why."""
    account = _account_of(credit)
    try:
        made = _made_before(credit) if credit.first_sent_at or credit.attempt > 1 else None
        if made is None:
            why = _waits_for(credit, account)
            if why or account is None:
                return _put_off(credit, AdjustmentState.DUE, why, LATER)
            if credit.first_sent_at is None:
                credit.first_sent_at = clock.now()
                credit.save(update_fields=["first_sent_at"])
            if not _set_off(credit):
                return credit.state == AdjustmentState.DONE
            made = stripe_client().v1.transfers.create(
                {
                    "amount": to_stripe(credit.sent_minor, credit.currency),
                    "currency": credit.currency.lower(),
                    "destination": account.account_id,
                    "transfer_group": str(credit.id),
                    "description": credit.reason,
                    "metadata": {"adjustment": str(credit.id), "vendor": str(credit.vendor_id)},
                    "expand": ["balance_transaction"],
                },
                options={"idempotency_key": f"cr:{credit.id}:{credit.attempt}"},
            )
    except stripe.StripeError as error:
        return _failed(credit, error)
    _record(credit.id, made)
    return True


def settle_credit(provider_transfer_id: str) -> Adjustment | None:
    """Know a transfer at Stripe as the credit it names, after a crash. None: not one of these. Network.

    Raises ProviderUnavailable, ProviderRefused.
    """
    with named_errors("reading a transfer"):
        made = _fetch(provider_transfer_id)
    named = made.metadata.to_dict().get("adjustment", "") if made.metadata else ""
    try:
        found = Adjustment.objects.filter(id=UUID(named)).first()
    except ValueError:
        return None
    if found is None or from_stripe(made.amount, made.currency) != found.sent_minor:
        return None
    return _record(found.id, made)


@transaction.atomic
def _set_off(credit: Adjustment) -> bool:
    """Keep of a credit what its vendor owes, once an attempt and before its first call. False when nothing is to be sent:
    it paid debts with all of it, or the vendor is paying them by itself just now.
    """
    row = Adjustment.objects.select_for_update().get(id=credit.id)
    if row.set_off_at is None:
        try:
            set_off_credit(row)
        except PaymentUnderWay as why:
            credit.first_sent_at = None
            return _put_off(credit, AdjustmentState.DUE, str(why), LATER)
        row.set_off_at = clock.now()
        if not row.sent_minor:
            row.state, row.done_at, row.error, row.next_try_at = AdjustmentState.DONE, row.set_off_at, "", None
        row.save()
    credit.refresh_from_db()
    return row.state == AdjustmentState.SENT


def _made_before(credit: Adjustment) -> Any:
    found = stripe_client().v1.transfers.list({"transfer_group": str(credit.id), "limit": 1})
    return _fetch(found.data[0].id) if found.data else None


def _fetch(provider_transfer_id: str) -> Any:
    return stripe_client().v1.transfers.retrieve(provider_transfer_id, {"expand": ["balance_transaction"]})


@transaction.atomic
def _record(adjustment_id: UUID, made: Any) -> Adjustment:
    row = Adjustment.objects.select_for_update().get(id=adjustment_id)
    if row.state != AdjustmentState.DONE:
        row.state, row.done_at, row.error, row.next_try_at = AdjustmentState.DONE, clock.now(), "", None
        row.provider_transfer_id = made.id
        row.save()
    book(mirror([transaction_of(made.balance_transaction)]))
    return row


def _failed(credit: Adjustment, error: stripe.StripeError) -> bool:
    """Ask again under the same key, wait under the next, or give up and say so."""
    code = code_of(error)
    log.warning("credit_not_made", adjustment=str(credit.id), code=code, cause=type(error).__name__)
    if is_temporary(error):
        return _put_off(credit, AdjustmentState.SENT, NOT_NOW.get(code, "Stripe did not answer; asking again"), SOON)
    # Stripe repeats a refusal under the key it was given for; under the next, later debts are set off as well.
    credit.attempt += 1
    credit.set_off_at = None
    if code in NOT_NOW:
        return _put_off(credit, AdjustmentState.DUE, NOT_NOW[code], LATER)
    return _put_off(credit, AdjustmentState.FAILED, f"Stripe refused: {describe(error)}"[:500], LATER)


def _put_off(credit: Adjustment, state: AdjustmentState, why: str, wait: timedelta) -> bool:
    credit.state, credit.error, credit.next_try_at = state, why, clock.now() + wait
    credit.save(update_fields=["state", "error", "next_try_at", "attempt", "first_sent_at", "set_off_at"])
    return False
