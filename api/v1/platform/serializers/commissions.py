"""Commission rules, as they are and as they would explain a line."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.v1.office import check_category, check_vendor
from billing.commissions.conditions import UnreadableRule, read_conditions
from billing.commissions.models import Per
from taxonomy.tax import SELLING_COUNTRIES

MOST_MINOR = 10**12
CONDITIONS = {
    "type": "object",
    "additionalProperties": False,
    "description": "All kinds given must hold, each by any of its values; without any the rule covers everything.",
    "properties": {
        "vendor": {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1},
        "plan": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "category": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Paths, e.g. home/kitchen; all below them is covered too.",
        },
        "tag": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "price": {
            "type": "array",
            "minItems": 1,
            "description": "Of one item, VAT included.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["currency"],
                "properties": {
                    "currency": {"type": "string"},
                    "from_minor": {"type": "integer", "default": 0},
                    "below_minor": {"type": "integer", "nullable": True},
                },
            },
        },
        "country": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "Where the order goes, ISO 3166-1.",
        },
        "dates": {
            "type": "array",
            "minItems": 1,
            "description": "Days of ordering, both included.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "first": {"type": "string", "format": "date", "nullable": True},
                    "last": {"type": "string", "format": "date", "nullable": True},
                },
            },
        },
    },
}
AMOUNTS = {
    "type": "object",
    "additionalProperties": {"type": "integer", "minimum": 0},
    "description": "Minor units by currency. A line in a currency that is not named is refused.",
}
TIERS = {
    "type": "array",
    "description": "Rates from so much on that the vendor sold in the calendar month before.",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["currency", "from_minor", "rate_bps"],
        "properties": {
            "currency": {"type": "string"},
            "from_minor": {"type": "integer", "minimum": 0},
            "rate_bps": {"type": "integer", "minimum": 0, "maximum": 10000},
        },
    },
}


@extend_schema_field(CONDITIONS)
class ConditionsField(serializers.JSONField):
    """Read strictly: a kind that is not known refuses the rule."""

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        try:
            conditions = read_conditions(given)
        except UnreadableRule as unreadable:
            raise serializers.ValidationError(str(unreadable), code="unreadable") from unreadable
        for vendor_id in conditions.vendor:
            check_vendor(vendor_id)
        for path in conditions.category:
            check_category(path)
        return conditions.data()


@extend_schema_field(AMOUNTS)
class AmountsField(serializers.JSONField):
    pass


@extend_schema_field(TIERS)
class TiersField(serializers.JSONField):
    pass


class RateSerializer(serializers.Serializer):
    """What a rule covers and takes. What is left out is empty: no condition, no tier, no amount."""

    name = serializers.CharField(max_length=100, help_text="Vendors read it on their orders.")
    conditions = ConditionsField(default=dict)
    rate_bps = serializers.IntegerField(min_value=0, max_value=10_000, help_text="1000 is 10 % of the line.")
    tiers = TiersField(default=list)
    fixed = AmountsField(default=dict)
    fixed_per = serializers.ChoiceField(Per.choices, default=Per.ITEM)
    minimum = AmountsField(default=dict)
    maximum = AmountsField(default=dict)
    limits_per = serializers.ChoiceField(Per.choices, default=Per.ITEM)
    on_shipping = serializers.BooleanField(default=False)
    includes_tax = serializers.BooleanField(default=False, help_text="The percentage is of prices with VAT.")


class CommissionRuleSerializer(RateSerializer):
    id = serializers.UUIDField(help_text="Of this version.")
    position = serializers.IntegerField(help_text="1 is asked first.")
    covers = serializers.CharField(help_text="In words.")
    takes = serializers.CharField(help_text="In words.")
    problem = serializers.CharField(
        allow_null=True, help_text="Why it cannot be read; then nothing is sold that comes as far as this rule."
    )
    version = serializers.IntegerField()
    replaces_id = serializers.UUIDField(allow_null=True, help_text="The version before.")
    created_at = serializers.DateTimeField()
    created_by = serializers.UUIDField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is in force.")


class NewCommissionRuleSerializer(RateSerializer):
    position = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=999_999, help_text="None puts it last."
    )


class PositionSerializer(serializers.Serializer):
    position = serializers.IntegerField(min_value=1, max_value=999_999, help_text="1 is asked first.")


class LineToExplainSerializer(serializers.Serializer):
    """A line that could be sold."""

    vendor_id = serializers.UUIDField()
    category_path = serializers.CharField(max_length=250)
    amount_minor = serializers.IntegerField(
        min_value=0, max_value=MOST_MINOR, help_text="All of the line, without VAT and shipping."
    )
    quantity = serializers.IntegerField(min_value=1, max_value=9999, default=1)
    country = serializers.ChoiceField(
        SELLING_COUNTRIES, required=False, default="", allow_blank=True, help_text="Where it goes; adds its VAT."
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50, default=list)

    def validate_vendor_id(self, value: Any) -> Any:
        return check_vendor(value)

    def validate_category_path(self, value: str) -> str:
        return check_category(value)


class ExplanationSerializer(serializers.Serializer):
    amount_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField(help_text="All that is withheld.")
    commission_tax_minor = serializers.IntegerField(help_text="The VAT within the commission.")
    earnings_minor = serializers.IntegerField(help_text="What is left for the vendor.")
    currency = serializers.CharField()
    rule_id = serializers.UUIDField()
    reason = serializers.CharField()
    passed = serializers.ListField(
        child=serializers.CharField(), help_text="Why each rule that is asked before did not match."
    )
