"""The sweeps of this app: thin names for the worker."""

from celery import shared_task

from billing.payouts import onboarding, over_limit


@shared_task(name="payouts.follow_debts")
def follow_debts() -> int:
    return over_limit.follow_debts()


@shared_task(name="payouts.release_opened")
def release_opened() -> int:
    return onboarding.release_opened()
