"""What the last match of orders, books and provider could not explain."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import Abs
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from billing.reconciliation.queries import latest_run, open_count, open_exceptions
from kit import clock
from observability.metrics import figures


@figures("reconciliation")
def drift() -> Iterator[Metric]:
    """Bounded by the open exceptions, which people work off."""
    drifts = GaugeMetricFamily(
        "ledger_drift_minor",
        "Differences that nobody has explained, added up without their signs, in minor units.",
        labels=["currency"],
    )
    by_currency = open_exceptions().order_by().values_list("currency")
    sums = dict(by_currency.annotate(sum=Sum(Abs(F("found_minor") - F("expected_minor")))))
    for currency, amount in sorted(({settings.CURRENCY: 0} | sums).items()):
        if currency:
            drifts.add_metric([currency], amount)
    yield drifts
    yield GaugeMetricFamily("ledger_exceptions", "Open exceptions of the match.", value=open_count())
    run = latest_run()
    if run is not None:
        age = (clock.now() - (run.finished_at or run.started_at)).total_seconds()
        yield GaugeMetricFamily("reconciliation_age_seconds", "Time since the last match.", value=max(age, 0))
