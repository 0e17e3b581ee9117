"""The sweeps of this app. Each may run any number of times, at the same time as well."""

from celery import shared_task

from billing.subscriptions import sweeps


@shared_task(name="subscriptions.dun")
def dun() -> int:
    return sweeps.dun()


@shared_task(name="subscriptions.recognize_revenue")
def recognize_revenue() -> int:
    return sweeps.recognize_revenue()
