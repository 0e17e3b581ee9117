"""Closing a month: what the books cannot know of themselves is asked of those above them."""

from uuid import UUID

from django.db.models import Q

from billing.ledger import periods
from billing.ledger.models import JournalEntry, Period, Reopening
from billing.ledger.periods import Check, Month
from billing.reconciliation.models import ExceptionState, ReconciliationException
from billing.reconciliation.queries import latest_run
from billing.statements.models import Document
from billing.stripe.models import BalanceTransaction, SyncCursor
from kit.errors import Conflict


class DocumentsIssued(Conflict):
    """Vendors hold documents of this month."""

    code = "documents_issued"


def checks_of(month: Month, *, following: Month | None = None) -> list[Check]:
    """All that must hold before the month is closed, the books' own checks first; `following` as in `periods`."""
    return periods.checks_of(month, _proofs, following=following)


def close_month(*, month: Month, by: UUID) -> Period:
    """Close the month; `by` is the controller. Raises NotReadyToClose with the checks that failed."""
    return periods.close(month=month, by=by, more=_proofs)


def ask_to_reopen(*, period: Period, reason: str, by: UUID) -> Reopening:
    """As in `periods`; refused once documents are out. Raises DocumentsIssued, NotClosed, InvalidInput."""
    issued = Document.objects.filter(starts_on=period.starts_on).count()
    if issued:
        raise DocumentsIssued(
            f"{issued} documents of {period} are issued. Correct what is wrong by an entry in an open month; commission"
            " given back there gets its credit note."
        )
    return periods.ask_to_reopen(period=period, reason=reason, by=by)


def _proofs(month: Month) -> list[Check]:
    return [_read(month), _nothing_waits(month), _matched(month), _explained(month)]


def _read(month: Month) -> Check:
    cursor = SyncCursor.objects.filter(name="balance_transactions", account_id="").first()
    read_at = cursor.read_at if cursor else None
    done = read_at is not None and read_at >= month.ends_at
    return Check(
        "read",
        "The provider's movements are read beyond its end",
        done,
        "" if done else f"Last read {read_at:%-d %B %Y, %H:%M} UTC." if read_at else "Never read.",
    )


def _nothing_waits(month: Month) -> Check:
    waiting = BalanceTransaction.objects.filter(
        account_id="", posted_at__isnull=True, created_at__lt=month.ends_at
    ).count()
    return Check(
        "entered",
        "Every movement is entered",
        not waiting,
        f"{waiting} are not in the books yet." if waiting else "",
    )


def _matched(month: Month) -> Check:
    run = latest_run()
    done = run is not None and run.finished_at is not None and run.started_at >= month.ends_at
    return Check(
        "matched",
        "Orders, books and provider were matched after its end",
        done,
        "" if done else "Match now, on the page of reconciliation.",
    )


def _explained(month: Month) -> Check:
    """Differences in entries of later months do not count; what belongs to no entry might be of any month."""
    later = JournalEntry.objects.filter(occurred_at__gte=month.ends_at)
    found = ReconciliationException.objects.filter(state=ExceptionState.OPEN).filter(
        Q(entry_id__isnull=True) | ~Q(entry_id__in=later.values("id"))
    )
    count = found.count()
    return Check("explained", "No difference is open", not count, f"{count} are to be explained." if count else "")
