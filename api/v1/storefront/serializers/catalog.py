"""What the catalogue's resources take and give."""

from typing import Any

from rest_framework import serializers

from marketplace.catalog.queries import SORTS, Filters
from tenants.shop.catalog.models import Condition

MOST = 20  # values of one filter
LARGEST = 10**12  # minor units
SORT_WORDS = "`newest`, `trending` (most bought lately), `price` (low first) or `-price`"
SCOPE_WORDS = "Path of a category (or its slug, where no other has the same): it and all below it."


class CategorySerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="What filters take: the slugs from the root down, by slashes.")
    slug = serializers.CharField()
    name = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "children": CategorySerializer(many=True)}


class CategoryTreeSerializer(serializers.Serializer[Any]):
    items = CategorySerializer(many=True)


class CategoryNameSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    name = serializers.CharField()


class VendorNameSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class PictureSerializer(serializers.Serializer[Any]):
    small_url = serializers.CharField(help_text="At most 320 pixels wide; WebP.")
    medium_url = serializers.CharField(help_text="At most 640 pixels wide.")
    large_url = serializers.CharField(help_text="At most 1280 pixels wide.")
    alt = serializers.CharField()
    width = serializers.IntegerField(allow_null=True, help_text="Of the largest.")
    height = serializers.IntegerField(allow_null=True)


class ListingSerializer(serializers.Serializer[Any]):
    """A listing in a list; in a vendor's list with that vendor's price, elsewhere with the best offer's."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    url = serializers.CharField(help_text="Its page for people.")
    title = serializers.CharField()
    brand = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_null=True, help_text="The category's path.")
    picture = PictureSerializer(allow_null=True)
    price_minor = serializers.IntegerField(help_text="VAT included; of the cheapest offer in stock, else the cheapest.")
    compare_at_minor = serializers.IntegerField(allow_null=True)
    price_max_minor = serializers.IntegerField(help_text="Of the dearest offer.")
    currency = serializers.CharField()
    in_stock = serializers.BooleanField()
    best_vendor = VendorNameSerializer(help_text="Whose offer this price is.")
    handling_days = serializers.IntegerField(help_text="Days until that vendor sends it.")
    offer_count = serializers.IntegerField()
    vendor_count = serializers.IntegerField()
    rating = serializers.FloatField(allow_null=True, help_text="Stars on average, to a tenth; null without a review.")
    review_count = serializers.IntegerField()
    published_at = serializers.DateTimeField()


class ShippingSerializer(serializers.Serializer[Any]):
    """The vendor's cheapest way, before it is known what goes where; a cart tells all ways for what is in it."""

    price_minor = serializers.IntegerField(help_text="For one parcel with all that is ordered of the vendor.")
    free_from_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    handling_days = serializers.IntegerField()
    transit_days = serializers.IntegerField()
    countries = serializers.ListField(child=serializers.CharField(), help_text="None: wherever we sell to.")


class OfferSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="What a cart takes as `offer_id`.")
    vendor = VendorNameSerializer()
    condition = serializers.ChoiceField(Condition.choices)
    price_minor = serializers.IntegerField()
    compare_at_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    available = serializers.IntegerField(help_text="How many can be ordered; not always all that there are.")
    ships_on = serializers.DateField(allow_null=True, help_text="From when, if it is sold before it comes in.")
    shipping = ShippingSerializer()


class VariantSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    gtin = serializers.CharField(allow_null=True)
    options = serializers.DictField(help_text='Such as `{"size": "M"}`.')
    offers = OfferSerializer(many=True, help_text="The best first: the cheapest in stock.")


