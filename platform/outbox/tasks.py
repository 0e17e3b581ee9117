"""The outbox's sweep: every fact to every listener that wants it, in order of time, each in its own transaction."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from kit import clock
from outbox.models import Delivery, DeliveryState, Fact

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 20


@shared_task(name="outbox.deliver")
def deliver() -> int:
    """Deliver what is due; gives how many deliveries succeeded."""
    done = 0
    while True:
        while fan_out():
            pass
        handled = deliver_one()
        if handled is None:
            return done
        done += handled


def fan_out(batch: int = 200) -> int:
    """Write a delivery per listener for facts that have none yet; gives how many facts were taken."""
    listeners = import_string(settings.EVENT_TABLE + ".AFTER")
    with transaction.atomic():
        facts = list(
            Fact.objects.select_for_update(skip_locked=True).filter(fanned_out_at__isnull=True).order_by("id")[:batch]
        )
        Delivery.objects.bulk_create(
            [
                Delivery(fact=fact, listener=path, due_at=clock.now())
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
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("fact")
            .filter(state=DeliveryState.DUE, due_at__lte=clock.now())
            .order_by("due_at", "id")
            .first()
        )
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
