"""What orders and parcels take and give."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from marketplace.orders.models import Fulfillment, TaxLiable
from marketplace.orders.status import WORDS

MAX_QUANTITY = 1_000_000
STATES = [(state.value, state.label) for state in Fulfillment if state != Fulfillment.WAITING]
CONTAINED = "Contained in the amounts."


class OrderFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(STATES, required=False)
    q = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="The beginning of an order's number."
    )
    placed_after = serializers.DateTimeField(required=False, help_text="Placed then or later.")
    placed_before = serializers.DateTimeField(required=False, help_text="Placed earlier.")


class ParcelLineInput(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    quantity = Whole(min_value=1, max_value=MAX_QUANTITY)


class ParcelInput(serializers.Serializer[Any]):
    lines = serializers.ListField(
        child=ParcelLineInput(),
        required=False,
        min_length=1,
        max_length=500,
        help_text="Left out: all that is left to pack.",
    )

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["line_id"] for line in lines}) != len(lines):
            raise serializers.ValidationError("Name each line once.")
        return lines


class ShipmentInput(serializers.Serializer[Any]):
    carrier = Text(max_length=60)
    tracking_number = Text(max_length=80, allow_blank=True, default="")
    tracking_url = Text(max_length=300, allow_blank=True, default="", help_text="Begins with https://.")


class ShipToSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1, two letters.")
    phone = serializers.CharField(allow_blank=True)


class OrderInListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(STATES, help_text="Where the goods are.")
    status = serializers.ChoiceField(WORDS, help_text="The word that the customer is shown; refunds count.")
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField()
    ship_by = serializers.DateTimeField(allow_null=True)
    currency = serializers.CharField()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Taken off by promotions that you bear.")
    subsidy_minor = serializers.IntegerField(
        help_text="Paid to you by the marketplace beside the total, where it bears a discount."
    )
    tax_minor = serializers.IntegerField(help_text=CONTAINED)
    total_minor = serializers.IntegerField()
    items = serializers.IntegerField(help_text="How many pieces.")
    customer = serializers.CharField(help_text="The name on the parcel.")
    country = serializers.CharField()


class PackedFromSerializer(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField()
    warehouse = serializers.CharField()
    quantity = serializers.IntegerField()


class OrderLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    variant_id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    quantity = serializers.IntegerField()
    canceled_quantity = serializers.IntegerField(help_text="Of the quantity; not to be sent.")
    ships_on = serializers.DateField(allow_null=True, help_text="From when, if some have yet to come in.")
    left_to_pack = serializers.IntegerField(help_text="How many are in no parcel yet.")
    packed_from = PackedFromSerializer(many=True, help_text="Which warehouse packs how many.")
    unit_price_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Taken off by promotions.")
    total_minor = serializers.IntegerField()
    tax_rate = serializers.CharField(help_text="`0.2500` is 25 percent.")
    tax_minor = serializers.IntegerField(help_text=CONTAINED)
    tax_rule = serializers.CharField(allow_blank=True, help_text="Why: the name of the rule that held.")
    tax_liable = serializers.ChoiceField(TaxLiable.choices, help_text="Who owes it to the state.")
    tax_reason = serializers.CharField(allow_blank=True, help_text="Why, in words fit for an invoice.")


class PackedLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    quantity = serializers.IntegerField()


class ParcelSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Of the order's parcels, from 1.")
    state = serializers.ChoiceField(["packed", "shipped", "delivered"])
    lines = PackedLineSerializer(many=True)
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    packed_at = serializers.DateTimeField()
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


class OrderEventSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="placed, paid, accepted, packed, shipped, delivered, canceled …")
    note = serializers.CharField(allow_blank=True)
    actor_kind = serializers.CharField(help_text="customer, member, staff or system.")
    at = serializers.DateTimeField()


class OrderMoneySerializer(serializers.Serializer[Any]):
    """What the order earns. Where that is now: `transfers?order=…`."""

    commission_minor = serializers.IntegerField()
    earnings_minor = serializers.IntegerField(help_text="Total less commission.")
    refunded_minor = serializers.IntegerField(help_text="What the customer got back.")
    left_minor = serializers.IntegerField(help_text="Earnings less what refunds took of them.")


class PickupPlaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    street = serializers.CharField()
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField()
    hours = serializers.CharField()


class OrderSerializer(OrderInListSerializer):
    shipping_name = serializers.CharField(help_text="Of the rate that the customer chose.")
    shipping_carrier = serializers.CharField(allow_blank=True)
    promised_from = serializers.DateField(allow_null=True, help_text="When it shall arrive, or be ready to pick up.")
    promised_to = serializers.DateField(allow_null=True)
    pickup_at = PickupPlaceSerializer(
        allow_null=True, help_text="Where the customer picks it up; nothing is sent then, `delivery` hands it over."
    )
    ship_to = ShipToSerializer()
    lines = OrderLineSerializer(many=True)
    parcels = ParcelSerializer(many=True)
    events = OrderEventSerializer(many=True)
    money = OrderMoneySerializer(allow_null=True, help_text="For callers with `money:read`.")
    accepted_at = serializers.DateTimeField(allow_null=True)
    packed_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)
