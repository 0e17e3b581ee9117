"""Months of the books."""

from rest_framework import serializers

from billing.ledger.models import Reopening


class CheckSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    passed = serializers.BooleanField()
    text = serializers.CharField(help_text="What was found.")


class PeriodSerializer(serializers.Serializer):
    """A month of the books: closed, or the next to close."""

    month = serializers.CharField(help_text="2026-10")
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.UUIDField(allow_null=True, help_text="The person's user id.")
    documents_count = serializers.IntegerField()
    checks = CheckSerializer(many=True)


class NewReopeningSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=250)


class ReopeningSerializer(serializers.Serializer):
    """That a closed month be opened again: one controller asks, another agrees."""

    id = serializers.UUIDField()
    month = serializers.SerializerMethodField(help_text="2026-10")
    reason = serializers.CharField()
    asked_by = serializers.UUIDField(help_text="The person's user id.")
    asked_at = serializers.DateTimeField()
    approved_by = serializers.UUIDField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True, help_text="When the month was opened again.")
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="When it was left closed after all.")

    def get_month(self, row: Reopening) -> str:
        return f"{row.period.starts_on:%Y-%m}"


class ReopeningDecisionSerializer(serializers.Serializer):
    agree = serializers.BooleanField(help_text="False leaves the month closed.")
