"""How long facts wait to be heard."""

from datetime import datetime

from kit import clock
from observability.metrics import queue
from outbox.models import Delivery, DeliveryState, Fact


@queue("outbox")
def oldest_fact() -> datetime | None:
    """The first of `fact_waiting`, or of `delivery_due`."""
    facts = Fact.objects.filter(fanned_out_at__isnull=True).order_by("id").values_list("recorded_at", flat=True)
    due = Delivery.objects.filter(state=DeliveryState.DUE, due_at__lte=clock.now()).order_by("due_at")
    return min(filter(None, (facts.first(), due.values_list("due_at", flat=True).first())), default=None)
