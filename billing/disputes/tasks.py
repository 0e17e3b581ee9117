"""The sweeps of this app."""

from celery import shared_task

from billing.disputes import events


@shared_task(name="disputes.remind")
def remind() -> int:
    return events.remind()
