"""Reading what the matches found."""

from uuid import UUID

from django.db.models import QuerySet

from billing.reconciliation.models import ExceptionState, ReconciliationException, ReconciliationRun
from kit.pagination import Page, keyset_page


def latest_run() -> ReconciliationRun | None:
    return ReconciliationRun.objects.order_by("-started_at").first()


def runs_page(*, cursor: str | None = None, size: int = 25) -> Page[ReconciliationRun]:
    """Runs, newest first. Raises InvalidInput on a bad cursor."""
    return keyset_page(ReconciliationRun.objects.all(), order=("-started_at", "-id"), cursor=cursor, size=size)


def open_exceptions() -> QuerySet[ReconciliationException]:
    """What nobody has explained yet, oldest first."""
    return ReconciliationException.objects.filter(state=ExceptionState.OPEN).order_by("first_seen_at", "id")


def exceptions_page(
    *, state: str = ExceptionState.OPEN, run_id: UUID | None = None, cursor: str | None = None, size: int = 50
) -> Page[ReconciliationException]:
    """Exceptions of a state (of any, when it is empty), those seen last first; with `run_id`, as `exceptions_of`.

    Raises InvalidInput on a bad cursor.
    """
    rows = ReconciliationException.objects.all()
    if state:
        rows = rows.filter(state=state)
    if run_id is not None:
        rows = rows.filter(run_id=run_id)
    return keyset_page(rows, order=("-last_seen_at", "-id"), cursor=cursor, size=size)


def exceptions_of(run: ReconciliationRun) -> QuerySet[ReconciliationException]:
    """What a run found and none after it found again (of the newest run: all it found), oldest first."""
    return ReconciliationException.objects.filter(run=run).order_by("first_seen_at", "id")


def exception_of(exception_id: UUID) -> ReconciliationException | None:
    return ReconciliationException.objects.filter(id=exception_id).first()


def open_count() -> int:
    return ReconciliationException.objects.filter(state=ExceptionState.OPEN).count()
