"""What is measured: series that this process counts as things happen, and figures read from the database when asked.

An app's own `metrics.py` holds its series; it is imported when the apps are ready.

- Things that happen (requests, carts, views) are plain `prometheus_client` objects: in this process's memory, counted from
  its start. A face runs one granian worker; several would each count for themselves, behind one address.
- Figures of the database (`@figures`, `@queue`) are read by the processes that work as `platform`, at most every
  `KEPT_SECONDS`, and are the same wherever they are read: take their `max`, not their sum.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

import prometheus_client
import structlog
from django.conf import settings
from django.db import connection, transaction
from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kit import clock

log = structlog.get_logger(__name__)
prometheus_client.disable_created_metrics()

REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time from the request to the beginning of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SWEEPS = Counter("sweeps", "Sweeps run by this worker.", ["sweep", "result"])
SWEPT_AT = Gauge("sweep_last_success_timestamp_seconds", "When this worker last finished a sweep.", ["sweep"])

QUEUE_AGE = Gauge(
    "queue_age_seconds",
    "For how long the oldest entry of a queue has been due; 0 when none is.",
    ["queue"],
    registry=None,  # told together with the figures, which set it first
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
KEPT_SECONDS = 10
# A scrape gives up on a figure rather than hold the database; a first fold over old tables takes longest.
STATEMENT_TIMEOUT = "20s"

Figures = Callable[[], Iterable[Metric]]
Oldest = Callable[[], datetime | None]
_figures: dict[str, Figures] = {}
_queues: dict[str, Oldest] = {}


def figures(name: str) -> Callable[[Figures], Figures]:
    """Have this function's series read at each scrape, in a transaction of their own. `name` is told if it fails."""

    def register(function: Figures) -> Figures:
        _figures[name] = function
        return function

    return register


def queue(name: str) -> Callable[[Oldest], Oldest]:
    """The function gives since when the oldest entry of this queue has been due, or None; it must be one index look-up."""

    def register(function: Oldest) -> Oldest:
        _queues[name] = function
        return function

    return register


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """`route` is a pattern of ours, never an address; a method nobody defined is told as "other"."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)


@figures("queues")
def _queue_ages() -> Iterable[Metric]:
    now = clock.now()
    for name, oldest in _queues.items():
        since = oldest()
        QUEUE_AGE.labels(name).set(max((now - since).total_seconds(), 0) if since else 0)
    return ()


class DatabaseFigures(Collector):
    """All `@figures`, read at most every `KEPT_SECONDS` by who may; one that fails is left out, and `figures_failed` is 1.

    Queues whose age a process knows of itself are told by that process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Metric] = []
        self._read_at = float("-inf")

    def describe(self) -> Iterable[Metric]:
        # Registering must not ask the database.
        return []

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if settings.TELLS_FIGURES and time.monotonic() - self._read_at > KEPT_SECONDS:
                self._kept = _read_all()
                self._read_at = time.monotonic()
            return [*self._kept, *QUEUE_AGE.collect()]

    def forget(self) -> None:
        """Read anew next time."""
        self._read_at = float("-inf")


def _read_all() -> list[Metric]:
    failed = GaugeMetricFamily("figures_failed", "Could this group not be read from the database?", labels=["figures"])
    found: list[Metric] = []
    for name, function in sorted(_figures.items()):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
                found += list(function())
        except Exception as error:  # whatever it is, the other series are told
            log.warning("figures_failed", figures=name, cause=type(error).__name__)
            failed.add_metric([name], 1)
        else:
            failed.add_metric([name], 0)
    return [*found, failed]


DATABASE_FIGURES = DatabaseFigures()
REGISTRY.register(DATABASE_FIGURES)


def exposition() -> bytes:
    """Everything, in Prometheus' text format."""
    return prometheus_client.generate_latest(REGISTRY)
