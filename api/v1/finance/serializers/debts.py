"""Vendor debt."""

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.office import VendorNameSerializer
from billing.payouts.models import Cause, DebtPaymentKind


class DebtFilterSerializer(serializers.Serializer):
    vendor = serializers.UUIDField(required=False)
    open = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="None: both.")


class DebtPaymentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(DebtPaymentKind.choices)
    amount_minor = serializers.IntegerField()
    transfer_id = serializers.UUIDField(allow_null=True, help_text="The transfer it was kept from.")
    reason = serializers.CharField(allow_blank=True)
    made_by = serializers.UUIDField(allow_null=True, help_text="The user who wrote it off.")
    created_at = serializers.DateTimeField()


class DebtSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)
    vendor_order_id = serializers.UUIDField(source="reference_id", allow_null=True)
    order_number = serializers.CharField(source="reference_number", allow_blank=True)
    cause = serializers.ChoiceField(Cause.choices)
    reason = serializers.CharField()
    amount_minor = serializers.IntegerField()
    left_minor = serializers.IntegerField()
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    payments = DebtPaymentSerializer(many=True, help_text="What settled it so far, oldest first.")


class NewDebitSerializer(serializers.Serializer):
    """One of them is null."""

    approval_id = serializers.UUIDField(allow_null=True, help_text="The approval that waits.")
    debit = DebtSerializer(allow_null=True)


class WriteOffInput(serializers.Serializer):
    amount_minor = Whole(min_value=1)
    reason = Text(max_length=250)


class WriteOffSerializer(serializers.Serializer):
    approval_id = serializers.UUIDField(allow_null=True, help_text="The approval that waits; null: it is written off.")
    debt = DebtSerializer()


class DebtLimitInput(serializers.Serializer):
    limit_minor = Whole(min_value=0, max_value=10**12)
    reason = Text(max_length=250)


class DebtLimitSerializer(serializers.Serializer):
    vendor = VendorNameSerializer()
    currency = serializers.CharField()
    owed_minor = serializers.IntegerField()
    limit_minor = serializers.IntegerField(help_text="Above it payouts are held.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it has a limit of its own; empty: it has none.")
    set_by = serializers.UUIDField(allow_null=True)
    set_at = serializers.DateTimeField(allow_null=True)
    payouts_held_at = serializers.DateTimeField(allow_null=True)
    payouts_held_reason = serializers.CharField(allow_blank=True)
