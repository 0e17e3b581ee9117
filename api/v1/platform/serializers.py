"""What the platform API takes and gives."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.commissions.conditions import UnreadableRule, read_conditions
from billing.commissions.models import Per, SimulationState
from billing.subscriptions.models import Interval
from marketplace.orders.models import Fulfillment, StockHold
from marketplace.orders.status import WORDS
from taxonomy.queries import tree
from taxonomy.tax import SELLING_COUNTRIES
from tenants.vendors.models import MemberRole, Vendor, VendorState

MOST_MINOR = 10**12
NO_LIMIT = "null: no limit."


class MeSerializer(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user.name")
    email = serializers.CharField(source="user.email")
    role = serializers.CharField(help_text="administrator, finance or support.")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="What the role may do, as `area:read`.")


# --- Vendors --------------------------------------------------------------------------------------------------------------


class VendorFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(VendorState.choices, required=False)
    q = serializers.CharField(
        required=False, max_length=150, help_text="Part of a name, or the start of a slug or an e-mail address."
    )
    country = serializers.RegexField("^[A-Za-z]{2}$", required=False, help_text="ISO 3166-1, two letters.")


class VendorSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(VendorState.choices)
    country = serializers.CharField()
    email = serializers.CharField()
    currency = serializers.CharField()
    applied_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    rejected_at = serializers.DateTimeField(allow_null=True)
    payouts_ready_at = serializers.DateTimeField(allow_null=True, help_text="Since when the provider can pay it.")
    orders = serializers.IntegerField(help_text="Its paid vendor orders.")
    sales_minor = serializers.IntegerField(help_text="What customers paid for them.")
    owed_minor = serializers.IntegerField(help_text="What the books owe it; negative: it owes us.")


class PersonSerializer(serializers.Serializer):
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(MemberRole.choices)


class PayoutAccountSerializer(serializers.Serializer):
    """The vendor's account at the payment provider, as last fetched."""

    account_id = serializers.CharField(help_text="The provider's id; empty until it has answered.")
    transfers_status = serializers.CharField()
    payouts_status = serializers.CharField()
    requirements_due = serializers.IntegerField(help_text="How many details the provider still asks for.")
    disabled_reason = serializers.CharField()
    synced_at = serializers.DateTimeField(allow_null=True)


class VendorDetailSerializer(VendorSerializer):
    legal_name = serializers.CharField()
    vat_id = serializers.CharField()
    city = serializers.CharField()
    tagline = serializers.CharField()
    decision_reason = serializers.CharField(help_text="Why its application was turned down.")
    has_shop = serializers.BooleanField(help_text="False while its shop is being made.")
    hosts = serializers.ListField(child=serializers.CharField(), help_text="Where its shop front is found.")
    people = PersonSerializer(many=True)
    payout_account = PayoutAccountSerializer(allow_null=True)


class RejectionSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="The applicant reads it in the mail.")


# --- Orders ---------------------------------------------------------------------------------------------------------------


class OrderFilterSerializer(serializers.Serializer):
    hold = serializers.ChoiceField(
        StockHold.choices, required=False, help_text="held: awaiting payment; allocated: paid; released: given up."
    )
    q = serializers.CharField(
        required=False, max_length=254, help_text="The beginning of a number, or a whole e-mail address."
    )
    since = serializers.DateTimeField(required=False, help_text="Placed at this instant or later.")
    until = serializers.DateTimeField(required=False, help_text="Placed before this instant.")


class OrderPartSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    vendor_id = serializers.UUIDField()
    vendor_name = serializers.CharField()
    status = serializers.ChoiceField(WORDS)
    total_minor = serializers.IntegerField()


class OrderSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    email = serializers.CharField()
    country = serializers.CharField(source="ship_to.country", default="", help_text="Where it goes.")
    currency = serializers.CharField()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="Contained in goods and shipping.")
    total_minor = serializers.IntegerField()
    hold = serializers.ChoiceField(StockHold.choices, source="stock_hold")
    placed_at = serializers.DateTimeField()
    canceled_at = serializers.DateTimeField(allow_null=True)
    vendor_orders = OrderPartSerializer(many=True, source="parts")


class AddressSerializer(serializers.Serializer):
    name = serializers.CharField(default="")
    line1 = serializers.CharField(default="")
    line2 = serializers.CharField(default="")
    postal_code = serializers.CharField(default="")
    city = serializers.CharField(default="")
    country = serializers.CharField(default="")
    phone = serializers.CharField(default="")


class OrderLineSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    variant_id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    tax_rate = serializers.DecimalField(6, 4, help_text='As a share: "0.2100" is 21 %.')
    tax_minor = serializers.IntegerField(help_text="Contained in the total.")
    commission_minor = serializers.IntegerField(help_text="All that is withheld, with the VAT on it.")
    commission_tax_minor = serializers.IntegerField(help_text="The VAT within the commission.")
    commission_rule_version = serializers.IntegerField()
    commission_rule_id = serializers.UUIDField(allow_null=True)
    commission_reason = serializers.CharField()


class ParcelSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


class VendorOrderSerializer(OrderPartSerializer):
    fulfillment = serializers.ChoiceField(Fulfillment.choices)
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField(help_text="All that is withheld, with the VAT on it.")
    commission_tax_minor = serializers.IntegerField(help_text="The VAT within the commission.")
    commission_tax_reason = serializers.CharField(help_text="Why the commission is taxed like this.")
    earnings_minor = serializers.IntegerField(help_text="The total less commission.")
    refunded_minor = serializers.IntegerField()
    paid_at = serializers.DateTimeField(allow_null=True)
    ship_by = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)
    lines = OrderLineSerializer(many=True, source="lines.all")
    parcels = ParcelSerializer(many=True, source="parcels.all")


class OrderEventSerializer(serializers.Serializer):
    name = serializers.CharField()
    vendor_order_id = serializers.UUIDField(allow_null=True)
    actor_kind = serializers.CharField(help_text="customer, member, staff or system.")
    note = serializers.CharField()
    at = serializers.DateTimeField()


class OrderDetailSerializer(OrderSerializer):
    status = serializers.ChoiceField(WORDS, help_text="Where all parts agree theirs, else processing.")
    customer_id = serializers.UUIDField(source="user_id", allow_null=True, help_text="Null: a guest's.")
    ship_to = AddressSerializer()
    cancel_reason = serializers.CharField()
    payment_state = serializers.CharField(source="payment.state")
    vendor_orders = VendorOrderSerializer(many=True, source="parts")
    events = OrderEventSerializer(many=True)


# --- Commissions ----------------------------------------------------------------------------------------------------------


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
            _known_vendor(vendor_id)
        for path in conditions.category:
            _known_category(path)
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
        return _known_vendor(value)

    def validate_category_path(self, value: str) -> str:
        return _known_category(value)


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


def _known_vendor(vendor_id: Any) -> Any:
    if not Vendor.objects.filter(id=vendor_id).exists():
        raise serializers.ValidationError("There is no such vendor.", code="unknown")
    return vendor_id


def _known_category(path: str) -> str:
    if path not in tree().by_path:
        raise serializers.ValidationError("There is no such category.", code="unknown")
    return path


# --- Plans ----------------------------------------------------------------------------------------------------------------


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
