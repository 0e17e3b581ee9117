"""Reading what was issued and exported."""

import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from billing.statements.filing import read_file
from billing.statements.models import Document, Export
from billing.statements.render import csv_text
from kit.pagination import Page, keyset_page


def documents_page(
    *,
    vendor_id: UUID | None = None,
    kind: str = "",
    month: str = "",
    cursor: str | None = None,
    size: int = 50,
) -> Page[Document]:
    """Documents of the newest months first, without what they say; `month` is "2026-03"."""
    rows: QuerySet[Document] = Document.objects.select_related("corrects").defer("data", "corrects__data")
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if kind:
        rows = rows.filter(kind=kind)
    if month:
        rows = rows.filter(starts_on=f"{month}-01")
    return keyset_page(rows, order=("-starts_on", "-id"), cursor=cursor, size=size)


def document_of(document_id: UUID, *, vendor_id: UUID | None = None) -> Document | None:
    """A document; with `vendor_id`, only one of that vendor's."""
    rows = Document.objects.filter(id=document_id)
    return (rows if vendor_id is None else rows.filter(vendor_id=vendor_id)).first()


def issued_counts() -> dict[str, int]:
    """How many documents each month has, by its first day ("2026-03-01"). One query."""
    rows = Document.objects.order_by().values_list("starts_on").annotate(count=Count("id"))
    return {starts_on.isoformat(): count for starts_on, count in rows}


def commission_of(documents: QuerySet[Document]) -> tuple[int, int]:
    """Net and VAT that invoices charge, credit notes taken off."""
    sums = {
        kind: (net, tax)
        for kind, net, tax in documents.exclude(kind="statement")
        .order_by()
        .values_list("kind")
        .annotate(Sum("net_minor"), Sum("tax_minor"))
    }
    invoiced, back = sums.get("commission_invoice", (0, 0)), sums.get("credit_note", (0, 0))
    return invoiced[0] - back[0], invoiced[1] - back[1]


def zip_of(documents: Iterable[Document]) -> IO[bytes]:
    """PDF and CSV of each, in a file that is closed by whoever reads it. Raises FileChanged, StorageUnavailable."""
    file = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 (the reader closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            folder = f"{document.vendor_id}/{document.filename}"
            if document.file_path:
                archive.writestr(f"{folder}.pdf", read_file(document))
            archive.writestr(f"{folder}.csv", csv_text(document))
    file.seek(0)
    return file  # type: ignore[return-value]


def exports_page(*, cursor: str | None = None, size: int = 25) -> Page[Export]:
    """Exports, newest first."""
    return keyset_page(Export.objects.all(), order=("-id",), cursor=cursor, size=size)
