"""The API's sweep."""

from celery import shared_task

from api import idempotency


@shared_task(name="api.forget_requests")
def forget_requests() -> int:
    """Remove kept answers that nobody will ask for again; gives how many."""
    return idempotency.forget()
