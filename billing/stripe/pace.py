"""Not asking the provider more often than it takes: one clock for all our processes, kept by the database."""

import time

from django.db import connection

from billing.stripe.models import CallPace
from kit.ids import uuid7

# Stripe takes 25 calls a second to one endpoint: https://docs.stripe.com/rate-limits
SHORTEST_GAP_SECONDS = 1 / 20


def take_slot(name: str, *, gap_seconds: float = SHORTEST_GAP_SECONDS) -> tuple[float, float]:
    """The next free moment for a call of this kind, in the database's seconds since 1970, and how long until then.

    No two callers, in whatever process, are given moments that lie closer together than the gap. Not inside a transaction:
    it would keep all others waiting until its end.
    """
    table = CallPace._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS pace (id, name, free_at) VALUES"
            " (%(id)s, %(name)s, clock_timestamp() + %(gap)s::interval)"
            " ON CONFLICT (name) DO UPDATE SET free_at = greatest(pace.free_at, clock_timestamp()) + %(gap)s::interval"
            " RETURNING extract(epoch FROM free_at - %(gap)s::interval)::float8,"
            " extract(epoch FROM free_at - %(gap)s::interval - clock_timestamp())::float8",
            {"id": uuid7(), "name": name, "gap": f"{gap_seconds} seconds"},
        )
        at, wait = cursor.fetchone()
    return at, max(0.0, wait)


def wait_for_slot(name: str) -> None:
    """Sleep until a call of this kind may be made. Not inside a transaction."""
    _, wait = take_slot(name)
    time.sleep(wait)
