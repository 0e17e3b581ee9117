"""Issuing: a vendor's statement, commission invoice and credit notes of a closed month, all together or none."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from billing.ledger.models import JournalEntry, Period, Posting
from billing.ledger.periods import Month, month_of
from billing.payouts.models import Payout
from billing.statements import compose
from billing.statements.compose import DoesNotTie, Given
from billing.statements.details import OrderDetails, details_of
from billing.statements.figures import OWN_CODES, figures_of, ties
from billing.statements.models import Document, DocumentKind
from billing.statements.numbers import take
from billing.statements.parties import issuer, recipient, why_no_tax
from kit import clock
from kit.errors import Conflict
from kit.money import Money
from outbox.doorbell import ring
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
# How many months back the sweep still looks for vendors that failed; older ones are issued by hand.
LATEST = 3


class MonthOpen(Conflict):
    """Documents are issued of closed months."""

    code = "period_open"


def issue_for(*, vendor: Vendor, month: Month, currency: str | None = None) -> list[Document]:
    """Issue a vendor's documents of a month, and give them; those that are there already are not issued again.

    Nothing is issued, and the list is empty, when the vendor's accounts neither hold nor moved anything. Raises
    MonthOpen, NoIssuer, and DoesNotTie when the figures and the books differ.
    """
    with transaction.atomic():
        made, new = _issue_once(vendor, month, currency or settings.CURRENCY)
        if new:
            transaction.on_commit(lambda: ring("statements.render_due"))
        return made


def _issue_once(vendor: Vendor, month: Month, unit: str) -> tuple[list[Document], bool]:
    """The vendor's documents of the month, and whether they were issued just now."""
    with transaction.atomic():
        _hold(vendor, month)
        there = list(
            Document.objects.filter(vendor_id=vendor.id, starts_on=month.starts_on, currency=unit).order_by("id")
        )
        if there:
            return there, False
        made = _issue(vendor, month, unit)
        return made, bool(made)


