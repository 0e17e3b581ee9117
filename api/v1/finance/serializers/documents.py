"""What comes out of the books: documents, and files for accounting packages."""

from rest_framework import serializers

from api.v1.office import VendorNameSerializer
from billing.statements.models import DocumentKind, ExportFormat, ExportState


class DocumentFilterSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(DocumentKind.choices, required=False)
    vendor = serializers.UUIDField(required=False)
    month = serializers.RegexField(r"^[1-9]\d{3}-(0[1-9]|1[0-2])$", required=False, help_text="2026-10")


class DocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    document_kind = serializers.ChoiceField(DocumentKind.choices, source="kind")
    number = serializers.CharField()
    vendor = VendorNameSerializer(allow_null=True)
    month_starts_on = serializers.DateField(source="starts_on")
    corrects_id = serializers.UUIDField(allow_null=True, help_text="Of a credit note, the invoice it corrects.")
    currency = serializers.CharField()
    net_minor = serializers.IntegerField(help_text="Of a statement, zero.")
    tax_minor = serializers.IntegerField(help_text="VAT.")
    total_minor = serializers.IntegerField(help_text="Of a statement, its closing balance.")
    issued_at = serializers.DateTimeField()
    file_sha256 = serializers.CharField(help_text="Of the PDF; empty until it is made.")


class DocumentDetailSerializer(DocumentSerializer):
    data = serializers.JSONField(help_text="Everything the document says, frozen.")
    data_sha256 = serializers.CharField()


class NewExportSerializer(serializers.Serializer):
    format = serializers.ChoiceField(ExportFormat.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after.")


class ExportSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    format = serializers.ChoiceField(ExportFormat.choices)
    currency = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after.")
    state = serializers.ChoiceField(ExportState.choices)
    percent = serializers.IntegerField()
    entries_done = serializers.IntegerField()
    debits_minor = serializers.IntegerField()
    credits_minor = serializers.IntegerField()
    file_sha256 = serializers.CharField()
    file_bytes = serializers.IntegerField()
    error = serializers.CharField()
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
