"""Months of sales in the books, entered as the product enters them, and then closed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from django.db import transaction

from billing.ledger import periods
from billing.ledger.actions import post
from billing.ledger.entries import Line, ShareOfSale
from billing.ledger.periods import Month
from kit.ids import uuid7

MARCH, APRIL, MAY = Month(date(2026, 3, 1)), Month(date(2026, 4, 1)), Month(date(2026, 5, 1))
ELIF = uuid7()


def noon(month: Month, day: int = 2) -> datetime:
    return datetime(month.starts_on.year, month.starts_on.month, day, 12, tzinfo=UTC)


@dataclass
class Trade:
    """What happens between vendors and us; amounts in cents."""

    number: int = 0

    def sale(self, *shares, at, fee=50):
        """A payment; `shares` are (vendor, gross, commission, VAT in it). Gives the vendor orders."""
        parts = [ShareOfSale(vendor.id, uuid7(), gross, taken) for vendor, gross, taken, _ in shares]
        gross = sum(part.gross_minor for part in parts)
        owed = [Line("2000", -part.gross_minor, part.vendor_id) for part in parts]
        self.enter("sale", Line("1010", gross - fee), Line("5000", fee), *owed, at=at)
        for part, (*_, tax) in zip(parts, shares, strict=True):
            taken = part.commission_minor
            lines = (Line("2000", taken, part.vendor_id), Line("4000", tax - taken), Line("2200", -tax))
            if taken:
                key = f"commission:{part.reference_id}"
                self.enter("commission", *lines, at=at, reference_id=part.reference_id, key=key)
        return [part.reference_id for part in parts]

    def refund(self, vendor, order, amount, net, tax=0, *, at):
        lines = (Line("4000", amount - net - tax), Line("2200", tax), Line("2100", -amount))
        return self.enter("refund_owed", Line("2000", net, vendor.id), *lines, at=at, reference_id=order)

    def transfer(self, vendor, amount, *, at):
        return self.enter("transfer", Line("2000", amount, vendor.id), Line("1020", -amount), at=at)

    def enter(self, kind, *lines, at, reference_id=None, key=""):
        self.number += 1
        return post(
            source_key=key or f"txn:{kind}:{self.number}",
            kind=kind,
            lines=[line for line in lines if line.amount_minor],
            currency="EUR",
            occurred_at=at,
            reference_id=reference_id,
            description=kind.replace("_", " ").capitalize(),
        )

    def close(self, *months: Month) -> None:
        for month in months:
            periods.close(month=month, by=ELIF)


def statement_of(vendor):
    """A statement of a month long past, in which nothing was sold yet."""
    from billing.ledger.models import Period
    from billing.statements.models import Document, DocumentKind
    from billing.statements.numbers import take

    month = Month(date(2020, 1, 1))
    closed = {"ends_on": month.ends_on, "closed_at": noon(MARCH), "closed_by": ELIF}
    Period.objects.get_or_create(starts_on=month.starts_on, defaults=closed)
    with transaction.atomic():
        sequence, number = take(DocumentKind.STATEMENT, 2026)
        return Document.objects.create(
            kind=DocumentKind.STATEMENT,
            number=number,
            year=2026,
            sequence=sequence,
            vendor_id=vendor.id,
            currency="EUR",
            starts_on=month.starts_on,
            total_minor=0,
            data={
                "period": {"starts_on": str(month.starts_on), "last_day": str(month.last_day)},
                "opening_minor": 0,
                "closing_minor": 0,
                **{part: [] for part in ("figures", "accounts", "entries", "payouts")},
            },
            data_sha256="0" * 64,
        )


def file_of(document):
    """Its PDF, made without drawing it."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from billing.statements.models import Document
    from kit import clock
    from kit.context import acting_for
    from tenants.vendors.models import Vendor

    content, vendor = b"%PDF-1.7", Vendor.objects.get(id=document.vendor_id)
    with acting_for(vendor.current):
        path = storages["private"].save(f"statements/{vendor.id}/{document.filename}.pdf", ContentFile(content))
    kept = {"file_sha256": sha256(content).hexdigest(), "file_bytes": len(content), "filed_at": clock.now()}
    Document.objects.filter(id=document.id).update(file_path=path, **kept)
    return document
