"""Orders by what became of them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import Count
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from marketplace.orders.models import OrderEvent
from observability.metrics import figures
from observability.tallies import ids_between, running_totals

EVENTS = ("placed", "paid", "canceled")


@figures("orders")
def orders_total() -> Iterator[Metric]:
    """A fold over the order's own events (not those of its vendors' parts): bounded by a quarter of an hour's."""
    totals = running_totals("orders", _events, now=datetime.now(UTC))
    family = CounterMetricFamily("orders", "Orders that were placed, paid, canceled.", labels=["event"])
    for name in EVENTS:
        family.add_metric([name], totals.get(name, 0))
    yield family


def _events(since: datetime | None, until: datetime | None) -> dict[str, int]:
    rows = OrderEvent.objects.filter(**ids_between(since, until), vendor_order__isnull=True, name__in=EVENTS)
    return dict(rows.order_by().values_list("name").annotate(count=Count("id")))
