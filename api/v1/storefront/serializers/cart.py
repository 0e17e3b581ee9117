"""What carts take and give."""

from typing import Any

from rest_framework import serializers

from api.v1.storefront.serializers.catalog import PictureSerializer, VendorNameSerializer
from marketplace.carts.models import MAX_QUANTITY
from taxonomy.tax import SELLING_COUNTRIES
from taxonomy.treatment import RULES
from tenants.shop.catalog.models import Condition
from tenants.shop.shipping.terms import KINDS

RULE_NAMES = [rule.name for rule in RULES]


class LineListingSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()


class ProblemWithLineSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="`not_for_sale`, `sold_out` or `too_few`.")
    detail = serializers.CharField()


class CartLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    offer_id = serializers.UUIDField()
    listing = LineListingSerializer()
    vendor = VendorNameSerializer()
    options = serializers.DictField()
    condition = serializers.ChoiceField(Condition.choices)
    picture = PictureSerializer(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField(help_text="As it is now, VAT included.")
    price_seen_minor = serializers.IntegerField(help_text="As it was when the line was put in or changed.")
    discount_minor = serializers.IntegerField(help_text="What promotions take off this line.")
    total_minor = serializers.IntegerField(help_text="Less the discount.")
    currency = serializers.CharField()
    available = serializers.IntegerField()
    ships_on = serializers.DateField(allow_null=True, help_text="From when, if some have yet to come in.")
    problem = ProblemWithLineSerializer(allow_null=True, help_text="Why this line cannot be ordered as it is.")


class DaysSerializer(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    street = serializers.CharField()
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField()
    hours = serializers.CharField(help_text="When somebody is there, for people.")


class MethodSerializer(serializers.Serializer[Any]):
    """One way for a vendor's parcel."""

    id = serializers.CharField(help_text="Stays the same while the vendor offers it.")
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    price_minor = serializers.IntegerField()
    first_on = serializers.DateField(help_text="When it arrives at the earliest; of a pick-up, when it is ready.")
    last_on = serializers.DateField()
    place = PlaceSerializer(allow_null=True, help_text="Where it is picked up.")


class CartShippingSerializer(serializers.Serializer[Any]):
    """How the vendor's parcel can go, and goes: the cheapest delivery as long as nothing is chosen."""

    chosen = serializers.CharField(allow_null=True, help_text="Null: nothing is delivered; a pick-up must be chosen.")
    is_stale = serializers.BooleanField(help_text="What had been chosen is not offered any more; choose anew.")
    methods = MethodSerializer(many=True, help_text="Deliveries, the cheapest first, then pick-ups.")
    problem = serializers.CharField(allow_blank=True, help_text="Why it does not get to the country, for people.")


class CartVendorSerializer(serializers.Serializer[Any]):
    """One vendor's part; lines with a problem do not count."""

    vendor = VendorNameSerializer()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="Contained in goods and shipping.")
    tax_rule = serializers.ChoiceField(RULE_NAMES, help_text="Why: of the rules, the first that held.")
    tax_reason = serializers.CharField(allow_blank=True, help_text="The same in words fit for an invoice.")
    total_minor = serializers.IntegerField()
    free_shipping_missing_minor = serializers.IntegerField(
        help_text="So much more, and shipping is free; 0: it is, or never."
    )
    ships = serializers.BooleanField(help_text="False: this vendor does not ship to the cart's country.")
    days = DaysSerializer(help_text="In how many days it arrives.")
    shipping = CartShippingSerializer()


class CartChangeSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    code = serializers.CharField(help_text="`price_rose`, `price_fell`, or the code of the line's problem.")
    detail = serializers.CharField()


class CouponProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(
        help_text="`minimum_not_reached`, `not_combinable`, `no_effect`, `used_up` and the like."
    )
    detail = serializers.CharField()


class CartCouponSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    discount_minor = serializers.IntegerField()
    problem = CouponProblemSerializer(allow_null=True, help_text="Why it takes nothing off.")


class DiscountSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    code = serializers.CharField(help_text="Empty: it applies by itself.")
    discount_minor = serializers.IntegerField()


class CartSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Rises with every change; `POST orders` names it.")
    country = serializers.CharField(help_text="Where it goes, which decides the VAT contained.")
    company = serializers.CharField(allow_blank=True, help_text="For which it is bought; empty: for a consumer.")
    vat_id = serializers.CharField(allow_blank=True, help_text="The company's VAT number.")
    currency = serializers.CharField()
    lines = CartLineSerializer(many=True)
    vendors = CartVendorSerializer(many=True)
    quantity = serializers.IntegerField(help_text="How many pieces.")
    coupons = CartCouponSerializer(many=True)
    discounts = DiscountSerializer(many=True, help_text="All that is taken off, by promotion.")
    goods_minor = serializers.IntegerField(help_text="Less discounts.")
    shipping_minor = serializers.IntegerField(help_text="Less discounts.")
    discount_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="Contained in the total.")
    total_minor = serializers.IntegerField()
    can_be_ordered = serializers.BooleanField()
    changes = CartChangeSerializer(many=True, help_text="What is otherwise than when it was put in or last changed.")


class NewCartSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(
        allow_null=True, help_text="A guest's: send it as `Souk-Cart`. Shown once. Null for a customer."
    )
    cart = CartSerializer()


# --- What is taken ----------------------------------------------------------------------------------------------------


class CountryInput(serializers.Serializer[Any]):
    country = serializers.ChoiceField(SELLING_COUNTRIES)


class CompanyInput(serializers.Serializer[Any]):
    company = serializers.CharField(max_length=150, allow_blank=True)
    vat_id = serializers.CharField(max_length=20, allow_blank=True, help_text="`NL004495445B01`")


class ChosenMethodInput(serializers.Serializer[Any]):
    vendor = serializers.SlugField(max_length=40, help_text="Its slug.")
    method = serializers.CharField(max_length=400, help_text="The id of one of its methods for this cart.")


class MethodsInput(serializers.Serializer[Any]):
    methods = ChosenMethodInput(many=True, allow_empty=False)


class CouponInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class NewCartInput(serializers.Serializer[Any]):
    country = serializers.ChoiceField(SELLING_COUNTRIES, required=False)


class NewLineInput(serializers.Serializer[Any]):
    offer_id = serializers.UUIDField(help_text="Of an offer on a listing.")
    quantity = serializers.IntegerField(
        min_value=1, max_value=MAX_QUANTITY, default=1, help_text="More of it, if it is in the cart already."
    )


class QuantityInput(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(
        min_value=1, max_value=MAX_QUANTITY, required=False, help_text="Left out: it stays as it is."
    )
