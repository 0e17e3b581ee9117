"""Transfers by where they are: those on their way by their partial indexes, those done by a fold."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Sum
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from billing.payouts.models import Transfer, TransferState
from kit import clock
from observability.metrics import figures
from observability.tallies import running_totals

# Each group is the condition of an index: `transfer_unsent`, `transfer_sent`, `transfer_failed`.
ON_THEIR_WAY = ([TransferState.HELD, TransferState.DUE], [TransferState.SENT], [TransferState.FAILED])


@figures("transfers")
def transfers_by_state() -> Iterator[Metric]:
    """Bounded by the transfers that are on their way (some days' orders), and a quarter of an hour's done ones."""
    counts = GaugeMetricFamily("transfers_total", "Transfers to vendors, by state.", labels=["state", "currency"])
    amounts = GaugeMetricFamily(
        "transfers_amount_minor", "What they amount to, in minor units.", labels=["state", "currency"]
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for states in ON_THEIR_WAY:
        rows = Transfer.objects.filter(state__in=states).order_by().values_list("state", "currency")
        for state, currency, count, amount in rows.annotate(count=Count("id"), amount=Sum("amount_minor")):
            found[state, currency] = (count, amount)
    totals = running_totals("transfers done", _done, now=clock.now())
    for name, count in totals.items():
        what, currency = name.split(" ")
        if what == "count":
            found[TransferState.DONE.value, currency] = (count, totals[f"amount {currency}"])
    for (state, currency), (count, amount) in sorted(found.items()):
        counts.add_metric([state, currency], count)
        amounts.add_metric([state, currency], amount)
    yield counts
    yield amounts


def _done(since: datetime | None, until: datetime | None) -> dict[str, int]:
    """By `transfer_done`: a transfer is done once, and stays so."""
    rows = Transfer.objects.filter(state=TransferState.DONE, done_at__isnull=False)
    if since is not None:
        rows = rows.filter(done_at__gte=since)
    if until is not None:
        rows = rows.filter(done_at__lt=until)
    sums = rows.order_by().values_list("currency").annotate(count=Count("id"), amount=Sum("amount_minor"))
    found: dict[str, int] = {}
    for currency, count, amount in sums:
        found |= {f"count {currency}": count, f"amount {currency}": amount}
    return found