class BuyBoxSerializer(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    offer_id = serializers.UUIDField()


class ListingDetailSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    url = serializers.CharField(help_text="Its page for people.")
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    brand = serializers.CharField(allow_blank=True)
    categories = CategoryNameSerializer(many=True, help_text="From the root to its own.")
    attributes = serializers.DictField()
    pictures = PictureSerializer(many=True)
    price_minor = serializers.IntegerField()
    compare_at_minor = serializers.IntegerField(allow_null=True)
    price_max_minor = serializers.IntegerField()
    currency = serializers.CharField()
    in_stock = serializers.BooleanField()
    buy_box = BuyBoxSerializer(allow_null=True, help_text="What the page offers first.")
    variants = VariantSerializer(many=True)
    rating = serializers.FloatField(allow_null=True, help_text="Stars on average, to a tenth; null without a review.")
    review_count = serializers.IntegerField()
    published_at = serializers.DateTimeField()


class FacetValueSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="What the filter takes.")
    label = serializers.CharField()
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    """What a list could be narrowed by; at most a minute old."""

    brands = FacetValueSerializer(many=True)
    vendors = FacetValueSerializer(many=True)
    price_low_minor = serializers.IntegerField()
    price_high_minor = serializers.IntegerField()
    in_stock = serializers.IntegerField(help_text="How many are.")
    is_capped = serializers.BooleanField(help_text="There are more than were counted.")


class SearchSerializer(serializers.Serializer[Any]):
    query = serializers.CharField(allow_blank=True, help_text="The words that were looked for.")
    is_fuzzy = serializers.BooleanField(help_text="Nothing has these words; these are spelled alike.")
    items = ListingSerializer(many=True)
    facets = FacetsSerializer()
    next_cursor = serializers.CharField(allow_null=True)
    previous_cursor = serializers.CharField(allow_null=True)


class SuggestionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["listing", "category", "vendor"])
    label = serializers.CharField()
    value = serializers.CharField(help_text="The slug, or the category's path.")


class SuggestionsSerializer(serializers.Serializer[Any]):
    items = SuggestionSerializer(many=True)


class VendorSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField(help_text="Its page for people.")
    country = serializers.CharField()
    city = serializers.CharField(allow_blank=True)
    tagline = serializers.CharField(allow_blank=True)
    story = serializers.CharField(allow_blank=True)
    logo_url = serializers.CharField(allow_null=True)
    listing_count = serializers.IntegerField()
    rating = serializers.FloatField(allow_null=True, help_text="Stars on average, to a tenth; null without a review.")
    review_count = serializers.IntegerField()
    shipping = ShippingSerializer()
    joined_at = serializers.DateTimeField()


class CountrySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="ISO 3166-1.")
    name = serializers.CharField()


class CountriesSerializer(serializers.Serializer[Any]):
    items = CountrySerializer(many=True)


# --- Filters, from the address ----------------------------------------------------------------------------------------


def _texts(about: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=100, trim_whitespace=False),
        max_length=MOST,
        required=False,
        help_text=f"{about} Repeatable.",
    )


class NarrowingQuery(serializers.Serializer[Any]):
    """What a list is narrowed by."""

    brand = _texts("A brand.")
    price_min = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, help_text="Minor units.")
    price_max = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, help_text="Minor units.")
    in_stock = serializers.BooleanField(required=False, help_text="True: only what is in stock.")


class ShopListingsQuery(NarrowingQuery):
    category = serializers.CharField(max_length=250, default="", allow_blank=True, help_text=SCOPE_WORDS)
    sort = serializers.ChoiceField(list(SORTS), default="newest", help_text=SORT_WORDS)


class ListingsQuery(ShopListingsQuery):
    vendor = _texts("A vendor's slug.")


class SearchQuery(ListingsQuery):
    q = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="Words. None: everything.")
    sort = serializers.ChoiceField(["relevance", *SORTS], default="relevance", help_text=f"`relevance`, {SORT_WORDS}")


class SuggestionsQuery(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="What was typed so far.")


class FacetsQuery(serializers.Serializer[Any]):
    category = serializers.CharField(max_length=250, default="", allow_blank=True, help_text=SCOPE_WORDS)
    vendor = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="A vendor's slug: of its shop alone."
    )


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters of a query that was read."""
    return Filters(
        price_from=query.get("price_min"),
        price_to=query.get("price_max"),
        in_stock=query.get("in_stock", False),
        brands=tuple(dict.fromkeys(query.get("brand", ()))),
        vendors=tuple(dict.fromkeys(query.get("vendor", ()))),
    )
