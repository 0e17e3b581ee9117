"""Drafts of commission rules, and their simulations."""

from rest_framework import serializers

from api.v1.platform.serializers.commissions import RateSerializer
from billing.commissions.models import SimulationState


class DraftNameSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=100)


class DraftSerializer(DraftNameSerializer):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    created_by = serializers.UUIDField(allow_null=True)
    adopted_at = serializers.DateTimeField(allow_null=True)
    discarded_at = serializers.DateTimeField(allow_null=True)


class DraftRuleInputSerializer(RateSerializer):
    source_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="The version in force that it keeps or changes; none: a new rule."
    )


class DraftRulesSerializer(serializers.Serializer):
    rules = DraftRuleInputSerializer(many=True, max_length=500)


class DraftRuleSerializer(RateSerializer):
    id = serializers.UUIDField()
    source_id = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField(help_text="1 is asked first.")
    is_changed = serializers.BooleanField(help_text="New, or otherwise than in force.")
    covers = serializers.CharField(help_text="In words.")
    takes = serializers.CharField(help_text="In words.")
    problem = serializers.CharField(allow_null=True, help_text="Why it cannot be read.")


class DraftWithRulesSerializer(DraftSerializer):
    rules = DraftRuleSerializer(many=True)


class PeriodSerializer(serializers.Serializer):
    first_on = serializers.DateField()
    last_on = serializers.DateField(help_text="Included. Two years at most.")


class VendorDifferenceSerializer(serializers.Serializer):
    vendor_id = serializers.UUIDField()
    currency = serializers.CharField()
    lines = serializers.IntegerField()
    was_minor = serializers.IntegerField(help_text="Commission as it was frozen, without VAT.")
    would_be_minor = serializers.IntegerField(help_text="By the draft, without VAT.")
    difference_minor = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="Lines that could not have been sold; they count in neither sum.")


class RefusalSerializer(serializers.Serializer):
    why = serializers.CharField()
    lines = serializers.IntegerField()


class RuleUseSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    name = serializers.CharField()
    matched = serializers.IntegerField(help_text="Lines that meet its conditions.")
    took = serializers.IntegerField(help_text="Lines of which it was the first that matched.")


class IdleRuleSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="broken, shadowed, shadowed in this period, or never matched.")
    why = serializers.CharField()


class BelowFeeSerializer(serializers.Serializer):
    offer_id = serializers.UUIDField()
    title = serializers.CharField()
    vendor_id = serializers.UUIDField()
    price_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField()
    fee_minor = serializers.IntegerField(help_text="What the provider is expected to take of a payment of this price.")
    currency = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    """Empty until the simulation is done."""

    vendors = VendorDifferenceSerializer(many=True, required=False)
    refusals = RefusalSerializer(many=True, required=False)
    rules = RuleUseSerializer(many=True, required=False)
    idle = IdleRuleSerializer(many=True, required=False)
    below_fee = BelowFeeSerializer(many=True, required=False, help_text="The worst, at most fifty.")
    below_fee_lines = serializers.IntegerField(required=False)


class SimulationSerializer(PeriodSerializer):
    id = serializers.UUIDField()
    draft_id = serializers.UUIDField()
    state = serializers.ChoiceField(SimulationState.choices)
    orders_total = serializers.IntegerField(help_text="Vendor orders.")
    orders_done = serializers.IntegerField()
    error = serializers.CharField()
    result = OutcomeSerializer()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
