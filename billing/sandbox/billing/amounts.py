"""Periods, prorations and tax: pure functions over timestamps and minor units."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta


def add_interval(anchor: int, interval: str, count: int) -> int:
    """``count`` intervals (day, week, month, year) after ``anchor``; a day that a month does not have is its last."""
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return int((start + timedelta(days=count * (7 if interval == "week" else 1))).timestamp())
    months = start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def next_end(anchor: int, after: int, interval: str, count: int) -> int:
    """The first end of a period counted from ``anchor`` that lies after ``after``: the 31st comes back after February."""
    periods = 1
    while (end := add_interval(anchor, interval, count * periods)) <= after:
        periods += 1
    return end


def rounded(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, halves away from zero, so that a credit is its charge with the sign turned."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def share_of_period(amount: int, now: int, start: int, end: int) -> int:
    """What of an amount for a whole period belongs to the time from ``now`` to its end, to the second."""
    return rounded(amount * (end - max(start, min(now, end))), end - start)


def tax_on(amount: int, percentage: float) -> int:
    """Tax that comes on top of ``amount``; percentages have four decimals at most."""
    return rounded(amount * round(percentage * 10_000), 1_000_000)
