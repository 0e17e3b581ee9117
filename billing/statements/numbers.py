"""Numbers without gaps: each kind of document counts by itself, from 1 in every year."""

from billing.statements.models import DocumentKind, DocumentSeries

PREFIXES = {DocumentKind.STATEMENT: "ST", DocumentKind.INVOICE: "CI", DocumentKind.CREDIT_NOTE: "CN"}


def take(kind: DocumentKind, year: int) -> tuple[int, str]:
    """The next number of a series, and how it is written ("CI-2026-000042").

    Inside the transaction that writes the document: the series stays locked until it ends, so a number that is rolled
    back is taken by the next one. The database refuses a number without its document.
    """
    DocumentSeries.objects.bulk_create([DocumentSeries(kind=kind, year=year)], ignore_conflicts=True)
    series = DocumentSeries.objects.select_for_update().get(kind=kind, year=year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series.last_number, f"{PREFIXES[kind]}-{year}-{series.last_number:06d}"
