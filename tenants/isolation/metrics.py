"""Is the builder ahead? It has no face; what it leaves behind tells whether it lives."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from observability.metrics import figures
from tenants.isolation.queries import spare_walls


@figures("shops")
def spare_shops() -> Iterator[Metric]:
    """By `wall_spares`: a handful of rows."""
    yield GaugeMetricFamily("spare_shops", "Shops that are made and belong to nobody yet.", value=spare_walls())
