"""What holds for refunds."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from api.fields import Text, Whole
from marketplace.returns.models import CommissionOnRefund, CustomerCancels, ReturnReason, SilentVendor

MOST_MINOR = 10**12
LIMITS = (
    "The largest refund by role (`member:manager`, `staff:support` ...), null for any; a role that is not named may refund "
    "nothing by itself."
)


class RefundPolicyInput(serializers.Serializer):
    commission = serializers.ChoiceField(CommissionOnRefund.choices)
    kept_after_days = Whole(
        min_value=1, max_value=3650, allow_null=True, default=None, help_text="Since the payment, of `kept_after`."
    )
    customer_cancels = serializers.ChoiceField(CustomerCancels.choices)
    limits = serializers.DictField(child=Whole(min_value=0, max_value=MOST_MINOR, allow_null=True), help_text=LIMITS)
    return_days = Whole(min_value=1, max_value=365, required=False, help_text="After delivery. Left out, as it is.")
    answer_days = Whole(
        min_value=1, max_value=30, required=False, help_text="For a vendor to answer a return or a claim."
    )
    silent_vendor = serializers.ChoiceField(SilentVendor.choices, required=False)
    send_days = Whole(min_value=1, max_value=60, required=False, help_text="To send what was accepted.")
    inspect_days = Whole(min_value=1, max_value=30, required=False, help_text="To inspect and refund what came back.")
    claim_days = Whole(min_value=1, max_value=730, required=False, help_text="After delivery.")
    accept_days = Whole(
        min_value=1,
        max_value=60,
        required=False,
        allow_null=True,
        help_text="For a vendor to take a new order on, which is canceled else; null: it waits.",
    )
    vendor_pays_for = serializers.ListField(
        child=serializers.ChoiceField(ReturnReason.choices),
        required=False,
        help_text="Reasons for which the vendor pays the way back.",
    )
    reason = Text(max_length=200, help_text="Why it changes.")

    def validate_limits(self, value: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(value) - set(settings.REFUND_LIMITS)):
            raise serializers.ValidationError(f"There is no role {unknown[0]!r}.", code="unknown")
        return value


class PolicyNowSerializer(serializers.Serializer):
    commission = serializers.ChoiceField(CommissionOnRefund.choices)
    kept_after_days = serializers.IntegerField(allow_null=True)
    customer_cancels = serializers.ChoiceField(CustomerCancels.choices)
    limits = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text=LIMITS)
    return_days = serializers.IntegerField()
    answer_days = serializers.IntegerField()
    silent_vendor = serializers.ChoiceField(SilentVendor.choices)
    send_days = serializers.IntegerField()
    inspect_days = serializers.IntegerField()
    claim_days = serializers.IntegerField()
    accept_days = serializers.IntegerField(allow_null=True)
    vendor_pays_for = serializers.ListField(child=serializers.ChoiceField(ReturnReason.choices))
    valid_from = serializers.DateTimeField(allow_null=True, help_text="Null: since ever, as the settings say.")


class RefundPolicySerializer(PolicyNowSerializer):
    id = serializers.UUIDField()
    reason = serializers.CharField()
    made_by = serializers.UUIDField(help_text="The person's user id.")
    made_at = serializers.DateTimeField()
