"""Celery is a doorbell: it says that work is due, never what the work is. A ring that is lost costs a few seconds."""

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def ring(task: str, **arguments: str) -> None:
    """Ask a worker to run the sweep `task` now. Never raises: the sweep runs every few seconds anyway."""
    if not settings.RINGS_DOORBELL:
        return
    try:
        current_app.send_task(task, kwargs=arguments, ignore_result=True, retry=False, expires=30)
    except (OperationalError, OSError) as error:
        log.warning("doorbell_unheard", task=task, cause=type(error).__name__)
