"""The sweep of this app: prove the books once a day, and again soon while something is not explained."""

from datetime import timedelta

from celery import shared_task

from billing.reconciliation.actions import reconcile
from billing.reconciliation.queries import latest_run
from kit import clock

DAILY = timedelta(days=1)
# Money that moved between asking the provider and reading our side looks like a difference once, and not again.
SOON = timedelta(minutes=10)


@shared_task(name="reconciliation.reconcile_when_due")
def reconcile_when_due() -> int:
    """Match everything when the last match is a day old, or found something ten minutes ago; gives how many ran."""
    last = latest_run()
    if last is not None and clock.now() - last.started_at < (DAILY if last.matches else SOON):
        return 0
    reconcile()
    return 1
