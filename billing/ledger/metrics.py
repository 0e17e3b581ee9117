"""Do the books balance, as far as adding up says?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Sum
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from billing.ledger.models import Posting
from observability.metrics import figures
from observability.tallies import ids_between, running_totals


@figures("books")
def trial_balance() -> Iterator[Metric]:
    """A fold over postings: bounded by a quarter of an hour's. A posting that is altered later is the match's to find."""
    sums = {settings.CURRENCY: 0} | running_totals("postings", _sums, now=datetime.now(UTC))
    family = GaugeMetricFamily(
        "ledger_trial_balance_minor", "The sum of all postings, in minor units: 0 in sound books.", labels=["currency"]
    )
    for currency, amount in sorted(sums.items()):
        family.add_metric([currency], amount)
    yield family


def _sums(since: datetime | None, until: datetime | None) -> dict[str, int]:
    rows = Posting.objects.filter(**ids_between(since, until))
    return dict(rows.order_by().values_list("currency").annotate(sum=Sum("amount_minor")))
