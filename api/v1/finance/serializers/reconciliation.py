"""Proof: reconciliations and their exceptions."""

from rest_framework import serializers

from api.v1.office import VendorNameSerializer
from billing.reconciliation.models import ExceptionState


class ReconciliationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    entries_checked = serializers.IntegerField()
    exceptions_count = serializers.IntegerField()
    matches = serializers.BooleanField(help_text="Orders, books and provider agree to the cent.")
    totals = serializers.DictField(
        child=serializers.DictField(child=serializers.DictField(child=serializers.IntegerField())),
        help_text='By currency, what each side says: {"EUR": {"orders": {"charged": 13310}}}, in minor units.',
    )


class ExceptionFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(ExceptionState.choices, required=False, help_text="None: both.")
    reconciliation = serializers.UUIDField(
        required=False, help_text="Only what this one found and none after it found again."
    )


class ExceptionSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    reconciliation_id = serializers.UUIDField(source="run_id", help_text="The last that found it.")
    key = serializers.CharField(help_text="What differs; found again, it stays one exception.")
    check = serializers.CharField(source="check_name")
    entry_id = serializers.UUIDField(allow_null=True)
    account = serializers.CharField()
    vendor = VendorNameSerializer(allow_null=True)
    expected_minor = serializers.IntegerField()
    found_minor = serializers.IntegerField()
    difference_minor = serializers.IntegerField()
    currency = serializers.CharField()
    explanation = serializers.CharField()
    state = serializers.ChoiceField(ExceptionState.choices)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField(source="cause.label", help_text="What it is likely about.")
    advice = serializers.CharField(source="cause.advice")
    owner_id = serializers.UUIDField(allow_null=True, help_text="The user who sees to it.")
    reference_id = serializers.UUIDField(
        allow_null=True, help_text="What it is about: an order, or one vendor's part of it."
    )
    came_back = serializers.BooleanField(help_text="Found again after somebody had resolved it.")
    resolved_by = serializers.UUIDField(allow_null=True, help_text="None when a match no longer found it.")
    resolution = serializers.CharField(help_text="Why it was set right so.")
    resolution_entry_id = serializers.UUIDField(allow_null=True)


class ExceptionLineSerializer(serializers.Serializer):
    code = serializers.CharField()
    amount_minor = serializers.IntegerField(help_text="Positive debits.")
    vendor_id = serializers.UUIDField(allow_null=True)


class SuggestionSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="What to send as `suggestion`.")
    kind = serializers.ChoiceField(
        [("correction", "An entry of these lines"), ("reversal", "The entry is reversed"), ("entry", "It is entered")]
    )
    title = serializers.CharField()
    amount_minor = serializers.IntegerField()
    lines = ExceptionLineSerializer(many=True)


class ExceptionDetailSerializer(ExceptionSerializer):
    suggestions = SuggestionSerializer(many=True, help_text="What would set the books right, the likeliest first.")
    approval_id = serializers.UUIDField(allow_null=True, help_text="The request that waits for a second person.")


class ResolutionSerializer(serializers.Serializer):
    suggestion = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=250)


class OwnerSerializer(serializers.Serializer):
    owner_id = serializers.UUIDField(allow_null=True, help_text="A user of the staff; null for nobody.")
