"""What orders take and give."""

from typing import Any

from rest_framework import serializers

from api.v1.storefront.serializers.cart import ChosenMethodInput, DiscountSerializer, PlaceSerializer
from api.v1.storefront.serializers.catalog import LARGEST, VendorNameSerializer
from billing.bank_transfer.provider import NAME as BANK_TRANSFER
from billing.payments.models import PaymentState, RefundState
from billing.payments.provider import DEFAULT
from kit.postal_addresses import ADDRESS_FIELDS
from marketplace.orders.models import TaxLiable
from marketplace.orders.status import WHOLE_WORDS, WORDS
from taxonomy.tax import SELLING_COUNTRIES
from tenants.shop.shipping.terms import KINDS


class PostalAddressSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class OrderedLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    offer_id = serializers.UUIDField()
    listing = serializers.CharField(help_text="The listing's slug.")
    title = serializers.CharField()
    options = serializers.DictField()
    picture_url = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    canceled_quantity = serializers.IntegerField(help_text="Of the quantity; not to be sent.")
    ships_on = serializers.DateField(allow_null=True, help_text="From when, if some have yet to come in.")
    unit_price_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Taken off by promotions.")
    total_minor = serializers.IntegerField()
    tax_rate = serializers.CharField(help_text="Such as `0.1900`.")
    tax_minor = serializers.IntegerField(help_text="Contained in the total.")
    tax_rule = serializers.CharField(allow_blank=True, help_text="Why: the name of the rule that held.")
    tax_liable = serializers.ChoiceField(TaxLiable.choices, help_text="Who owes it to the state.")
    tax_reason = serializers.CharField(allow_blank=True, help_text="Why, in words fit for an invoice.")


class ParcelLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    quantity = serializers.IntegerField()


class OrderParcelSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    status = serializers.CharField(help_text="`ready_to_ship`, `shipped` or `delivered`.")
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    packed_at = serializers.DateTimeField()
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    lines = ParcelLineSerializer(many=True)


class OrderEventSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(
        help_text="`placed`, `paid`, `accepted`, `packed`, `shipped`, `delivered` or `canceled`."
    )
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


class OrderRefundSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(RefundState.choices)
    came_back = serializers.BooleanField(
        help_text="The bank returned it: the money is still owed, and paid another way."
    )
    amount_minor = serializers.IntegerField()
    of = serializers.ListField(child=serializers.CharField(), help_text="For what, in words; empty for all alike.")
    words = serializers.CharField(help_text="How far it is, for people.")
    next = serializers.CharField(help_text="What happens next, for people.")
    created_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


class OrderShippingSerializer(serializers.Serializer[Any]):
    """How it goes, as it was chosen when it was ordered."""

    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    promised_from = serializers.DateField(allow_null=True, help_text="When it arrives; of a pick-up, when it is ready.")
    promised_to = serializers.DateField(allow_null=True)
    place = PlaceSerializer(allow_null=True, help_text="Where it is picked up.")


class VendorOrderInListSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    vendor = VendorNameSerializer()
    status = serializers.ChoiceField(WORDS)
    total_minor = serializers.IntegerField()


