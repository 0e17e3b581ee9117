"""The sweeps: what is asked for is done, and what need not be kept any longer goes."""

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from kit import clock
from privacy.actions import carry_out, forget_copies
from privacy.models import DataRequest


@shared_task(name="privacy.carry_out")
def carry_out_due() -> int:
    """Make copies and erase; gives how many were done."""
    due = DataRequest.objects.filter(done_at=None, taken_back_at=None, refused_at=None, due_at__lte=clock.now())
    return sum(carry_out(request_id) for request_id in list(due.order_by("due_at", "id").values_list("id", flat=True)))


@shared_task(name="privacy.forget")
def forget() -> int:
    """Drop copies nobody may fetch any more, and what each room keeps for a time only; gives how many rows."""
    now = clock.now()
    paths: list[str] = import_string(settings.EVENT_TABLE + ".KEPT_FOR_A_TIME")
    return forget_copies(now) + sum(import_string(path)(now) for path in paths)