def _hold(vendor: Vendor, month: Month) -> None:
    """One issuer of a vendor at a time, and the month stays closed until this transaction ends. Raises MonthOpen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('documents of vendor ' || %s, 0))", [str(vendor.id)]
        )
        # Opening it again waits for this share of the row, and then finds documents.
        cursor.execute(
            "SELECT FROM ledger_period WHERE starts_on = %s AND closed_at IS NOT NULL FOR SHARE", [month.starts_on]
        )
        if not cursor.rowcount:
            raise MonthOpen(f"{month} is not closed yet. Its documents are issued once it is.", field="month")


def _issue(vendor: Vendor, month: Month, currency: str) -> list[Document]:
    figures = figures_of(vendor.id, currency=currency, since=month.starts_at, until=month.ends_at)
    if not (figures.opening_minor or figures.closing_minor or figures.moves):
        return []
    wrong = ties(figures, vendor.id, currency=currency, until=month.ends_at)
    if problem := _opening_differs(vendor, month, currency, figures.opening_minor):
        wrong.append(problem)
    if wrong:
        raise DoesNotTie(f"{vendor.name}, {month}: {'; '.join(wrong)}.")
    details = details_of(vendor.id, sorted({move.reference_id for move in figures.moves if move.reference_id}))
    charged, back = compose.charged(figures.moves), compose.given_back(figures.moves)
    earlier = _invoiced_before(vendor, month, currency, back)
    now = clock.now()
    common = {"issuer": issuer(), "recipient": recipient(vendor), "issued_on": now.date().isoformat()}
    new = _Writer(vendor, month, currency, now, common)

    made = [_statement(new, figures, details)]
    now_due, credits = _divided(charged, back, earlier)
    no_tax = why_no_tax(vendor)
    lines = compose.commission_lines(now_due, details=details, no_tax=no_tax)
    if lines:
        made.append(new.write(DocumentKind.INVOICE, compose.invoice(lines, month=month, currency=currency)))
    for original, rows in credits.items():
        lines = compose.commission_lines(
            _by_cause("Commission given back for refunds", "Commission given back for a lost dispute", rows, 1),
            details=details,
            no_tax=no_tax,
        )
        body = compose.invoice(
            lines,
            month=month,
            currency=currency,
            corrects=original.number if original else "",
            corrects_on=original.issued_at.date().isoformat() if original else "",
        )
        made.append(new.write(DocumentKind.CREDIT_NOTE, body, corrects=original))
    _check_commission(made, figures.sums)
    return made


def _statement(new: "_Writer", figures: Any, details: Mapping[UUID, OrderDetails]) -> Document:
    payouts = Payout.objects.filter(
        vendor_id=new.vendor.id,
        currency=new.currency,
        created_at__gte=new.month.starts_at,
        created_at__lt=new.month.ends_at,
    ).order_by("created_at", "id")
    body = compose.statement(figures, month=new.month, currency=new.currency, details=details, payouts=list(payouts))
    return new.write(DocumentKind.STATEMENT, body)


def _divided(
    charged: Sequence[Given], back: Sequence[Given], earlier: Mapping[UUID | None, Document | None]
) -> tuple[list[tuple[str, Sequence[Given], int]], dict[Document | None, list[Given]]]:
    """What goes on this month's invoice, and what on a credit note to which earlier one (None: to no document of ours).

    Given back in the month it was charged, it is taken off the invoice itself. Where more is due after all, since a
    refund failed or an appeal was won, that is charged now.
    """
    here = {row.reference_id for row in charged}
    same_month = [row for row in back if row.reference_id in here]
    again = [row for row in back if row.reference_id not in here and row.net_minor + row.tax_minor < 0]
    credits: dict[Document | None, list[Given]] = defaultdict(list)
    for row in back:
        if row.reference_id not in here and row not in again:
            credits[earlier.get(row.reference_id)].append(row)
    groups = [
        ("Commission", charged, 1),
        *_by_cause(
            "Commission given back this month",
            "Commission given back this month for a lost dispute",
            same_month,
            -1,
        ),
        *_by_cause("Commission due after a refund failed", "Commission due after an appeal was won", again, -1),
    ]
    return groups, dict(credits)


def _by_cause(refunded: str, disputed: str, rows: Sequence[Given], sign: int) -> list[tuple[str, Sequence[Given], int]]:
    """What refunds gave back, and what lost disputes did, each in its words."""
    return [
        (refunded, [row for row in rows if not row.disputed], sign),
        (disputed, [row for row in rows if row.disputed], sign),
    ]


def _invoiced_before(
    vendor: Vendor, month: Month, currency: str, rows: Sequence[Given]
) -> dict[UUID | None, Document | None]:
    """The invoice that charged the commission of each of these vendor orders; left out where none did."""
    keys = {f"commission:{row.reference_id}": row.reference_id for row in rows if row.reference_id}
    entries = JournalEntry.objects.filter(source_key__in=keys, occurred_at__lt=month.starts_at)
    months = {keys[key]: month_of(at).starts_on for key, at in entries.values_list("source_key", "occurred_at")}
    found = Document.objects.filter(
        vendor_id=vendor.id, currency=currency, kind=DocumentKind.INVOICE, starts_on__in=set(months.values())
    )
    invoices = {document.starts_on: document for document in found}
    return {reference: invoices[starts_on] for reference, starts_on in months.items() if starts_on in invoices}


def _opening_differs(vendor: Vendor, month: Month, currency: str, opening_minor: int) -> str:
    """In words, when the statement before ended with something else."""
    before = Document.objects.filter(
        vendor_id=vendor.id, currency=currency, kind=DocumentKind.STATEMENT, starts_on__lt=month.starts_on
    )
    last = before.order_by("-starts_on").first()
    if last is None or last.total_minor == opening_minor:
        return ""
    if month_of(last.starts_on).ends_on != month.starts_on:
        return f"{month_of(month_of(last.starts_on).ends_on)} has no statement yet"
    closed, opens = Money(last.total_minor, currency), Money(opening_minor, currency)
    return f"it opens with {opens}, and {last.number} closed with {closed}"


def _check_commission(made: Sequence[Document], sums: Mapping[str, int]) -> None:
    """Invoice less credit notes is what was booked to 4000 and 2200, or nothing is issued."""
    signs = {DocumentKind.INVOICE: 1, DocumentKind.CREDIT_NOTE: -1}
    for words, part, booked in (
        ("net", "net_minor", -(sums["commission"] + sums["commission_back"])),
        ("VAT", "tax_minor", -(sums["commission_tax"] + sums["commission_tax_back"])),
    ):
        told = sum(signs.get(DocumentKind(document.kind), 0) * getattr(document, part) for document in made)
        if told != booked:
            raise DoesNotTie(f"Commission {words}: the documents say {told}, the books {booked}.")


class _Writer:
    """Writes a vendor's documents of one month."""

    def __init__(self, vendor: Vendor, month: Month, currency: str, now: datetime, common: dict[str, Any]):
        self.vendor, self.month, self.currency, self.now, self.common = vendor, month, currency, now, common

    def write(self, kind: DocumentKind, body: dict[str, Any], corrects: Document | None = None) -> Document:
        sequence, number = take(kind, self.now.year)
        data = {"kind": kind.value, "number": number, **self.common, **body}
        return Document.objects.create(
            kind=kind,
            number=number,
            year=self.now.year,
            sequence=sequence,
            vendor_id=self.vendor.id,
            currency=self.currency,
            starts_on=self.month.starts_on,
            corrects=corrects,
            net_minor=body.get("net_minor", 0),
            tax_minor=body.get("tax_minor", 0),
            total_minor=body["closing_minor"] if kind == DocumentKind.STATEMENT else body["total_minor"],
            data=data,
            data_sha256=compose.digest(data),
            issued_at=self.now,
        )


