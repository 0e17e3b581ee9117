"""What disputes and debts take and give."""

from typing import Any

from rest_framework import serializers

from api.fields import YesNo
from api.v1.disputes import EvidenceFileSerializer, TextsSerializer
from api.v1.vendor.serializers.money import OrderNameSerializer
from billing.disputes.evidence import KIND_CHOICES
from billing.disputes.models import Bearer, DisputeState
from billing.payouts.models import Cause, DebtPaymentKind


class DisputeSerializer(serializers.Serializer[Any]):
    """A customer's bank asks for the money back: your part of it."""

    id = serializers.UUIDField()
    order = OrderNameSerializer()
    state = serializers.ChoiceField(DisputeState.choices)
    reason = serializers.CharField(help_text="As the bank gives it, e.g. product_not_received.")
    amount_minor = serializers.IntegerField(help_text="Of your sale.")
    earnings_minor = serializers.IntegerField(help_text="Of it, your earnings.")
    currency = serializers.CharField()
    evidence_due_at = serializers.DateTimeField(allow_null=True, help_text="Until when it can be answered.")
    can_be_answered = serializers.BooleanField()
    answered_at = serializers.DateTimeField(allow_null=True, help_text="When the bank was sent the answer.")
    loss_borne_by = serializers.ChoiceField(Bearer.choices, help_text="Should it be lost.")
    fee_borne_by = serializers.ChoiceField(Bearer.choices)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class DisputeDetailSerializer(DisputeSerializer):
    texts = TextsSerializer(help_text="What you said so far.")
    handed_in_at = serializers.DateTimeField(allow_null=True)
    files = EvidenceFileSerializer(many=True)


class AnswerInput(serializers.Serializer[Any]):
    texts = TextsSerializer()
    hand_in = YesNo(default=False, help_text="True: we may send it to the bank.")


class EvidenceFileInput(serializers.Serializer[Any]):
    """A form, `multipart/form-data`."""

    file = serializers.FileField(help_text="A PDF, PNG or JPEG; all of an answer together up to 4.5 MB.")
    kind = serializers.ChoiceField(KIND_CHOICES, help_text="What it proves; it takes the place of another of its kind.")


class DebtFilterSerializer(serializers.Serializer[Any]):
    open = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="None: both.")


class DebtPaymentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(DebtPaymentKind.choices)
    amount_minor = serializers.IntegerField()
    order = OrderNameSerializer(allow_null=True, help_text="Whose earnings paid it; null when nothing was kept.")
    created_at = serializers.DateTimeField()


class DebtSerializer(serializers.Serializer[Any]):
    """What could not be taken back of your earnings. Later earnings pay it, oldest first."""

    id = serializers.UUIDField()
    order = OrderNameSerializer(allow_null=True)
    cause = serializers.ChoiceField(Cause.choices)
    reason = serializers.CharField()
    amount_minor = serializers.IntegerField()
    left_minor = serializers.IntegerField()
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    payments = DebtPaymentSerializer(many=True, help_text="What settled it so far, oldest first.")


class DebtSummarySerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    owed_minor = serializers.IntegerField()
    limit_minor = serializers.IntegerField(help_text="Above it payouts to your bank are held.")
    payouts_held_at = serializers.DateTimeField(allow_null=True)
    payouts_held_reason = serializers.CharField(allow_blank=True)
