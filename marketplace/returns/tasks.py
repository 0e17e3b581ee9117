"""What vendors' members asked for, carried out by the process that may write money; deadlines that passed; photos to file."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task

from kit import clock
from kit.errors import SoukError
from marketplace.orders.models import Fulfillment, VendorOrder
from marketplace.returns.actions import carry_out, note_changed
from marketplace.returns.deadlines import cancel_unaccepted, pass_deadline
from marketplace.returns.models import Photo, RefundRequest, RequestState, Return
from marketplace.returns.photos import file_photo
from marketplace.returns.policy import policy_at

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


@shared_task(name="returns.pass_deadlines")
def pass_deadlines(batch: int = 200) -> int:
    """Go on where a deadline passed, the oldest first: returns, and orders that nobody took on. Gives how many."""
    now = clock.now()
    late = Return.objects.filter(due_at__lte=now).order_by("due_at").values_list("id", flat=True)
    done = _each(late[:batch], lambda return_id: pass_deadline(return_id, now), "return_deadline_not_passed")
    days = policy_at(now).accept_days
    if days is None:
        return done
    waiting = VendorOrder.objects.filter(fulfillment=Fulfillment.NEW, paid_at__lte=now - timedelta(days=days))
    found = waiting.order_by("paid_at").values_list("id", flat=True)[:batch]
    return done + _each(found, lambda part_id: cancel_unaccepted(part_id, now), "order_not_canceled")


@shared_task(name="returns.file_photos")
def file_photos(batch: int = 50) -> int:
    """Put customers' photos into the private store; gives how many. What cannot be filed now stays where it is."""
    found = Photo.objects.filter(content__isnull=False).order_by("id").values_list("id", flat=True)[:batch]
    return _each(found, lambda photo_id: file_photo(photo_id) or None, "photo_not_filed")


def _each(ids: Iterable[UUID], do: Callable[[UUID], Any], what: str) -> int:
    """Do it for each of them; one that cannot be done is logged and does not keep the others waiting."""
    done = 0
    for each in list(ids):
        try:
            done += do(each) is not None
        except Exception as error:
            log.warning(what, id=str(each), error=str(error), exc_info=not isinstance(error, SoukError))
    return done
