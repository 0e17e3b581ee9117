"""Is the builder ahead, and are all shops in service? It has no face; what it leaves behind tells whether it lives."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from observability.metrics import figures
from tenants.isolation.queries import quarantined_walls, spare_walls


@figures("shops")
def shops() -> Iterator[Metric]:
    """By `wall_spares`, a handful of rows, and by one pass over the walls, some thousand."""
    yield GaugeMetricFamily("spare_shops", "Shops that are made and belong to nobody yet.", value=spare_walls())
    yield GaugeMetricFamily("quarantined_shops", "Shops that are out of service.", value=quarantined_walls())
