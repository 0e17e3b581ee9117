"""The outbox's sweep: every fact to every listener that wants it, each in its own transaction.

Vendors take turns: of each its oldest fact, one at a time, so that an import of a hundred thousand products in one shop
keeps no other shop's news waiting, nor more than one of the worker's threads. What is told of no vendor has a turn too.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from kit import clock
from outbox.models import COMMON_LANE, Delivery, DeliveryState, Fact

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 20


class Turns:
    """The lane that this process served last. Its threads may overwrite each other's: some lane is then served again."""

    last = COMMON_LANE


@shared_task(name="outbox.deliver")
def deliver() -> int:
    """Deliver what is due; gives how many deliveries succeeded."""
    done = 0
    while True:
        fan_out()
        handled = deliver_one()
        if handled is None and not fan_out():
            return done
        done += handled or 0


# Who waits, one look into `fact_lanes` for each, however many facts it has told.
_LANES = """
    WITH RECURSIVE lanes AS (
        (SELECT vendor_id FROM outbox_fact WHERE fanned_out_at IS NULL AND vendor_id IS NOT NULL ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT vendor_id FROM outbox_fact WHERE fanned_out_at IS NULL AND vendor_id > lanes.vendor_id
                ORDER BY 1 LIMIT 1)
        FROM lanes WHERE lanes.vendor_id IS NOT NULL
    )
    SELECT vendor_id FROM lanes WHERE vendor_id IS NOT NULL
    UNION ALL
    SELECT NULL WHERE EXISTS (SELECT 1 FROM outbox_fact WHERE fanned_out_at IS NULL AND vendor_id IS NULL)
"""


def fan_out(each: int = 50) -> int:
    """Write a delivery per listener for facts that have none yet, of every vendor `each` at most; gives how many facts
    were taken. A vendor's role may tell as many as it likes, under ids that come before everybody's.
    """
    listeners = import_string(settings.EVENT_TABLE + ".AFTER")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LANES)
            lanes = [lane for (lane,) in cursor.fetchall()]
        waiting = Fact.objects.select_for_update(skip_locked=True).filter(fanned_out_at__isnull=True).order_by("id")
        facts = [fact for lane in lanes for fact in waiting.filter(vendor_id=lane)[:each]]
        Delivery.objects.bulk_create(
            [
                Delivery(fact=fact, lane=fact.vendor_id or COMMON_LANE, listener=path, due_at=clock.now())
                for fact in facts
                for path in listeners.get(fact.name, ())
            ],
            ignore_conflicts=True,
        )
        Fact.objects.filter(id__in=[fact.id for fact in facts]).update(fanned_out_at=clock.now())
    return len(facts)


def deliver_one() -> int | None:
    """Run the next due listener: 1 when it succeeded, 0 when it failed and waits, None when nothing is due."""
    with transaction.atomic():
        delivery = _next()
        if delivery is None:
            return None
        delivery.attempts += 1
        try:
            with transaction.atomic():
                import_string(delivery.listener)(delivery.fact)
        except Exception as error:  # a listener's failure is recorded and retried, whatever it is
            log.exception("delivery_failed", listener=delivery.listener, fact=delivery.fact.name)
            delivery.error = f"{type(error).__name__}: {error}"[:2000]
            if delivery.attempts >= MAX_ATTEMPTS:
                delivery.state = DeliveryState.FAILED
            delivery.due_at = clock.now() + timedelta(seconds=min(2**delivery.attempts, 600))
            delivery.save()
            return 0
        delivery.state, delivery.done_at, delivery.error = DeliveryState.DONE, clock.now(), ""
        delivery.save()
        return 1


def _next() -> Delivery | None:
    """The oldest due delivery of the lane whose turn it is, locked; None when nothing is due that nobody else is at."""
    due = Delivery.objects.filter(state=DeliveryState.DUE, due_at__lte=clock.now()).order_by("lane", "due_at", "id")
    last = Turns.last
    for lanes in (due.filter(lane__gt=last), due.filter(lane__lte=last)):
        while (lane := lanes.values_list("lane", flat=True).first()) is not None:
            if found := _of_lane(due, lane):
                Turns.last = lane
                return found
            lanes = lanes.filter(lane__gt=lane)
    return None


def _of_lane(due: QuerySet[Delivery], lane: UUID) -> Delivery | None:
    if lane != COMMON_LANE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"outbox lane {lane}"])
            if not cursor.fetchone()[0]:
                return None
    free = due.filter(lane=lane).select_for_update(skip_locked=True, of=("self",)).select_related("fact")
    return free.first()
