"""Everybody's orders."""

from rest_framework import serializers

from marketplace.orders.models import Fulfillment, StockHold
from marketplace.orders.status import WORDS


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
    discount_minor = serializers.IntegerField(help_text="Taken off by promotions.")
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
    discount_vendor_minor = serializers.IntegerField(help_text="Taken off, borne by the vendor.")
    discount_platform_minor = serializers.IntegerField(help_text="And by us, who pay it to the vendor.")
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
    subsidy_minor = serializers.IntegerField(help_text="What we pay its vendor beside the total, for discounts.")
    tax_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField(help_text="All that is withheld, with the VAT on it.")
    commission_tax_minor = serializers.IntegerField(help_text="The VAT within the commission.")
    commission_tax_reason = serializers.CharField(help_text="Why the commission is taxed like this.")
    earnings_minor = serializers.IntegerField(help_text="The total and the subsidy less commission.")
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