class VendorOrderSerializer(serializers.Serializer[Any]):
    """One vendor's part of an order: it ships and is delivered by itself."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    vendor = VendorNameSerializer()
    status = serializers.ChoiceField(WORDS)
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discounts = DiscountSerializer(many=True, help_text="What promotions took off it.")
    tax_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    refunded_tax_minor = serializers.IntegerField(help_text="The VAT contained in what was refunded.")
    refunds = OrderRefundSerializer(many=True, help_text="Oldest first, with those that failed or came back.")
    shipping = OrderShippingSerializer()
    ship_by = serializers.DateTimeField(allow_null=True)
    lines = OrderedLineSerializer(many=True)
    parcels = OrderParcelSerializer(many=True)
    events = OrderEventSerializer(many=True)


class OrderInListSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.ChoiceField(WHOLE_WORDS, help_text="Of all of it: never further than its least advanced part.")
    placed_at = serializers.DateTimeField()
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    vendor_orders = VendorOrderInListSerializer(many=True)


class OrderPaymentSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(PaymentState.choices)
    paid_at = serializers.DateTimeField(allow_null=True)


class OrderSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.ChoiceField(WHOLE_WORDS, help_text="Of all of it: never further than its least advanced part.")
    placed_at = serializers.DateTimeField()
    canceled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    email = serializers.CharField()
    ship_to = PostalAddressSerializer()
    company = serializers.CharField(allow_blank=True, help_text="For which it was bought.")
    vat_id = serializers.CharField(allow_blank=True)
    currency = serializers.CharField()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Taken off by promotions.")
    tax_minor = serializers.IntegerField(help_text="Contained in the total.")
    total_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    refunded_tax_minor = serializers.IntegerField(help_text="The VAT contained in what was refunded.")
    payment = OrderPaymentSerializer()
    hold_until = serializers.DateTimeField(help_text="Until when stock is kept for an order that is not paid.")
    vendor_orders = VendorOrderSerializer(many=True)


class PlacedOrderSerializer(OrderSerializer):
    access_token = serializers.CharField(
        allow_null=True,
        help_text="A guest's: send it as `Souk-Order` to see this order and pay it. Null for a customer.",
    )


class PaymentPageSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="The provider's page; send the customer there.")


# --- What is taken ----------------------------------------------------------------------------------------------------


class AddressInput(serializers.Serializer[Any]):
    """A postal address in a country we sell to."""

    name = serializers.CharField(max_length=ADDRESS_FIELDS["name"])
    line1 = serializers.CharField(max_length=ADDRESS_FIELDS["line1"], help_text="Street and number.")
    line2 = serializers.CharField(max_length=ADDRESS_FIELDS["line2"], default="", allow_blank=True)
    postal_code = serializers.CharField(
        max_length=ADDRESS_FIELDS["postal_code"],
        default="",
        allow_blank=True,
        help_text="In the form of the country; left out where it has none or needs none.",
    )
    city = serializers.CharField(max_length=ADDRESS_FIELDS["city"])
    country = serializers.ChoiceField(SELLING_COUNTRIES)
    phone = serializers.CharField(max_length=ADDRESS_FIELDS["phone"], default="", allow_blank=True)


class ShipToInput(AddressInput):
    """Where it goes. Where every parcel is picked up, a name and a country are enough."""

    line1 = serializers.CharField(
        max_length=ADDRESS_FIELDS["line1"], default="", allow_blank=True, help_text="Street and number."
    )
    city = serializers.CharField(max_length=ADDRESS_FIELDS["city"], default="", allow_blank=True)


class NewOrderInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="Of the cart that was looked at.")
    email = serializers.EmailField(max_length=254, required=False, help_text="Of a guest; a customer's own is known.")
    ship_to = ShipToInput()
    shipping = ChosenMethodInput(
        many=True, required=False, help_text="The methods that the customer saw chosen, before those the cart keeps."
    )
    company = serializers.CharField(
        max_length=150, allow_blank=True, required=False, help_text="Left out, what the cart says."
    )
    vat_id = serializers.CharField(max_length=20, allow_blank=True, required=False, help_text="Of the company.")
    total_seen_minor = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST,
        required=False,
        help_text="What the customer was shown. Anything else is refused with `total_changed`.",
    )


class PaymentInput(serializers.Serializer[Any]):
    by = serializers.ChoiceField(
        [(DEFAULT, "Card and what else the provider offers"), (BANK_TRANSFER, "Bank transfer")],
        required=False,
        help_text="The way to pay. Of `bank_transfer` the page is `cancel_url`, our own page of the order when none is "
        "given, which says where to pay; refused where it is not offered. Left out, "
        "the page that is open goes on, else a card's is opened. 409 `other_way_open` where another way is open.",
    )
    success_url = serializers.CharField(
        max_length=500,
        required=False,
        help_text="Where the provider sends a customer who paid. On the marketplace, a shop front, or an origin that "
        "the operator allows. `{CHECKOUT_SESSION_ID}` becomes the session's id. None: our own page.",
    )
    cancel_url = serializers.CharField(
        max_length=500, required=False, help_text="The same for one who gave up. None: the order's own page."
    )
