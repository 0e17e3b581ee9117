"""The sweeps of this app: thin names for the worker."""

from celery import shared_task

from billing.statements import actions, filing


@shared_task(name="statements.issue_due")
def issue_due() -> int:
    return actions.issue_due()


@shared_task(name="statements.render_due")
def render_due() -> int:
    return filing.render_due()
