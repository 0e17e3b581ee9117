"""Numbers without gaps: every vendor counts its invoices and credit notes by itself, from 1 in every year; so does the
platform, where it is the supplier.
"""

from marketplace.invoices.models import InvoiceKind, InvoiceSeries
from marketplace.orders.models import TaxLiable
from tenants.vendors.models import Vendor

LETTERS = {InvoiceKind.INVOICE: "I", InvoiceKind.CREDIT_NOTE: "C"}
PLATFORM = "DS"


def take(*, vendor: Vendor, issuer: TaxLiable, kind: InvoiceKind, year: int) -> tuple[InvoiceSeries, str]:
    """The series, standing at its next number, and how that is written ("LINDQVIST-I-2026-000042").

    Inside the transaction that writes the document: the series stays locked until it ends, so a number that is rolled
    back is taken by the next one. The database refuses a number without its document.
    """
    own = issuer == TaxLiable.VENDOR
    of = {"vendor_id": vendor.id if own else None, "kind": kind, "year": year}
    InvoiceSeries.objects.bulk_create([InvoiceSeries(**of)], ignore_conflicts=True)
    series = InvoiceSeries.objects.select_for_update().get(**of)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    name = vendor.slug.upper() if own else PLATFORM
    return series, f"{name}-{LETTERS[kind]}-{year}-{series.last_number:06d}"
