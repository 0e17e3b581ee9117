"""The sweeps of this app."""

import structlog
from celery import shared_task

from billing.ledger import checkpoints

log = structlog.get_logger(__name__)


@shared_task(name="ledger.keep_checkpoints")
def keep_checkpoints() -> int:
    """Prove the checkpoints there are against all postings, then make those that are worth it; gives how many."""
    for wrong in checkpoints.prove():
        log.error("checkpoint_was_wrong", account=str(wrong.account_id), said_minor=wrong.said_minor)
    return checkpoints.keep_checkpoints()
