"""The sweeps: what is asked for is done, and what need not be kept any longer goes."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from kit import clock
from privacy.actions import carry_out, forget_copies
from privacy.models import DataRequest

log = structlog.get_logger(__name__)


@shared_task(name="privacy.carry_out")
def carry_out_due() -> int:
    """Make copies and erase; gives how many were done. One that fails is logged and tried again, and holds up no other."""
    due = DataRequest.objects.filter(done_at=None, taken_back_at=None, refused_at=None, due_at__lte=clock.now())
    done = 0
    for request_id in list(due.order_by("due_at", "id").values_list("id", flat=True)):
        try:
            done += carry_out(request_id)
        except Exception:  # whatever it is: the next one's law has its own time
            log.exception("data_request_failed", request=str(request_id))
    return done


@shared_task(name="privacy.forget")
def forget() -> int:
    """Drop copies nobody may fetch any more, and what each room keeps for a time only; gives how many rows."""
    now = clock.now()
    paths: list[str] = import_string(settings.EVENT_TABLE + ".KEPT_FOR_A_TIME")
    return forget_copies(now) + sum(import_string(path)(now) for path in paths)
