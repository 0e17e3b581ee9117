"""How the net amount of an invoice is earned, month by month: to the second, and summing to the invoice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any


def months(lines: Iterable[Mapping[str, Any]]) -> dict[date, int]:
    """{first day of the month (UTC): net minor units earned in it}, months without any left out.

    Each line is earned evenly over its period. Amounts are rounded on what is earned up to each month's end, halves away from
    zero, so that they sum to the line whatever the months' lengths. A line without length is earned where it begins.
    """
    earned: defaultdict[date, int] = defaultdict(int)
    for line in lines:
        amount, start, end = int(line["net_minor"]), int(line["start"]), int(line["end"])
        before = 0
        for month, until in _months(start, max(start, end)):
            total = amount if end <= until or end <= start else _rounded(amount * (until - start), end - start)
            earned[month] += total - before
            before = total
    return {month: amount for month, amount in sorted(earned.items()) if amount}


def _months(start: int, end: int) -> Iterator[tuple[date, int]]:
    """Each month that a period touches, with the second at which it ends."""
    day = datetime.fromtimestamp(start, UTC).date().replace(day=1)
    while True:
        following = next_month(day)
        until = int(datetime(following.year, following.month, 1, tzinfo=UTC).timestamp())
        yield day, until
        if until >= end:
            return
        day = following


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _rounded(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size
