"""What a vendor asks of its payouts, and the rules by which its earnings are held."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.payout_wishes import AmountInput
from billing.payouts.models import HoldKind, PayoutInterval, PayoutMethod
from billing.payouts.wishes import LARGEST_MINIMUM, WEEKDAYS


class ScheduleInput(serializers.Serializer[Any]):
    interval = serializers.ChoiceField(PayoutInterval.choices)
    weekday = serializers.ChoiceField(WEEKDAYS, default="", allow_blank=True, help_text="Of a weekly schedule.")
    month_day = Whole(min_value=1, max_value=31, default=None, allow_null=True, help_text="Of a monthly schedule.")
    minimum_minor = Whole(min_value=0, max_value=LARGEST_MINIMUM, default=0, help_text="What is to stay.")


class WishInput(AmountInput):
    method = serializers.ChoiceField(
        PayoutMethod.choices, default=PayoutMethod.STANDARD, help_text="instant: within the hour, where the bank can."
    )


class HoldRuleSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    rule = serializers.ChoiceField(HoldKind.choices, source="kind")
    covers = Text(help_text="In words.")
    says = Text(help_text="In words.")
    days = serializers.IntegerField(allow_null=True, help_text="Null: until finance has looked at it.")
