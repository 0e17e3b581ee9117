"""Totals over tables that only grow, at the cost of their newest rows.

A scrape must not count a million orders. What is older than `SETTLES_IN` has been committed or never will be: it is
added to a stored sum once, and only what came after it is counted at each reading.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from observability.models import Tally

# No transaction of ours lasts as long: a row whose id or instant is older is visible by now.
SETTLES_IN = timedelta(minutes=15)
# Sums by name over the rows from the first instant (None: from the beginning) until before the second (None: all).
Count = Callable[[datetime | None, datetime | None], Mapping[str, int]]


def running_totals(name: str, count: Count, *, now: datetime) -> dict[str, int]:
    """The totals of `count` over all rows, reading only those since the last fold.

    `now` is of the clock that dates the rows. Rows must keep their place: append-only, or dated once for good.
    """
    Tally.objects.bulk_create([Tally(name=name)], ignore_conflicts=True)
    with transaction.atomic():
        tally = Tally.objects.select_for_update(skip_locked=True).filter(name=name).first()
        settled = now - SETTLES_IN
        # Folding once a minute is often enough: what is read fresh stays a quarter of an hour's rows.
        if tally is not None and (tally.through is None or settled - tally.through > timedelta(minutes=1)):
            tally.totals = _sum(tally.totals, count(tally.through, settled))
            tally.through = settled
            tally.save(update_fields=["through", "totals"])
    # Somebody else may be folding: whatever stands in the row belongs together.
    tally = tally or Tally.objects.get(name=name)
    return _sum(tally.totals, count(tally.through, None))


def first_id_at(instant: datetime) -> UUID:
    """The lowest version 7 UUID of an instant: ids are made of the wall clock, whatever a world's clock says."""
    milliseconds = int(instant.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)


def ids_between(since: datetime | None, until: datetime | None, field: str = "id") -> dict[str, UUID]:
    """The filter for rows whose ids were made in that time: a range of the primary key."""
    found = {}
    if since is not None:
        found[f"{field}__gte"] = first_id_at(since)
    if until is not None:
        found[f"{field}__lt"] = first_id_at(until)
    return found


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
