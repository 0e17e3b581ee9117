"""The sweeps of this app: thin names for the worker."""

from celery import shared_task

from billing.prepaid import actions


@shared_task(name="prepaid.give_back")
def give_back() -> int:
    """Refunds of which nothing is to be sent."""
    return actions.give_back_due()


@shared_task(name="prepaid.deliver")
def deliver_cards() -> int:
    """Gift cards whose day has come."""
    return actions.deliver_due()


@shared_task(name="prepaid.end_expired")
def end_expired() -> int:
    """Gift cards whose last day is over."""
    return actions.end_expired()
