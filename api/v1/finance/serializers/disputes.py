"""Disputes."""

from rest_framework import serializers

from api.v1.disputes import EvidenceFileSerializer, TextsSerializer
from api.v1.office import VendorNameSerializer
from billing.disputes.models import Bearer, DisputeState, Phase


class DisputeFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(
        [("open", "Not decided"), *DisputeState.choices], required=False, help_text="`open`: all not decided."
    )


class DisputeSerializer(serializers.Serializer):
    """A customer's bank asks for the money back, or has taken it already."""

    id = serializers.UUIDField()
    provider_dispute_id = serializers.CharField()
    payment_id = serializers.UUIDField()
    order_number = serializers.CharField(source="reference_number")
    state = serializers.ChoiceField(DisputeState.choices)
    reason = serializers.CharField(help_text="As the bank gives it, e.g. product_not_received.")
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    withdrawn_minor = serializers.IntegerField(help_text="Taken from our balance.")
    reinstated_minor = serializers.IntegerField(help_text="Given back.")
    fee_minor = serializers.IntegerField(help_text="The provider's.")
    phase = serializers.ChoiceField(Phase.choices, help_text="What it means for money.")
    needs_answer = serializers.BooleanField()
    evidence_due_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="When the bank was sent the answer.")
    accepted_at = serializers.DateTimeField(allow_null=True, help_text="When we gave in.")
    loss_borne_by = serializers.ChoiceField(Bearer.choices, source="borne_by")
    fee_borne_by = serializers.ChoiceField(Bearer.choices)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class DisputePartSerializer(serializers.Serializer):
    vendor = VendorNameSerializer(allow_null=True)
    share_id = serializers.UUIDField()
    vendor_order_id = serializers.UUIDField(source="reference_id")
    amount_minor = serializers.IntegerField()
    earnings_minor = serializers.IntegerField(source="net_minor")
    texts = TextsSerializer(help_text="What the vendor says.")
    handed_in_at = serializers.DateTimeField(allow_null=True)


class DisputeShareSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)


class DisputeFileSerializer(EvidenceFileSerializer):
    vendor = VendorNameSerializer(allow_null=True)


class DisputeEventSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    by = serializers.UUIDField(allow_null=True, help_text="The user of the staff, when it was one.")


class DisputeDetailSerializer(DisputeSerializer):
    assigned_share_id = serializers.UUIDField(allow_null=True, help_text="All of it is about this part of the payment.")
    platform_minor = serializers.IntegerField(help_text="Of the amount, what no vendor's part has left.")
    parts = DisputePartSerializer(many=True, help_text="The vendors' parts as it is divided now.")
    shares = DisputeShareSerializer(many=True, help_text="The parts of the payment it can be assigned to.")
    merged_texts = TextsSerializer(help_text="What the vendors say, made one answer.")
    files = DisputeFileSerializer(many=True)
    events = DisputeEventSerializer(many=True)


class AssignmentInput(serializers.Serializer):
    share_id = serializers.UUIDField(allow_null=True, help_text="Of `shares`; null: divided by what each sold.")
    loss_borne_by = serializers.ChoiceField(Bearer.choices)
    fee_borne_by = serializers.ChoiceField(Bearer.choices)


class SubmissionInput(serializers.Serializer):
    texts = TextsSerializer()
    file_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=50, default=list, help_text="Of `files`; one of each kind is sent."
    )
