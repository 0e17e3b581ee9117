"""The three-way match: our records, the books, the provider."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction

from audit.actions import traced
from billing.payments.provider import ProviderBalance, ProviderRefused, ProviderUnavailable, provider
from billing.reconciliation.balances import match_balances
from billing.reconciliation.books import match_books
from billing.reconciliation.findings import Finding
from billing.reconciliation.models import ExceptionState, ReconciliationException, ReconciliationRun
from billing.reconciliation.orders import match_orders
from billing.stripe.sync import sync_balance
from kit import clock

log = structlog.get_logger(__name__)

FetchBalances = Callable[[], Sequence[ProviderBalance]]


def match_now(*, by: UUID) -> ReconciliationRun:
    """Read what is new at the provider, then match, because somebody of the staff (`by`, a user id) asked for it.

    A provider that does not answer is a finding, not an error. Seconds of network: not inside a transaction.
    """
    try:
        sync_balance()
    except (ProviderUnavailable, ProviderRefused) as error:
        log.warning("match_without_sync", cause=str(error))
    run = reconcile()
    with traced("reconciliation.matched", f"reconciliation_run:{run.id}", by=by, exceptions=run.exceptions_count):
        return run


def reconcile(*, fetch_balances: FetchBalances | None = None) -> ReconciliationRun:
    """Match everything, and keep what could not be explained as open exceptions; those explained since are resolved.

    The provider's balances are fetched first (by default from the provider of the settings), then everything is read
    in one snapshot. Only reads, but for the run and its exceptions. Network: not inside a transaction of its own.
    """
    started = clock.now()
    try:
        balances = list((fetch_balances or provider().fetch_balances)())
    except (ProviderUnavailable, ProviderRefused):
        balances = None
    with transaction.atomic():
        _hold_still()
        books = match_books()
        orders = list(match_orders())
        sums = match_balances(balances, books.explained)
    findings = {finding.key: finding for finding in (*books.findings, *orders, *sums.findings)}
    return _record(list(findings.values()), started=started, checked=books.entries_checked, totals=sums.totals)


def _hold_still() -> None:
    """One snapshot for all that follows, or what is posted meanwhile would look like a difference.

    Within somebody else's transaction (a test's) it has to do without.
    """
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@transaction.atomic
def _record(findings: list[Finding], *, started: datetime, checked: int, totals: dict[str, Any]) -> ReconciliationRun:
    with connection.cursor() as cursor:
        # Two runs at once would both open the same exceptions.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reconciliation', 0))")
    now = clock.now()
    run = ReconciliationRun.objects.create(
        started_at=started,
        finished_at=now,
        entries_checked=checked,
        exceptions_count=len(findings),
        totals=totals,
    )
    still_open = {row.key: row for row in ReconciliationException.objects.filter(state=ExceptionState.OPEN)}
    by_hand = set(
        ReconciliationException.objects.filter(
            key__in=[f.key for f in findings], resolved_by__isnull=False
        ).values_list("key", flat=True)
    )
    new: list[ReconciliationException] = []
    again: list[ReconciliationException] = []
    for finding in findings:
        row = still_open.pop(finding.key, None)
        came_back = finding.key in by_hand
        (again if row else new).append(
            row := row or ReconciliationException(key=finding.key, first_seen_at=now, came_back=came_back)
        )
        row.run = run
        row.check_name = finding.check
        row.entry_id = finding.entry_id
        row.account = finding.account
        row.vendor_id = finding.vendor_id
        row.reference_id = finding.reference_id
        row.expected_minor = finding.expected_minor
        row.found_minor = finding.found_minor
        row.currency = finding.currency
        row.explanation = finding.explanation
        row.last_seen_at = now
    ReconciliationException.objects.bulk_create(new)
    ReconciliationException.objects.bulk_update(
        again,
        [
            "run",
            "entry_id",
            "account",
            "vendor_id",
            "reference_id",
            "expected_minor",
            "found_minor",
            "explanation",
            "last_seen_at",
        ],
        batch_size=500,
    )
    gone = ReconciliationException.objects.filter(id__in=[row.id for row in still_open.values()])
    gone.update(state=ExceptionState.RESOLVED, resolved_at=now)
    return run
