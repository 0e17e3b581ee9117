"""Closed months: who may not enter what, and how a month is opened again."""

import threading
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from billing.ledger import actions, periods
from billing.ledger.entries import Line
from billing.ledger.models import JournalEntry, Period, Reopening
from billing.ledger.periods import Check, Month
from kit import clock
from kit.ids import uuid7

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MARCH, APRIL = Month(date(2026, 3, 1)), Month(date(2026, 4, 1))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ELIF, JONAS = uuid7(), uuid7()


def post_sale(key="txn:txn_1", at=NOON, amount=8000):
    lines = (Line("1010", amount), Line("2000", -amount, LINDQVIST))
    return actions.post(
        source_key=key, kind="sale", lines=lines, currency="EUR", occurred_at=at, description="Customer's payment"
    )


def step_into(cursor, role):
    """Go on as this role; what was written so far has been checked."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    if role != "postgres":
        cursor.execute(f"SET LOCAL ROLE {role}")


@pytest.fixture
def march(db) -> Period:
    post_sale()
    return periods.close(month=MARCH, by=ELIF)


def test_a_month_is_closed_with_what_was_found(march):
    assert (march.starts_on, march.ends_on, march.closed_by) == (date(2026, 3, 1), date(2026, 4, 1), ELIF)
    assert [check["name"] for check in march.checks] == ["over", "in_order", "trial_balance"]
    assert march.totals == [
        {"code": "1010", "currency": "EUR", "debits_minor": 8000, "credits_minor": 0},
        {"code": "2000", "currency": "EUR", "debits_minor": 0, "credits_minor": 8000},
    ]
    assert periods.close(month=MARCH, by=JONAS) == march
    assert periods.next_to_close() == APRIL


def test_months_are_closed_in_order_and_not_before_they_are_over(db):
    post_sale()
    with pytest.raises(periods.NotReadyToClose, match="March 2026 comes first"):
        periods.close(month=APRIL, by=ELIF)
    running = periods.month_of(clock.now())
    with pytest.raises(periods.NotReadyToClose, match="The month is over: It ends on"):
        periods.close(month=running, by=ELIF)
    assert not Period.objects.filter(closed_at__isnull=False).exists()


def test_what_others_know_may_keep_a_month_open(db):
    post_sale()
    asked = []

    def more(month):
        asked.append(month)
        return [Check("proof", "The books are proved", False, "2 differences")]

    with pytest.raises(periods.NotReadyToClose, match="The books are proved: 2 differences") as refused:
        periods.close(month=MARCH, by=ELIF, more=more)
    assert asked == [MARCH]
    assert [check.passed for check in refused.value.checks] == [True, True, True, False]


def test_a_fact_that_comes_late_is_entered_on_the_first_open_day_and_keeps_its_date(march):
    late = post_sale("txn:txn_2")
    assert late.occurred_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert late.description == "Customer's payment (occurred 2026-03-02 12:00 UTC)"
    assert post_sale("txn:txn_2") == late
    assert post_sale("txn:txn_1").occurred_at == NOON
    on_time = post_sale("txn:txn_3", at=datetime(2026, 4, 1, tzinfo=UTC))
    assert on_time.description == "Customer's payment"


def test_a_date_that_somebody_chose_is_refused(march):
    with pytest.raises(periods.PeriodClosed, match="March 2026 is closed; the first open day is 1 April 2026"):
        periods.require_open(NOON)
    periods.require_open(datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize("role", ["postgres", "owner", "platform", "store"])
@pytest.mark.parametrize("at", ["2026-03-31 23:59:59.999999+00", "2025-01-01 00:00+00"])
def test_the_database_refuses_an_entry_of_a_closed_month_to_everybody(march, role, at):
    with (
        pytest.raises(DatabaseError, match="lies in a closed month"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        step_into(cursor, role)
        cursor.execute(
            "INSERT INTO ledger_journalentry"
            " (id, source_key, kind, description, postings_count, occurred_at, posted_at)"
            " VALUES (%s, 'by hand', 'sale', '', 2, %s, now())",
            [uuid7(), at],
        )


@pytest.mark.parametrize("role", ["postgres", "owner", "platform"])
@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("UPDATE ledger_period SET closed_at = NULL, closed_by = NULL", "nobody agreed"),
        ("UPDATE ledger_period SET ends_on = '2026-03-02'", "days of a month are never changed"),
        ("UPDATE ledger_period SET totals = '[]'", "closed and never changed"),
        ("DELETE FROM ledger_period", "never removed|permission denied"),
        ("TRUNCATE ledger_period CASCADE", "never removed|permission denied"),
    ],
)
def test_nobody_opens_or_changes_a_closed_month_by_hand(march, role, sql, refusal):
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        step_into(cursor, role)
        cursor.execute(sql)


def test_it_takes_two_to_open_a_month_again(march):
    asked = periods.ask_to_reopen(period=march, reason="The bank's fee was missing", by=ELIF)
    assert periods.ask_to_reopen(period=march, reason="Again", by=JONAS) == asked
    with pytest.raises(periods.SamePerson):
        periods.approve_reopening(reopening=asked, by=ELIF)
    with pytest.raises(DatabaseError, match="reopening_four_eyes"), transaction.atomic():
        Reopening.objects.update(approved_by=ELIF, approved_at=clock.now())

    assert periods.approve_reopening(reopening=asked, by=JONAS).closed_at is None
    assert post_sale("txn:txn_2").occurred_at == NOON

    periods.close(month=MARCH, by=ELIF)
    with pytest.raises(DatabaseError, match="nobody agreed"), transaction.atomic():
        # What was agreed to once is used up.
        Period.objects.update(closed_at=None, closed_by=None)


def test_only_the_month_closed_last_is_opened_again(march):
    periods.close(month=APRIL, by=ELIF)
    with pytest.raises(periods.NotClosed, match="A later month is closed"):
        periods.ask_to_reopen(period=march, reason="Late", by=ELIF)
    april = Period.objects.get(starts_on=APRIL.starts_on)
    asked = periods.ask_to_reopen(period=april, reason="Late", by=ELIF)
    periods.withdraw_reopening(reopening=asked)
    with pytest.raises(periods.NotClosed, match="decided already"):
        periods.approve_reopening(reopening=asked, by=JONAS)


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_who_is_posting_and_keeps_the_next_one_out():
    post_sale()
    posted, let_go = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            post_sale("txn:slow")
            posted.set()
            let_go.wait(10)
        connection.close()

    closed: list[Period] = []

    def close():
        closed.append(periods.close(month=MARCH, by=ELIF))
        connection.close()

    poster, closer = threading.Thread(target=slowly), threading.Thread(target=close)
    poster.start()
    assert posted.wait(10)
    closer.start()
    closer.join(0.3)
    assert not closed
    let_go.set()
    poster.join()
    closer.join()
    assert closed[0].totals[0]["debits_minor"] == 16000
    assert post_sale("txn:next").occurred_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert JournalEntry.objects.filter(occurred_at__lt=MARCH.ends_at).count() == 2
