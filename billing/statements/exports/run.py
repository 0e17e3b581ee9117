"""Making an export: asked for by somebody, written by the worker, with progress, in memory that does not grow."""

import hashlib
import tempfile
from datetime import date, timedelta
from typing import IO
from uuid import UUID

import structlog
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Q, Sum

from billing.ledger.models import JournalEntry, LedgerAccount, Posting
from billing.ledger.periods import midnight
from billing.statements.exports.accounts import mapping
from billing.statements.exports.formats import Datev, Journal, Ledger, Span, Table, Writer
from billing.statements.exports.reading import entries_between
from billing.statements.models import Export, ExportFormat, ExportState
from kit import clock
from kit.errors import InvalidInput, SoukError
from outbox.doorbell import ring
from tenants.vendors.queries import named

log = structlog.get_logger(__name__)
WRITERS: dict[str, type[Writer]] = {
    ExportFormat.LEDGER: Ledger,
    ExportFormat.JOURNAL: Journal,
    ExportFormat.DATEV: Datev,
}
# A worker that has not said how far it is for so long was killed; its export is begun anew.
SILENT = timedelta(minutes=2)


@transaction.atomic
def ask_for_export(*, format: str, starts_on: date, ends_on: date, currency: str, by: UUID) -> Export:
    """Have the worker write a file of the days from `starts_on` up to, and without, `ends_on`. Raises InvalidInput."""
    if format not in ExportFormat.values:
        raise InvalidInput("Choose a format.", field="format")
    if ends_on <= starts_on:
        raise InvalidInput("The last day lies before the first.", field="until")
    if format == ExportFormat.DATEV and (ends_on - timedelta(days=1)).year != starts_on.year:
        raise InvalidInput("DATEV takes one fiscal year a file: choose days of one year.", field="until")
    export = Export.objects.create(format=format, starts_on=starts_on, ends_on=ends_on, currency=currency, asked_by=by)
    transaction.on_commit(lambda: ring("statements.run_exports"))
    return export


def run_exports() -> int:
    """Write what was asked for, oldest first; gives how many. One that fails says why and stops no other."""
    done = 0
    while (export := _claim()) is not None:
        try:
            _make(export)
            done += 1
        except Exception as error:
            log.exception("export_failed", export_id=str(export.id))
            why = str(error) if isinstance(error, SoukError) else "It could not be written. The log says why."
            Export.objects.filter(id=export.id).update(state=ExportState.FAILED, error=why[:250], done_at=clock.now())
    return done


@transaction.atomic
def _claim() -> Export | None:
    now = clock.now()
    waiting = Q(state=ExportState.QUEUED) | Q(state=ExportState.RUNNING, alive_at__lt=now - SILENT)
    export = Export.objects.select_for_update(skip_locked=True).filter(waiting).order_by("id").first()
    if export is not None:
        export.state, export.alive_at = ExportState.RUNNING, now
        export.entries_total = JournalEntry.objects.filter(_span(export)).count()
        export.entries_done = export.postings_done = 0
        export.save(update_fields=["state", "alive_at", "entries_total", "entries_done", "postings_done"])
    return export


def _span(export: Export) -> Q:
    return Q(occurred_at__gte=midnight(export.starts_on), occurred_at__lt=midnight(export.ends_on))


def _make(export: Export) -> None:
    with tempfile.NamedTemporaryFile(suffix=f".{export.filename.rpartition('.')[2]}") as file:
        span = Span(export.starts_on, export.ends_on, export.currency, clock.now(), mapping())
        written = write_trial(file, span) if export.format == ExportFormat.TRIAL else _write_entries(file, span, export)
        file.flush()
        size = file.tell()
        checksum = _checksum(file)
        file.seek(0)
        path = f"books/exports/{export.id}/{export.filename}"
        store = storages["private"]
        if store.exists(path):  # of a worker that was killed once it had written
            store.delete(path)
        store.save(path, File(file))
    Export.objects.filter(id=export.id).update(
        state=ExportState.DONE,
        done_at=clock.now(),
        entries_done=F("entries_total"),
        file_path=path,
        file_sha256=checksum,
        file_bytes=size,
        postings_done=written.postings,
        debits_minor=written.debits_minor,
        credits_minor=written.credits_minor,
        error="",
    )


def _write_entries(file: IO[bytes], span: Span, export: Export) -> Writer:
    writer = WRITERS[export.format](file, span)
    since, until = midnight(span.starts_on), midnight(span.ends_on)
    done = 0
    for part in entries_between(since, until, currency=span.currency):
        for entry in part:
            writer.write(entry)
        done += len(part)
        Export.objects.filter(id=export.id).update(
            entries_done=done, postings_done=writer.postings, alive_at=clock.now()
        )
    writer.end()
    if writer.debits_minor != writer.credits_minor:
        raise SoukError("Debits and credits differ; nothing was exported.")
    return writer


class TrialTable(Table):
    heads = (
        *("account", "account_name", "external_account", "vendor", "currency"),
        *("opening", "debits", "credits", "closing"),
    )


def write_trial(file: IO[bytes], span: Span) -> Writer:
    """A row an account: its balance before the span, both sides within it, and its balance after."""
    table = TrialTable(file, span)
    since, until = midnight(span.starts_on), midnight(span.ends_on)
    before, within = Q(entry__occurred_at__lt=since), Q(entry__occurred_at__gte=since)
    rows = (
        Posting.objects.filter(currency=span.currency, entry__occurred_at__lt=until)
        .order_by()
        .values("account_id")
        .annotate(
            opening=Sum("amount_minor", filter=before, default=0),
            debits=Sum("amount_minor", filter=within & Q(amount_minor__gt=0), default=0),
            credits=Sum(-F("amount_minor"), filter=within & Q(amount_minor__lt=0), default=0),
        )
    )
    sums = {row["account_id"]: row for row in rows}
    accounts = list(LedgerAccount.objects.filter(id__in=sums).order_by("code", "id"))
    vendors = named(account.vendor_id for account in accounts)
    for account in accounts:
        row = sums[account.id]
        external = span.accounts[account.code]
        vendor = vendors.get(account.vendor_id) if account.vendor_id else None
        table.debits_minor += row["debits"]
        table.credits_minor += row["credits"]
        table.postings += 1
        table.row(
            account.code,
            external.ours,
            external.number,
            vendor.name if vendor else "",
            span.currency,
            *(
                span.major(minor)
                for minor in (
                    row["opening"],
                    row["debits"],
                    row["credits"],
                    row["opening"] + row["debits"] - row["credits"],
                )
            ),
        )
    table.end()
    return table


def _checksum(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()
