"""How far behind the provider we are."""

from datetime import UTC, datetime

from prometheus_client import Histogram

from billing.stripe.models import WebhookEvent
from kit import clock
from observability.metrics import queue

WEBHOOK_LAG = Histogram(
    "webhook_lag_seconds",
    "From the making of an event at the provider to its being done here, by this worker.",
    ["endpoint"],
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 86400),
)


def observe_lag(event: WebhookEvent) -> None:
    """`event` is done. Its own date counts, in the provider's whole seconds; without one, when it came here."""
    made = event.body.get("created")
    try:
        since = datetime.fromtimestamp(made, UTC) if isinstance(made, int) else datetime.fromisoformat(str(made))
    except (ValueError, OverflowError, OSError):
        since = event.received_at
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    WEBHOOK_LAG.labels(event.endpoint).observe(max(((event.done_at or clock.now()) - since).total_seconds(), 0))


@queue("webhooks")
def oldest_event() -> datetime | None:
    """The first of `webhook_event_due`."""
    due = WebhookEvent.objects.filter(done_at__isnull=True, due_at__lte=clock.now())
    return due.order_by("due_at").values_list("due_at", flat=True).first()
