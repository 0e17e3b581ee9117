"""Months of the books: closed in order, and then nothing is entered in them any more, by anybody.

The books are closed through a day: every month before it is. The database keeps that by itself (the third migration), so
what is posted past `billing.ledger.actions` is refused too. A fact we hear of too late is entered on the first open day
and says in its description when it really occurred; what is dated by hand into a closed month is refused.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min

from billing.ledger.entries import EntryDraft
from billing.ledger.models import JournalEntry, Period, Reopening
from billing.ledger.queries import trials
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from kit.money import Money

LOCK = "ledger periods"


class PeriodClosed(Conflict):
    """The date lies in a month that is closed."""

    code = "period_closed"


class NotReadyToClose(Conflict):
    """A check failed; the month stays open. `checks` says which."""

    code = "period_not_ready"

    def __init__(self, message: str, *, checks: Sequence["Check"] = ()):
        super().__init__(message)
        self.checks = list(checks)


class NotClosed(Conflict):
    code = "period_not_closed"


class SamePerson(NotAllowed):
    """Four eyes: somebody else has to agree."""

    code = "four_eyes"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold before a month is closed, and what was found."""

    name: str
    title: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC; `ends_on` is the first day after it."""

    starts_on: date

    @property
    def ends_on(self) -> date:
        return (self.starts_on.replace(day=28) + timedelta(days=4)).replace(day=1)

    @property
    def starts_at(self) -> datetime:
        return midnight(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.ends_on)

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.starts_on:%B %Y}"


MoreChecks = Callable[[Month], list[Check]]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def month_of(moment: date | datetime) -> Month:
    day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
    return Month(day.replace(day=1))


def parse_month(text: str) -> Month:
    """`2026-10` as a month. Raises InvalidInput."""
    try:
        return Month(datetime.strptime(text, "%Y-%m").date())
    except ValueError:
        raise InvalidInput("Write a month as 2026-10.", field="month") from None


def closed_until() -> datetime | None:
    """The first instant that is open; None while no month is closed. One query."""
    last = Period.objects.filter(closed_at__isnull=False).aggregate(last=Max("ends_on"))["last"]
    return midnight(last) if last else None


def in_open_months(drafts: Iterable[EntryDraft]) -> list[EntryDraft]:
    """The drafts, those of closed months dated on the first open day, saying in the description when they occurred."""
    kept = list(drafts)
    opens_at = closed_until() if kept else None
    if opens_at is None:
        return kept
    return [draft if draft.occurred_at >= opens_at else _moved(draft, opens_at) for draft in kept]


def _moved(draft: EntryDraft, opens_at: datetime) -> EntryDraft:
    real = f" (occurred {draft.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    return replace(draft, occurred_at=opens_at, description=draft.description[: 250 - len(real)] + real)


def require_open(moment: datetime) -> None:
    """For dates that people choose. Raises PeriodClosed."""
    opens_at = closed_until()
    if opens_at is not None and moment < opens_at:
        raise PeriodClosed(
            f"{month_of(moment)} is closed; the first open day is {opens_at:%-d %B %Y}.", field="occurred_at"
        )


def next_to_close() -> Month | None:
    """The earliest month that is not closed; None while the books are empty."""
    return next_after(Period.objects.filter(closed_at__isnull=False).order_by("-starts_on")[:1])


def next_after(closed: Iterable[Period]) -> Month | None:
    """The same, where the closed ones are known already, the last first."""
    for last in closed:
        return Month(last.ends_on)
    first = JournalEntry.objects.aggregate(first=Min("occurred_at"))["first"]
    return month_of(first) if first else None


def checks_of(month: Month, more: MoreChecks | None = None, *, following: Month | None = None) -> list[Check]:
    """Everything that must hold before the month is closed; `more` asks those who know what the books do not.

    `following` is the month to close next, where it is known already.
    """
    following = following or next_to_close()
    checks = [
        Check(
            "over",
            "The month is over",
            clock.now() >= month.ends_at,
            f"It ends on {month.last_day:%-d %B %Y}." if clock.now() < month.ends_at else "",
        ),
        Check(
            "in_order",
            "Every month before it is closed",
            following is None or following == month,
            f"{following} comes first." if following and following.starts_on < month.starts_on else "",
        ),
        *_trial_is_zero(month),
    ]
    return checks + (more(month) if more else [])


def _trial_is_zero(month: Month) -> list[Check]:
    off = [trial for trial in trials(until=month.ends_at) if trial.balance_minor]
    text = "; ".join(f"off by {Money(trial.balance_minor, trial.currency)}" for trial in off)
    return [Check("trial_balance", "Debits equal credits", not off, text)]


def close(*, month: Month, by: UUID, more: MoreChecks | None = None) -> Period:
    """Close a month for good: `by` is the controller. Raises NotReadyToClose with the checks that failed.

    Posters are waited for and then kept out while it is checked, so that nothing slips in between check and lock. Done
    twice, it gives the period that is there.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        period, _ = Period.objects.select_for_update().get_or_create(
            starts_on=month.starts_on, defaults={"ends_on": month.ends_on}
        )
        if period.closed_at is not None:
            return period
        checks = checks_of(month, more)
        failed = [check for check in checks if not check.passed]
        if not failed:
            period.closed_at, period.closed_by = clock.now(), by
            period.checks = [{"name": check.name, "title": check.title, "text": check.text} for check in checks]
            period.totals = _totals(month)
            period.save(update_fields=["closed_at", "closed_by", "checks", "totals"])
            return period
    names = "; ".join(f"{check.title}: {check.text or 'no'}" for check in failed)
    raise NotReadyToClose(f"{month} cannot be closed. {names}", checks=checks)


