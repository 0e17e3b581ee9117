"""Money given to vendors by hand."""

from uuid import UUID

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.office import VendorNameSerializer, check_vendor
from api.v1.payout_wishes import MOST_MINOR
from billing.payouts.models import AdjustmentState


class ByHandInput(serializers.Serializer):
    vendor_id = serializers.UUIDField()
    amount_minor = Whole(min_value=1, max_value=MOST_MINOR)
    reason = Text(max_length=250, help_text="The vendor reads it in its account.")

    def validate_vendor_id(self, value: UUID) -> UUID:
        return check_vendor(value)


class CreditSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    vendor = VendorNameSerializer(allow_null=True)
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(AdjustmentState.choices)
    provider_transfer_id = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True, help_text="Why it waits, or was refused.")
    made_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True, help_text="When it reached the vendor's balance.")


class NewCreditSerializer(serializers.Serializer):
    """One of them is null."""

    approval_id = serializers.UUIDField(allow_null=True, help_text="The approval that waits.")
    credit = CreditSerializer(allow_null=True)
