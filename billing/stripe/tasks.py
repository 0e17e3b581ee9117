"""The sweeps of this app: thin names for the worker. Each may run any number of times, at the same time as well."""

from celery import shared_task

from billing.stripe import (
    credits,
    debts,
    disputes,
    expiry,
    floor,
    heal,
    inbox,
    payouts,
    refunds,
    reversals,
    subscriptions,
    sync,
    transfers,
    wishes,
)


@shared_task(name="stripe.process_inbox")
def process_inbox() -> int:
    return inbox.process_inbox()


@shared_task(name="stripe.send_transfers")
def send_transfers() -> int:
    return transfers.send_transfers()


@shared_task(name="stripe.send_refunds")
def send_refunds() -> int:
    return refunds.send_refunds()


@shared_task(name="stripe.send_reversals")
def send_reversals() -> int:
    return reversals.send_reversals()


@shared_task(name="stripe.settle_debt_checkouts")
def settle_debt_checkouts() -> int:
    return debts.settle_debt_checkouts()


@shared_task(name="stripe.sync_disputes")
def sync_disputes() -> int:
    return disputes.sync_disputes()


@shared_task(name="stripe.sync_balance")
def sync_balance() -> int:
    return sync.sync_balance()


@shared_task(name="stripe.sync_payouts")
def sync_payouts() -> int:
    return payouts.sync_payouts()


@shared_task(name="stripe.expire_sessions")
def expire_sessions() -> int:
    return expiry.expire_sessions()


@shared_task(name="stripe.heal_events")
def heal_events() -> int:
    return heal.heal_events()


@shared_task(name="stripe.sync_plans")
def sync_plans() -> int:
    return subscriptions.sync_plans()


@shared_task(name="stripe.refresh_subscriptions")
def refresh_subscriptions() -> int:
    return subscriptions.refresh_stale()


@shared_task(name="stripe.apply_payout_wishes")
def apply_payout_wishes() -> int:
    return wishes.apply_wishes()


@shared_task(name="stripe.send_credits")
def send_credits() -> int:
    return credits.send_credits()


@shared_task(name="stripe.keep_floor")
def keep_floor() -> int:
    return int(floor.keep_floor())
