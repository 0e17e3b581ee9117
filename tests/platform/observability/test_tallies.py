import uuid
from datetime import UTC, datetime, timedelta

import pytest

from kit.ids import uuid7
from observability.models import Tally
from observability.tallies import SETTLES_IN, first_id_at, ids_between, running_totals

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Rows:
    """Rows dated by instants; remembers which were read."""

    def __init__(self, *minutes):
        self.instants = [NOON + timedelta(minutes=each) for each in minutes]
        self.read = []

    def count(self, since, until):
        found = [each for each in self.instants if (since is None or each >= since) and (until is None or each < until)]
        self.read.append(len(found))
        return {"rows": len(found)} if found else {}


def test_all_rows_count_and_old_ones_are_read_once():
    rows = Rows(-600, -500, -20, -10, -1)
    assert running_totals("rows", rows.count, now=NOON) == {"rows": 5}
    assert rows.read == [3, 2]
    rows.instants.append(NOON + timedelta(minutes=30))
    assert running_totals("rows", rows.count, now=NOON + timedelta(minutes=31)) == {"rows": 6}
    assert rows.read[2:] == [2, 1]
    assert Tally.objects.get(name="rows").totals == {"rows": 5}


def test_what_commits_late_is_not_missed():
    rows = Rows(-20)
    running_totals("rows", rows.count, now=NOON)
    rows.instants.append(NOON - SETTLES_IN + timedelta(seconds=1))  # its id was made 15 minutes ago, almost
    assert running_totals("rows", rows.count, now=NOON) == {"rows": 2}


def test_nothing_is_nothing():
    assert running_totals("rows", Rows().count, now=NOON) == {}


def test_ids_of_a_time_are_a_range():
    before = datetime.now(UTC) - timedelta(milliseconds=2)
    made = uuid7()
    after = datetime.now(UTC) + timedelta(milliseconds=2)
    assert first_id_at(before) < made < first_id_at(after)
    assert ids_between(None, None) == {}
    found = ids_between(before, after, "order_id")
    assert set(found) == {"order_id__gte", "order_id__lt"}
    assert all(each.version == 7 and each.variant == uuid.RFC_4122 for each in found.values())
