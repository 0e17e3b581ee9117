"""Documents on paper and as a table, from the data that was frozen with them."""

import base64
import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

import ui
from billing.statements.models import Document, DocumentKind
from kit.cells import MARK, cell
from kit.money import Money
from kit.paper import pdf_of

FONT = Path(ui.__file__).parent / "static/ui/fonts/inter-latin-wght-normal.woff2"
# A page takes some forty of them; what is beyond is in the CSV, and the page says so.
PAPER_ENTRIES = 400
TEMPLATES = {
    DocumentKind.STATEMENT: "documents/statement.html",
    DocumentKind.INVOICE: "documents/commission_invoice.html",
    DocumentKind.CREDIT_NOTE: "documents/commission_invoice.html",
}


def html_of(document: Document) -> str:
    data = document.data
    entries = data.get("entries", [])
    context = {
        "document": document,
        "data": data,
        "currency": document.currency,
        "title": document.get_kind_display(),
        "issued_on": date.fromisoformat(data["issued_on"]),
        "starts_on": date.fromisoformat(data["period"]["starts_on"]),
        "last_day": date.fromisoformat(data["period"]["last_day"]),
        "entries": [{**entry, "on": date.fromisoformat(entry["at"][:10])} for entry in entries[:PAPER_ENTRIES]],
        "entries_left": max(len(entries) - PAPER_ENTRIES, 0),
        "moved_minor": sum(figure["amount_minor"] for figure in data.get("figures", [])),
        "font": typeface(),
    }
    return render_to_string(TEMPLATES[DocumentKind(document.kind)], context)


def pdf(document: Document) -> bytes:
    """The document as PDF. Raises DocumentsUnavailable where what lays out pages is missing."""
    return pdf_of(html_of(document))


@cache
def typeface() -> str:
    """The typeface of documents, in base64: they fetch nothing."""
    return base64.b64encode(FONT.read_bytes()).decode()


CSV_HEADS = {
    DocumentKind.STATEMENT: ("section", "key", "date", "order", "what", "amount", "currency"),
    DocumentKind.INVOICE: ("section", "what", "orders", "vat_rate", "vat_note", "net", "vat", "total", "currency"),
}


def csv_table(document: Document) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """The same figures as a table: its heads, and its rows. A statement's entries sum to its figures."""
    if document.kind == DocumentKind.STATEMENT:
        return CSV_HEADS[DocumentKind.STATEMENT], _statement_rows(document)
    return CSV_HEADS[DocumentKind.INVOICE], _invoice_rows(document)


def csv_text(document: Document) -> str:
    """The table as a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads, rows = csv_table(document)
    writer.writerow(heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    return MARK + out.getvalue()


def _statement_rows(document: Document) -> Iterator[Sequence[Any]]:
    data, unit = document.data, document.currency

    def row(section: str, key: str, what: str, minor: int, on: str = "", order: str = "") -> Sequence[Any]:
        return (section, key, on, order, what, Money(minor, unit).major, unit)

    yield row("balance", "opening", "Opening balance", data["opening_minor"], data["period"]["starts_on"])
    for figure in data["figures"]:
        yield row("figure", figure["key"], figure["label"], figure["amount_minor"])
    yield row("balance", "closing", "Closing balance", data["closing_minor"], data["period"]["last_day"])
    for account in data["accounts"]:
        yield row("account", account["code"], f"{account['label']}, at the end", account["closing_minor"])
    for entry in data["entries"]:
        for key, minor in entry["parts"].items():
            yield row("entry", key, entry["what"], minor, entry["at"][:10], entry["order"])
    for payout in data["payouts"]:
        yield row("payout", payout["id"], payout["state"], payout["amount_minor"], payout["created_on"])


def _invoice_rows(document: Document) -> Iterator[Sequence[Any]]:
    data, unit = document.data, document.currency

    def amounts(part: dict[str, Any]) -> tuple[Any, ...]:
        net, tax = part["net_minor"], part["tax_minor"]
        return (*(Money(minor, unit).major for minor in (net, tax, net + tax)), unit)

    for line in data["lines"]:
        yield ("line", line["label"], line["orders"], line["tax_rate"], line["tax_note"], *amounts(line))
    for tax in data["taxes"]:
        yield ("tax", "VAT", "", tax["rate"], tax["note"], *amounts(tax))
    yield ("total", document.number, "", "", "", *amounts(data))
