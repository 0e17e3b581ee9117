"""Invoices and credit notes that customers get of what vendors sold them: numbered without gaps, never changed."""

from django.db import models
from django.db.models import F, Q

from billing.payments.models import Refund
from billing.statements.models import FiledDocument
from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import TaxLiable, VendorOrder


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class InvoiceSeries(models.Model):
    """The last number that an issuer gave out of a kind in a year. Its row is locked by whoever takes the next one.

    A series without a vendor is the platform's own, of what it sells as deemed supplier.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=11, choices=InvoiceKind)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    access = Access(platform="select insert update(last_number)")

    class Meta:
        verbose_name_plural = "invoice series"
        constraints = [
            models.UniqueConstraint(
                fields=["vendor_id", "kind", "year"], name="invoice_series_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} of {self.vendor_id or 'the platform'}"


class Invoice(FiledDocument):
    """What a customer is invoiced, or credited, of one vendor order: words and figures, frozen in `data`, and the PDF made
    of them once.

    Issued in the name of whoever owes the VAT of it: the vendor, or the platform. A credit note says in `corrects` which
    invoice it takes from, and is of one refund. Nothing of either ever changes but that the file is added: the database
    keeps that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=11, choices=InvoiceKind)
    issuer = models.CharField(max_length=8, choices=TaxLiable)
    number = models.CharField(max_length=60)
    series = models.ForeignKey(InvoiceSeries, on_delete=models.PROTECT, related_name="invoices")
    sequence = models.PositiveIntegerField()
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="invoices")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes")
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="that a credit note is of"
    )
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(help_text="what was sold, or is credited, VAT included")
    data = models.JSONField()
    data_sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=clock.now)

    access = Access(
        store="select", vendor="select", platform="select insert update(file_path, file_sha256, file_bytes, filed_at)"
    )
    personal = Personal(
        "Invoices",
        order="vendor_order__order_id",
        keep={"data": "an invoice names whom it is for, and never changes", "data_sha256": "proves that"},
        more=("number", "kind", "issued_at", "net_minor", "tax_minor", "total_minor", "currency"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="invoice_sequence_once"),
            models.UniqueConstraint(
                fields=["vendor_order", "issuer"], name="invoice_once", condition=Q(kind=InvoiceKind.INVOICE)
            ),
            models.UniqueConstraint(
                fields=["refund", "issuer"], name="credit_note_once", condition=Q(kind=InvoiceKind.CREDIT_NOTE)
            ),
            models.CheckConstraint(
                condition=Q(kind=InvoiceKind.INVOICE, corrects=None, refund=None)
                | Q(kind=InvoiceKind.CREDIT_NOTE, corrects__isnull=False, refund__isnull=False),
                name="invoice_kind_says_what_it_is_of",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")), name="invoice_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gt=0, net_minor__gte=0, tax_minor__gte=0), name="invoice_not_below_zero"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-id"], name="invoice_vendor"),
            models.Index(fields=["id"], name="invoice_without_file", condition=Q(file_path="")),
        ]

    def __str__(self) -> str:
        return self.number
