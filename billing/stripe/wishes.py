"""Carrying wishes about payouts to the provider: schedules, and payouts by hand. Each is asked under a key of its own."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import transaction
from django.db.models import Q

from billing.payouts.models import PayoutInterval, PayoutSchedule, PayoutWish, WishState
from billing.stripe.amounts import from_stripe, paid_out_at_most, to_stripe
from billing.stripe.client import code_of, describe, is_temporary, stripe_client
from billing.stripe.floor import free_minor
from billing.stripe.models import ConnectedAccount
from billing.stripe.payouts import sync_payout
from kit import clock
from kit.money import Money
from outbox.actions import announce

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=1)
SOON = timedelta(seconds=30)
NO_ACCOUNT = "Your payout details are not complete yet."
REASONS = {
    "balance_insufficient": "There is not that much available in the balance yet.",
    "insufficient_funds": "There is not that much available in the balance yet.",
    "payouts_not_allowed": "Payouts are stopped: the bank returned the last one. Check the bank account.",
    "instant_payouts_unsupported": "This bank account does not take instant payouts. A standard one works.",
    "instant_payouts_limit_exceeded": "The limit of instant payouts for today is reached. A standard one works.",
    "instant_payouts_currency_disabled": "Instant payouts are not possible in this currency. A standard one works.",
    "instant_payouts_config_disabled": "Instant payouts are not possible for this account. A standard one works.",
    "bank_account_unusable": "The bank account cannot be used. Check it.",
    "no_account": "There is no bank account yet.",
}


def apply_wishes() -> int:
    """Carry out all wishes that are due; gives how many were answered. Network: not inside a transaction."""
    done = 0
    while schedule := _claim_schedule():
        done += apply_schedule(schedule)
    while wish := _claim_wish():
        done += send_payout(wish)
    return done


@transaction.atomic
def _claim_schedule() -> PayoutSchedule | None:
    now = clock.now()
    row = (
        PayoutSchedule.objects.select_for_update(skip_locked=True)
        .filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), state=WishState.ASKED)
        .order_by("asked_at")
        .first()
    )
    if row is not None:
        row.next_try_at = now + LEASE
        row.save(update_fields=["next_try_at"])
    return row


def apply_schedule(schedule: PayoutSchedule) -> bool:
    """Have the provider pay a vendor out as it wants, or not at all while that is held. False: to be asked again later."""
    account_id = _account_of(schedule.vendor_id)
    if not account_id:
        return _schedule_answered(schedule, WishState.REFUSED, NO_ACCOUNT)
    payouts: Any = {
        "schedule": _plan(schedule),
        "minimum_balance_by_currency": {
            schedule.currency.lower(): to_stripe(schedule.minimum_minor, schedule.currency)
        },
    }
    try:
        stripe_client().v1.balance_settings.update(
            {"payments": {"payouts": payouts}},
            options={
                "stripe_account": account_id,
                "idempotency_key": f"ps:{schedule.vendor_id}:{schedule.version}",
            },
        )
    except stripe.StripeError as error:
        if is_temporary(error):
            PayoutSchedule.objects.filter(id=schedule.id).update(next_try_at=clock.now() + SOON)
            return False
        return _schedule_answered(schedule, WishState.REFUSED, describe(error))
    return _schedule_answered(schedule, WishState.DONE)


def _plan(schedule: PayoutSchedule) -> dict[str, Any]:
    if schedule.is_held:
        return {"interval": PayoutInterval.MANUAL.value}
    plan: dict[str, Any] = {"interval": schedule.interval}
    if schedule.interval == PayoutInterval.WEEKLY:
        plan["weekly_payout_days"] = [schedule.weekday]
    if schedule.interval == PayoutInterval.MONTHLY:
        plan["monthly_payout_days"] = [schedule.month_day]
    return plan


@transaction.atomic
def _schedule_answered(schedule: PayoutSchedule, state: WishState, error: str = "") -> bool:
    """The answer counts for the version that was asked; a newer one is asked for by itself."""
    row = PayoutSchedule.objects.select_for_update().get(id=schedule.id)
    if row.version != schedule.version:
        PayoutSchedule.objects.filter(id=row.id).update(next_try_at=None)
        return False
    row.state, row.error, row.next_try_at = state, error, None
    if state == WishState.DONE:
        row.applied_at = clock.now()
    row.save(update_fields=["state", "error", "next_try_at", "applied_at"])
    return True


@transaction.atomic
def _claim_wish() -> PayoutWish | None:
    now = clock.now()
    row = (
        PayoutWish.objects.select_for_update(skip_locked=True)
        .filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=now), state=WishState.ASKED)
        .order_by("asked_at")
        .first()
    )
    if row is not None:
        row.next_try_at = now + LEASE
        row.save(update_fields=["next_try_at"])
    return row


def send_payout(wish: PayoutWish) -> bool:
    """Have the provider make a payout that was asked for, once. False when it has to be asked again later."""
    account_id = _account_of(wish.vendor_id) if wish.vendor_id else ""
    if wish.vendor_id and not account_id:
        return _refuse(wish, NO_ACCOUNT)
    options: Any = {"stripe_account": account_id} if account_id else {}
    try:
        made = _made_before(wish, options) if wish.first_sent_at else None
        if made is None:
            held = (
                wish.vendor_id
                and PayoutSchedule.objects.filter(vendor_id=wish.vendor_id, held_at__isnull=False).first()
            )
            if held:
                return _refuse(wish, f"Payouts are held: {held.held_reason}.")
            available = paid_out_at_most(_available(wish, options), wish.currency)
            amount = available if wish.amount_minor is None else wish.amount_minor
            if not 0 < amount <= available:
                return _refuse(wish, f"{Money(available, wish.currency)} can be paid out at the moment.")
            if amount != paid_out_at_most(amount, wish.currency):
                return _refuse(wish, f"{wish.currency} is paid out in whole units only.")
            # The amount stays with the key: asked again, it is asked the same.
            wish.amount_minor, wish.first_sent_at = amount, wish.first_sent_at or clock.now()
            wish.save(update_fields=["amount_minor", "first_sent_at"])
            made = stripe_client().v1.payouts.create(
                {
                    "amount": to_stripe(amount, wish.currency),
                    "currency": wish.currency.lower(),
                    "method": wish.method,  # type: ignore[typeddict-item]
                    "metadata": {"wish": str(wish.id)},
                },
                options={**options, "idempotency_key": f"po:{wish.id}:{wish.attempt}"},
            )
    except stripe.StripeError as error:
        if is_temporary(error):
            log.warning("payout_not_made", wish=str(wish.id), cause=type(error).__name__)
            PayoutWish.objects.filter(id=wish.id).update(next_try_at=clock.now() + SOON)
            return False
        return _refuse(wish, REASONS.get(code_of(error), describe(error)))
    PayoutWish.objects.filter(id=wish.id).update(
        state=WishState.DONE, provider_payout_id=made.id, done_at=clock.now(), next_try_at=None, error=""
    )
    sync_payout(made.id, account_id=account_id)
    return True


def _available(wish: PayoutWish, options: Any) -> int:
    """What may be paid out now: all of a vendor's available balance; of ours what is owed to nobody."""
    if wish.vendor_id is None:
        return free_minor(wish.currency)
    balance = stripe_client().v1.balance.retrieve(options=options)
    found = sum(each.amount for each in balance.available if each.currency == wish.currency.lower())
    return from_stripe(found, wish.currency)


def _made_before(wish: PayoutWish, options: Any) -> Any:
    """The payout as an earlier call made it, its answer lost to us; None when there is none."""
    assert wish.first_sent_at is not None
    since = int((wish.first_sent_at - timedelta(minutes=5)).timestamp())
    found = stripe_client().v1.payouts.list({"created": {"gte": since}, "limit": 100}, options=options)
    for made in found.auto_paging_iter():
        if made.metadata and made.metadata.to_dict().get("wish") == str(wish.id):
            return made
    return None


@transaction.atomic
def _refuse(wish: PayoutWish, why: str) -> bool:
    PayoutWish.objects.filter(id=wish.id).update(
        state=WishState.REFUSED, error=why[:500], done_at=clock.now(), next_try_at=None
    )
    announce("payout.refused", vendor_id=wish.vendor_id, payload={"wish": str(wish.id)})
    return True


def _account_of(vendor_id: UUID) -> str:
    found = ConnectedAccount.objects.filter(vendor_id=vendor_id).values_list("account_id", flat=True).first()
    return found or ""
