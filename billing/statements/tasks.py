"""The sweeps of this app: thin names for the worker."""

from celery import shared_task

from billing.statements import actions, filing
from billing.statements.exports import run


@shared_task(name="statements.issue_due")
def issue_due() -> int:
    return actions.issue_due()


@shared_task(name="statements.render_due")
def render_due() -> int:
    return filing.render_due()


@shared_task(name="statements.run_exports")
def run_exports() -> int:
    return run.run_exports()
