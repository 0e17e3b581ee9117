"""Four eyes."""

from rest_framework import serializers

from approvals.models import Decision


class ApprovalFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField([("waiting", "Waiting"), ("decided", "Decided")], default="waiting")


class ApprovalSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="What is done when it is granted, e.g. ledger.entry.")
    subject = serializers.CharField(help_text="kind:id of what it is about.")
    summary = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    reason = serializers.CharField()
    requested_by = serializers.UUIDField(help_text="The user who asked.")
    requested_at = serializers.DateTimeField()
    decision = serializers.ChoiceField([("", "Waiting"), *Decision.choices])
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    done_as = serializers.CharField(help_text="kind:id of what was made when it was granted.")


class DecisionSerializer(serializers.Serializer):
    grant = serializers.BooleanField()
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=250)
