"""What shipping takes and gives."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from taxonomy.tax import SELLING_COUNTRIES
from tenants.shop.catalog.drafts import MAX_PRICE_MINOR, MAX_WEIGHT_GRAMS
from tenants.shop.shipping.limits import MAX_DAYS, MAX_PIECES, MAX_RATES, MAX_SHIPPING_MINOR, MAX_ZONES
from tenants.shop.shipping.terms import KINDS

KEPT = "What it is called by now, to keep it; without it this is a new one."


def _limit(most: int, help_text: str, least: int = 0) -> Whole:
    return Whole(min_value=least, max_value=most, allow_null=True, default=None, help_text=help_text)


class ShippingRateInput(serializers.Serializer[Any]):
    """A way to the zone. Of two that share a border only one takes a parcel, and none falls between them."""

    id = serializers.UUIDField(required=False, allow_null=True, help_text=KEPT)
    name = Text(max_length=80, help_text="What customers choose by.")
    carrier = Text(max_length=60, allow_blank=True, default="")
    price_minor = Whole(min_value=0, max_value=MAX_SHIPPING_MINOR, help_text="VAT of the destination included.")
    free_from_minor = _limit(MAX_PRICE_MINOR, "Goods of this much or more go free.", 1)
    over_grams = _limit(MAX_WEIGHT_GRAMS, "For parcels that weigh more than this.")
    up_to_grams = _limit(MAX_WEIGHT_GRAMS, "And no more than this.")
    from_goods_minor = _limit(MAX_PRICE_MINOR, "For goods of this much or more.")
    below_goods_minor = _limit(MAX_PRICE_MINOR, "And of less than this.")
    from_pieces = _limit(MAX_PIECES, "For this many pieces or more.", 1)
    to_pieces = _limit(MAX_PIECES, "And no more than this.", 1)
    transit_min_days = Whole(min_value=0, max_value=MAX_DAYS, default=1, help_text="Working days on the way.")
    transit_max_days = Whole(min_value=0, max_value=MAX_DAYS, default=3)


class ShippingZoneInput(serializers.Serializer[Any]):
    id = serializers.UUIDField(required=False, allow_null=True, help_text=KEPT)
    name = Text(max_length=80)
    countries = serializers.ListField(
        child=serializers.ChoiceField(SELLING_COUNTRIES),
        default=list,
        help_text="None: all that no other zone of the profile names.",
    )
    rates = ShippingRateInput(many=True, default=list, max_length=MAX_RATES)


class ShippingProfileInput(serializers.Serializer[Any]):
    """The whole profile: zones and rates that are not in it are removed."""

    name = Text(max_length=80)
    handling_days = Whole(min_value=0, max_value=MAX_DAYS, default=2, help_text="Working days until it leaves.")
    zones = ShippingZoneInput(many=True, default=list, max_length=MAX_ZONES)


class ChangedShippingProfileInput(ShippingProfileInput):
    version = Whole(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The one that was looked at. 409 `stale_profile` when it has risen since.",
    )


class ShippingRateSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    price_minor = serializers.IntegerField()
    free_from_minor = serializers.IntegerField(allow_null=True)
    over_grams = serializers.IntegerField(allow_null=True)
    up_to_grams = serializers.IntegerField(allow_null=True)
    from_goods_minor = serializers.IntegerField(allow_null=True)
    below_goods_minor = serializers.IntegerField(allow_null=True)
    from_pieces = serializers.IntegerField(allow_null=True)
    to_pieces = serializers.IntegerField(allow_null=True)
    transit_min_days = serializers.IntegerField()
    transit_max_days = serializers.IntegerField()


class ShippingZoneSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField())
    rates = ShippingRateSerializer(many=True, source="rates.all")


class ShippingProfileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    is_default = serializers.BooleanField(help_text="Everything goes by it that is not said to go by another.")
    handling_days = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Rises with every change.")
    zones = ShippingZoneSerializer(many=True, source="zones.all")


class PickupSerializer(serializers.Serializer[Any]):
    warehouse_id = serializers.UUIDField()
    warehouse = serializers.CharField()
    is_offered = serializers.BooleanField()
    hours = serializers.CharField(allow_blank=True)
    price_minor = serializers.IntegerField()


class PickupInput(serializers.Serializer[Any]):
    hours = Text(max_length=300, help_text="When somebody is there, in words.")
    price_minor = Whole(min_value=0, max_value=MAX_SHIPPING_MINOR, default=0)


class ProductProfileInput(serializers.Serializer[Any]):
    profile_id = serializers.UUIDField(allow_null=True, help_text="Null: the default.")


class ProductProfileSerializer(serializers.Serializer[Any]):
    profile_id = serializers.UUIDField(allow_null=True)


class TriedParcelInput(serializers.Serializer[Any]):
    """A parcel, as it would be ordered now."""

    country = serializers.ChoiceField(SELLING_COUNTRIES)
    grams = Whole(min_value=0, max_value=MAX_WEIGHT_GRAMS, default=0)
    goods_minor = Whole(min_value=0, max_value=MAX_PRICE_MINOR, default=0)
    pieces = Whole(min_value=1, max_value=MAX_PIECES, default=1)
    profile_id = serializers.UUIDField(allow_null=True, default=None, help_text="Null: the default.")


class PreviewedMethodSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    price_minor = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()


class ShippingPreviewSerializer(serializers.Serializer[Any]):
    refusal = serializers.ChoiceField(
        ["", "country", "load"],
        help_text="Why nothing is delivered: nothing goes to the country, or no rate takes such a parcel there.",
    )
    methods = PreviewedMethodSerializer(many=True, help_text="The first delivery is chosen beforehand.")
