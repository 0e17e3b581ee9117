"""What the vendor API says of documents."""

from rest_framework import serializers

from billing.statements.models import DocumentKind


class DocumentFilterSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(DocumentKind.choices, required=False)
    month = serializers.RegexField(r"^[1-9]\d{3}-(0[1-9]|1[0-2])$", required=False, help_text="2026-10")


class DocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    document_kind = serializers.ChoiceField(DocumentKind.choices, source="kind")
    number = serializers.CharField()
    month_starts_on = serializers.DateField(source="starts_on")
    corrects_id = serializers.UUIDField(allow_null=True, help_text="Of a credit note, the invoice it corrects.")
    currency = serializers.CharField()
    net_minor = serializers.IntegerField(help_text="Of a statement, zero.")
    tax_minor = serializers.IntegerField(help_text="VAT.")
    total_minor = serializers.IntegerField(help_text="Of a statement, its closing balance.")
    issued_at = serializers.DateTimeField()
    file_sha256 = serializers.CharField(help_text="Of the PDF, which the portal hands out; empty until it is made.")


class DocumentDetailSerializer(DocumentSerializer):
    data = serializers.JSONField(help_text="Everything the document says, frozen; amounts in minor units.")
    data_sha256 = serializers.CharField()
