"""The sweep of this app: a thin name for the worker."""

from celery import shared_task

from marketplace.invoices import filing


@shared_task(name="invoices.render_due")
def render_due() -> int:
    return filing.render_due()