def _totals(month: Month) -> list[dict[str, Any]]:
    return [
        {
            "code": line.code,
            "currency": line.currency,
            "debits_minor": line.debits_minor,
            "credits_minor": line.credits_minor,
        }
        for trial in trials(until=month.ends_at)
        for line in trial.lines
    ]


@transaction.atomic
def ask_to_reopen(*, period: Period, reason: str, by: UUID) -> Reopening:
    """Ask a second controller to open a month again. Only the month closed last can be. Raises NotClosed, InvalidInput."""
    period = Period.objects.select_for_update().get(id=period.id)
    _require_last(period)
    if not reason.strip():
        raise InvalidInput("Say why the month has to be opened again.", field="reason")
    waiting = Reopening.objects.filter(period=period, approved_at=None, withdrawn_at=None).first()
    if waiting is not None:
        return waiting
    return Reopening.objects.create(period=period, reason=reason.strip()[:250], asked_by=by)


@transaction.atomic
def approve_reopening(*, reopening: Reopening, by: UUID) -> Period:
    """Open the month again: `by` is another person than who asked. Raises SamePerson, NotClosed."""
    period = Period.objects.select_for_update().get(id=reopening.period_id)
    reopening = Reopening.objects.select_for_update().get(id=reopening.id)
    if reopening.approved_at or reopening.withdrawn_at:
        raise NotClosed("This has been decided already.")
    if reopening.asked_by == by:
        raise SamePerson("Somebody else has to agree: you asked for it yourself.")
    _require_last(period)
    reopening.approved_by, reopening.approved_at = by, clock.now()
    reopening.save(update_fields=["approved_by", "approved_at"])
    period.closed_at, period.closed_by = None, None
    period.save(update_fields=["closed_at", "closed_by"])
    return period


@transaction.atomic
def withdraw_reopening(*, reopening: Reopening) -> Reopening:
    """Leave the month closed after all. Raises NotClosed when it was decided."""
    reopening = Reopening.objects.select_for_update().get(id=reopening.id)
    if reopening.approved_at:
        raise NotClosed("This has been decided already.")
    if reopening.withdrawn_at is None:
        reopening.withdrawn_at = clock.now()
        reopening.save(update_fields=["withdrawn_at"])
    return reopening


def _require_last(period: Period) -> None:
    if period.closed_at is None:
        raise NotClosed("This month is open.")
    if Period.objects.filter(starts_on__gt=period.starts_on, closed_at__isnull=False).exists():
        raise NotClosed("A later month is closed as well; that one has to be opened first.")