# --- All of a month ------------------------------------------------------------------------------------------------------


def vendors_of(month: Month, currency: str) -> list[Vendor]:
    """Who has a balance or a movement to be told of in a month, and no statement of it. Three queries."""
    until_then = Posting.objects.filter(
        account__code__in=OWN_CODES, account__currency=currency, entry__occurred_at__lt=month.ends_at
    )
    before = Q(entry__occurred_at__lt=month.starts_at)
    told = (
        until_then.order_by()
        .values("vendor_id")
        .annotate(held=Sum("amount_minor", filter=before), moves=Count("id", filter=~before))
    )
    stated = Document.objects.filter(kind=DocumentKind.STATEMENT, starts_on=month.starts_on, currency=currency)
    ids = {row["vendor_id"] for row in told if row["vendor_id"] and (row["held"] or row["moves"])}
    ids -= set(stated.values_list("vendor_id", flat=True))
    return list(Vendor.objects.filter(id__in=ids).order_by("id"))


def issue_month(*, month: Month, currency: str | None = None) -> tuple[int, list[str]]:
    """Issue every vendor's documents of a month; gives how many, and what went wrong for whom.

    Each vendor's are a transaction of their own: one that fails is left for the next time and stops nobody else's, and
    what an interrupted run made is not made again. Raises MonthOpen, NoIssuer.
    """
    unit = currency or settings.CURRENCY
    issuer()
    issued, failed = 0, []
    for vendor in vendors_of(month, unit):
        try:
            issued += len(_issue_once(vendor, month, unit)[0])
        except MonthOpen:
            raise
        except Exception as error:
            # Whatever it is, it is this vendor's alone; it is told where people look, and tried again.
            log.exception("statement_failed", vendor_id=str(vendor.id), month=str(month))
            failed.append(f"{vendor.name}: {error}")
    if issued:
        transaction.on_commit(lambda: ring("statements.render_due"))
    return issued, failed


def issue_due() -> int:
    """Issue what is due: of the latest months, closed for the grace the setting gives, oldest first; gives how many."""
    ripe = clock.now() - settings.STATEMENT_GRACE
    latest = list(Period.objects.filter(closed_at__lte=ripe).order_by("-starts_on")[:LATEST])
    done = 0
    for period in reversed(latest):
        issued, _ = issue_month(month=Month(period.starts_on))
        done += issued
    return done
