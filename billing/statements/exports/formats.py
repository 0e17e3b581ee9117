"""How an export is written: a general ledger, a journal in pairs, and DATEV's Buchungsstapel.

A writer takes whole entries one after the other, keeps running totals, and holds nothing of what it has written.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any

from django.conf import settings

from billing.statements.exports.accounts import External
from billing.statements.exports.reading import Entry, Side
from kit.cells import cell
from kit.money import Money


@dataclass(frozen=True, slots=True)
class Span:
    """What is exported: `ends_on` is the first day after it."""

    starts_on: date
    ends_on: date
    currency: str
    made_at: datetime
    accounts: dict[str, External]

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    def major(self, minor: int) -> Decimal:
        return Money(minor, self.currency).major


class Writer:
    """Writes entries into `file`; afterwards `debits_minor` and `credits_minor` are what was written, not what was read."""

    def __init__(self, file: IO[bytes], span: Span):
        self.file, self.span = file, span
        self.debits_minor = self.credits_minor = self.postings = 0

    def count(self, amount_minor: int) -> None:
        self.postings += 1
        if amount_minor > 0:
            self.debits_minor += amount_minor
        else:
            self.credits_minor -= amount_minor

    def write(self, entry: Entry) -> None:
        """One entry, whole. A trial balance has rows of its own, is handed no entries, and leaves this out."""
        raise NotImplementedError

    def end(self) -> None:
        """Whatever comes last."""


class Table(Writer):
    """A CSV in UTF-8 with a mark, so that spreadsheets read it right."""

    heads: Sequence[str] = ()

    def __init__(self, file: IO[bytes], span: Span):
        super().__init__(file, span)
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(self.heads)

    def row(self, *cells: Any) -> None:
        self._csv.writerow([cell(each) for each in cells])

    def end(self) -> None:
        self._text.flush()
        self._text.detach()


class Ledger(Table):
    """A row a posting, with what both sides have come to so far, and their sums at the end."""

    heads = (
        *("entry_number", "entry", "occurred_at", "posted_at", "kind", "source", "description", "reference"),
        *("account", "account_name", "external_account", "vendor", "currency", "debit", "credit"),
        *("debits_so_far", "credits_so_far"),
    )

    def write(self, entry: Entry) -> None:
        for side in entry.sides:
            self.count(side.amount_minor)
            external = self.span.accounts[side.code]
            self.row(
                entry.number,
                entry.id,
                entry.occurred_at,
                entry.posted_at,
                entry.kind,
                entry.source_key,
                entry.description,
                entry.reference_id,
                side.code,
                external.ours,
                external.number,
                side.vendor,
                self.span.currency,
                *_debit_and_credit(self.span, side.amount_minor),
                self.span.major(self.debits_minor),
                self.span.major(self.credits_minor),
            )

    def end(self) -> None:
        sums = (self.span.major(self.debits_minor), self.span.major(self.credits_minor))
        self.row("total", *[""] * 11, self.span.currency, *sums, *sums)
        super().end()


class Journal(Table):
    """A row a pair of accounts: what most packages call a simple booking. An entry of many sides becomes several."""

    heads = (
        *("number", "date", "document", "debit_account", "debit_name", "credit_account", "credit_name"),
        *("amount", "currency", "text", "vendor"),
    )

    def write(self, entry: Entry) -> None:
        for debit, credit, amount in pairs(entry.sides):
            self.count(amount)
            self.count(-amount)
            accounts = self.span.accounts
            self.row(
                entry.number,
                entry.occurred_at.date(),
                entry.source_key,
                accounts[debit.code].number,
                accounts[debit.code].name,
                accounts[credit.code].number,
                accounts[credit.code].name,
                self.span.major(amount),
                self.span.currency,
                entry.description or entry.kind,
                debit.vendor or credit.vendor,
            )


def pairs(sides: Sequence[Side]) -> Iterator[tuple[Side, Side, int]]:
    """An entry as (debit, credit, amount): each account gets exactly what it has in the entry, by n + m - 1 pairs at most."""
    debits = [side for side in sides if side.amount_minor > 0]
    credits = [side for side in sides if side.amount_minor < 0]
    debit_left = credit_left = 0
    while debits and credits:
        debit_left, credit_left = debit_left or debits[0].amount_minor, credit_left or -credits[0].amount_minor
        amount = min(debit_left, credit_left)
        yield debits[0], credits[0], amount
        debit_left, credit_left = debit_left - amount, credit_left - amount
        if not debit_left:
            debits.pop(0)
        if not credit_left:
            credits.pop(0)


def _debit_and_credit(span: Span, amount_minor: int) -> tuple[Decimal | None, Decimal | None]:
    amount = span.major(abs(amount_minor))
    return (amount, None) if amount_minor > 0 else (None, amount)


# --- DATEV ---------------------------------------------------------------------------------------------------------------

# DATEV takes that many bookings in one file.
DATEV_ROWS = 99_999
_PAIRED = [f"Beleginfo - {word} {number}" for number in range(1, 9) for word in ("Art", "Inhalt")]
_MORE = [
    f"Zusatzinformation{space}- {word} {number}"
    for number in range(1, 21)
    for word, space in (("Art", " "), ("Inhalt", ""))
]
# Format 21 (Buchungsstapel), version 13: https://developer.datev.de/de/file-format/details/datev-format/format-description/booking-batch
DATEV_HEADS = [
    *(
        "Umsatz (ohne Soll/Haben-Kz)",
        "Soll/Haben-Kennzeichen",
        "WKZ Umsatz",
        "Kurs",
        "Basis-Umsatz",
        "WKZ Basis-Umsatz",
    ),
    *("Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto"),
    *("Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre"),
    *("Beleglink", *_PAIRED, "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge"),
    *("EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L"),
    *("Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung"),
    *(*_MORE, "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit"),
    *("Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)"),
    *("Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz"),
    *("Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername"),
    *("Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis"),
    *("Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum"),
    *("Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land"),
    *("Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)"),
    "Abw. Skontokonto",
]


class Datev(Writer):
    """A zip of EXTF files of at most 99,999 bookings; an entry is never divided over two."""

    def __init__(self, file: IO[bytes], span: Span):
        super().__init__(file, span)
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._part: IO[bytes] | None = None
        self._rows = self._parts = 0

    def write(self, entry: Entry) -> None:
        booked = list(pairs(entry.sides))
        if self._part is None or self._rows + len(booked) > DATEV_ROWS:
            self._next_part()
        for debit, credit, amount in booked:
            self.count(amount)
            self.count(-amount)
            self._line(self._booking(entry, debit, credit, amount))
        self._rows += len(booked)

    def end(self) -> None:
        if self._part is None:
            self._next_part()
        assert self._part is not None
        self._part.close()
        self._zip.close()

    def _next_part(self) -> None:
        if self._part is not None:
            self._part.close()
        self._parts, self._rows = self._parts + 1, 0
        self._part = self._zip.open(f"EXTF_Buchungsstapel_{self._parts:03d}.csv", "w", force_zip64=True)
        span = self.span
        self._line(
            [
                *(
                    '"EXTF"',
                    "700",
                    "21",
                    '"Buchungsstapel"',
                    "13",
                    f"{span.made_at:%Y%m%d%H%M%S}000",
                    "",
                    '"RE"',
                    '""',
                    '""',
                ),
                *(str(settings.DATEV_ADVISER), str(settings.DATEV_CLIENT), f"{span.starts_on.year}0101"),
                str(max(len(each.number) for each in span.accounts.values())),
                *(f"{span.starts_on:%Y%m%d}", f"{span.last_day:%Y%m%d}", f'"Souk {span.starts_on:%Y-%m}"', '""'),
                *("1", "0", "0", f'"{span.currency}"', "", '""', "", "", '""', "", "", '""', '""'),
            ]
        )
        self._line(DATEV_HEADS)

    def _booking(self, entry: Entry, debit: Side, credit: Side, amount: int) -> list[str]:
        accounts = self.span.accounts
        vendor = debit.vendor or credit.vendor
        words = f"{entry.description or entry.kind}{f', {vendor}' if vendor else ''}"
        cells = [""] * len(DATEV_HEADS)
        cells[0] = str(self.span.major(amount)).replace(".", ",")
        cells[1], cells[2] = '"S"', f'"{self.span.currency}"'
        cells[6], cells[7] = accounts[debit.code].number, accounts[credit.code].number
        cells[9] = f"{entry.occurred_at:%d%m}"
        cells[10], cells[13] = _quoted(_document_field(entry)), _quoted(words[:60])
        cells[103 - 1] = _quoted(str(entry.id))
        return cells

    def _line(self, cells: Sequence[str]) -> None:
        assert self._part is not None
        self._part.write((";".join(cells) + "\r\n").encode("cp1252", errors="replace"))


def _document_field(entry: Entry) -> str:
    """Belegfeld 1: 36 characters of those that DATEV takes. The end of a source key is what tells keys apart."""
    kept = (
        letter if letter.isascii() and (letter.isalnum() or letter in "$&%*+-/") else "-" for letter in entry.source_key
    )
    return "".join(kept)[-36:]


def _quoted(text: str) -> str:
    plain = " ".join(text.split())
    return '"' + plain.replace('"', '""') + '"'
