"""What the APIs of customers and vendors say of invoices and credit notes."""

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers

from api.errors import NotFound
from billing.statements.filing import read_file
from marketplace.invoices.models import Invoice, InvoiceKind
from marketplace.orders.models import TaxLiable

PDF = "application/pdf"


class InvoiceFilterSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(InvoiceKind.choices, required=False)


class InvoiceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    invoice_kind = serializers.ChoiceField(InvoiceKind.choices, source="kind")
    number = serializers.CharField()
    issuer = serializers.ChoiceField(TaxLiable.choices, help_text="In whose name: who owes the VAT.")
    vendor_order_id = serializers.UUIDField()
    vendor_order_number = serializers.CharField(source="vendor_order.number")
    corrects_id = serializers.UUIDField(allow_null=True, help_text="Of a credit note, the invoice that it takes from.")
    currency = serializers.CharField()
    net_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="VAT.")
    total_minor = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    file_sha256 = serializers.CharField(help_text="Of the PDF; empty until it is made, a minute later.")


def shown(invoice: Invoice) -> dict[str, Any]:
    return dict(InvoiceSerializer(invoice).data)


def pdf_of(invoice: Invoice) -> HttpResponse:
    """The file as it was issued. Raises NotFound while it is being made."""
    if not invoice.file_path:
        raise NotFound()
    answer = HttpResponse(read_file(invoice), content_type=PDF)
    answer["Content-Disposition"] = f'attachment; filename="{invoice.filename}.pdf"'
    return answer
