"""Reading invoices and credit notes, for who they are for and in whose name they are."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from kit.pagination import Page, keyset_page
from marketplace.invoices.models import Invoice, InvoiceKind


def invoices_of(vendor_order_ids: Collection[UUID]) -> dict[UUID, list[Invoice]]:
    """By vendor order, oldest first, without what they say. One query."""
    found: dict[UUID, list[Invoice]] = defaultdict(list)
    for invoice in _listed().filter(vendor_order__in=vendor_order_ids).order_by("id"):
        found[invoice.vendor_order_id].append(invoice)
    return found


def invoices_page(*, vendor_id: UUID, kind: str = "", cursor: str | None = None, size: int = 25) -> Page[Invoice]:
    """A vendor's, newest first, with their vendor orders. Raises InvalidInput on a bad cursor."""
    rows = _listed().filter(vendor_id=vendor_id)
    if kind in InvoiceKind.values:
        rows = rows.filter(kind=kind)
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def invoice_of_order(invoice_id: UUID, *, order_id: UUID) -> Invoice | None:
    """One that is of this order."""
    return Invoice.objects.filter(id=invoice_id, vendor_order__order_id=order_id).first()


def invoice_of_vendor(invoice_id: UUID, *, vendor_id: UUID) -> Invoice | None:
    return Invoice.objects.filter(id=invoice_id, vendor_id=vendor_id).first()


def _listed() -> QuerySet[Invoice]:
    return Invoice.objects.select_related("vendor_order", "corrects").defer("data", "corrects__data")
