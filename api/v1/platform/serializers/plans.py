"""Vendors' plans."""

from rest_framework import serializers

from billing.subscriptions.models import Interval

NO_LIMIT = "null: no limit."


class NewPlanSerializer(serializers.Serializer):
    code = serializers.RegexField(r"^[a-z0-9-]{1,30}$", help_text="Lower case letters, digits and hyphens; for good.")
    name = serializers.CharField(max_length=60)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PlanTermsSerializer(serializers.Serializer):
    """All of it: what is left out of a change is not kept but refused."""

    name = serializers.CharField(max_length=60)
    description = serializers.CharField(max_length=200, allow_blank=True)
    products_limit = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, help_text=NO_LIMIT)
    staff_limit = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, help_text=NO_LIMIT)
    warehouses_limit = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, help_text=NO_LIMIT)
    has_api = serializers.BooleanField()
    has_custom_domain = serializers.BooleanField()


class NewPlanPriceSerializer(serializers.Serializer):
    interval = serializers.ChoiceField(Interval.choices)
    amount_minor = serializers.IntegerField(min_value=50, max_value=99_999_999, help_text="Of a period, before VAT.")
    trial_days = serializers.IntegerField(min_value=0, max_value=90, required=False, default=0)


class PlanPriceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    interval = serializers.ChoiceField(Interval.choices)
    version = serializers.IntegerField()
    amount_minor = serializers.IntegerField(help_text="Of a period, before VAT.")
    currency = serializers.CharField()
    trial_days = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    retired_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is not offered any more.")


class PlanSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField(help_text="`start` is what everybody has who pays for none.")
    name = serializers.CharField()
    description = serializers.CharField()
    position = serializers.IntegerField(help_text="The cheapest first.")
    products_limit = serializers.IntegerField(allow_null=True, help_text=NO_LIMIT)
    staff_limit = serializers.IntegerField(allow_null=True, help_text=NO_LIMIT)
    warehouses_limit = serializers.IntegerField(allow_null=True, help_text=NO_LIMIT)
    has_api = serializers.BooleanField()
    has_custom_domain = serializers.BooleanField()
    retired_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is not offered any more.")
    subscribers = serializers.IntegerField(help_text="Subscriptions that go on.")
    prices = PlanPriceSerializer(many=True, help_text="Those offered now.")


class PlanDetailSerializer(PlanSerializer):
    prices = PlanPriceSerializer(many=True, help_text="All versions; the offered one has no `retired_at`.")
