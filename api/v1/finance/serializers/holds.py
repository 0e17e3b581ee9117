"""Holding money: the rules in force, and holds of a single transfer."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.office import VendorNameSerializer, check_category, check_vendor
from api.v1.payout_wishes import MOST_MINOR
from billing.payouts.hold_rules import LONGEST_DAYS
from billing.payouts.models import HoldKind, HoldScope


class HoldRuleInput(serializers.Serializer):
    """Give what the kind and the scope ask for; what they do not is left out of the rule."""

    rule = serializers.ChoiceField(HoldKind.choices, help_text="What it does.")
    scope = serializers.ChoiceField(HoldScope.choices, help_text="Whom it is about.")
    days = Whole(
        min_value=0,
        max_value=LONGEST_DAYS,
        allow_null=True,
        default=None,
        help_text="After delivery; of a reserve: later than the rest. None: until released (large and risky orders).",
    )
    only_vendor = serializers.UUIDField(allow_null=True, default=None, help_text="Of the scope `vendor`: its id.")
    category_path = Text(max_length=250, allow_blank=True, default="", help_text="Of the scope `category`.")
    country = Text(max_length=2, allow_blank=True, default="", help_text="Of the scope `country`, as SE.")
    rate_bps = Whole(
        min_value=1, max_value=10_000, allow_null=True, default=None, help_text="Of a reserve: 2000 is 20 %."
    )
    above_minor = Whole(min_value=0, max_value=MOST_MINOR, allow_null=True, default=None, help_text="Of a large order.")
    new_for_days = Whole(min_value=1, max_value=3650, allow_null=True, default=None)
    new_for_orders = Whole(min_value=1, max_value=9999, allow_null=True, default=None)

    def validate_only_vendor(self, value: Any) -> Any:
        return value and check_vendor(value)

    def validate_category_path(self, value: str) -> str:
        return value and check_category(value)


class HoldRuleSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    rule = serializers.ChoiceField(HoldKind.choices, source="kind")
    scope = serializers.ChoiceField(HoldScope.choices)
    covers = serializers.CharField(help_text="In words.")
    says = serializers.CharField(help_text="In words.")
    days = serializers.IntegerField(allow_null=True)
    vendor = VendorNameSerializer(allow_null=True)
    category_path = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    rate_bps = serializers.IntegerField(allow_null=True)
    above_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    new_for_days = serializers.IntegerField(allow_null=True)
    new_for_orders = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is in force.")


class HoldInput(serializers.Serializer):
    reason = Text(max_length=200, help_text="The vendor reads it.")
    release_at = serializers.DateTimeField(allow_null=True, default=None, help_text="None: until it is released.")


class ReleaseInput(serializers.Serializer):
    reason = Text(max_length=200, allow_blank=True, default="")


class HoldSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    transfer_id = serializers.UUIDField()
    rule = serializers.CharField(help_text="manual, or the rule's kind.")
    reason = serializers.CharField()
    hold_rule_id = serializers.UUIDField(allow_null=True, help_text="The rule that placed it.")
    days_after_delivery = serializers.IntegerField(allow_null=True, help_text="When delivery sets the date.")
    release_at = serializers.DateTimeField(allow_null=True, help_text="Null: not known yet.")
    placed_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True, help_text="When somebody ended it.")
    released_reason = serializers.CharField(allow_blank=True)
