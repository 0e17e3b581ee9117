"""What vendors' members asked for, carried out by the process that may write money."""

import structlog
from celery import shared_task

from kit.errors import SoukError
from marketplace.returns.actions import carry_out, note_changed
from marketplace.returns.models import RefundRequest, RequestState

log = structlog.get_logger(__name__)


@shared_task(name="returns.carry_out_due")
def carry_out_due(batch: int = 200) -> int:
    """Do every request that is due, oldest first; gives how many were done. What cannot be done as shown is said so."""
    done = 0
    due = RefundRequest.objects.filter(state=RequestState.DUE).order_by("id")
    for request_id in list(due.values_list("id", flat=True)[:batch]):
        try:
            done += carry_out(request_id) is not None
        except SoukError as refused:
            note_changed(request_id, str(refused))
        except Exception:  # whatever is wrong with one, the others are not kept waiting
            log.exception("refund_request_not_carried_out", request=str(request_id))
    return done
