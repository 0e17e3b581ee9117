"""What products take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Text, Whole, YesNo
from tenants.shop.catalog.drafts import (
    MAX_ATTRIBUTE_VALUE,
    MAX_BRAND,
    MAX_DESCRIPTION,
    MAX_EXTERNAL_ID,
    MAX_OPTION_VALUE,
    MAX_PRICE_MINOR,
    MAX_SKU,
    MAX_STOCK,
    MAX_TAG,
    MAX_TAGS,
    MAX_TITLE,
    MAX_VARIANTS,
    MAX_WEIGHT_GRAMS,
)
from tenants.shop.catalog.models import Condition, ProductState
from tenants.shop.catalog.pictures import MAX_ALT, MAX_PICTURES

LARGEST = 10**15
VAT_INCLUDED = "Minor units, VAT included."


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": MAX_ATTRIBUTE_VALUE},
            {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
            {"type": "boolean"},
        ]
    }
)
class AttributeValue(serializers.JSONField):
    """A text, a number, or yes or no."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | int | float):
            raise serializers.ValidationError("Give a text, a number, or true or false.", code="invalid")
        if not isinstance(data, str) and abs(data) > LARGEST:
            raise serializers.ValidationError("This number is too large.", code="max_value")
        return data


class ProductFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        ProductState.choices, required=False, help_text="Without it: all that are not archived."
    )
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="Part of a title or brand, or the start of a SKU or GTIN.",
    )


class VariantInput(serializers.Serializer[Any]):
    id = serializers.UUIDField(
        required=False, allow_null=True, help_text="The variant this is. Without it the SKU says which; else it is new."
    )
    sku = Text(max_length=MAX_SKU, allow_blank=True, default="", help_text="Your own code. Made for you when left out.")
    gtin = Text(max_length=14, allow_blank=True, default="", help_text="EAN, UPC or ISBN-13.")
    options = serializers.DictField(
        child=Text(max_length=MAX_OPTION_VALUE),
        default=dict,
        help_text='What tells it from the others: `{"Size": "M"}`. Every variant has the same names; four at most.',
    )
    price_minor = Whole(min_value=1, max_value=MAX_PRICE_MINOR, help_text=VAT_INCLUDED)
    compare_at_minor = Whole(
        min_value=1, max_value=MAX_PRICE_MINOR, allow_null=True, default=None, help_text="A higher former price."
    )
    weight_grams = Whole(min_value=0, max_value=MAX_WEIGHT_GRAMS, default=0)
    stock = Whole(
        min_value=0,
        max_value=MAX_STOCK,
        allow_null=True,
        default=None,
        help_text="What lies in the warehouse. Left out: as it is.",
    )


class ProductInput(serializers.Serializer[Any]):
    title = Text(max_length=MAX_TITLE)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, default="", help_text="Plain text.")
    brand = Text(max_length=MAX_BRAND, allow_blank=True, default="")
    category_id = serializers.UUIDField(allow_null=True, default=None, help_text="One of `categories`.")
    condition = serializers.ChoiceField(Condition.choices, default=Condition.NEW)
    attributes = serializers.DictField(child=AttributeValue(), default=dict, help_text='`{"Material": "Stoneware"}`')
    tags = serializers.ListField(
        child=Text(max_length=MAX_TAG), max_length=MAX_TAGS, default=list, help_text="Words that customers do not see."
    )
    external_id = Text(
        max_length=MAX_EXTERNAL_ID, allow_blank=True, default="", help_text="Your own system's id; unique in the shop."
    )
    variants = serializers.ListField(child=VariantInput(), min_length=1, max_length=MAX_VARIANTS)


class NewProductInput(ProductInput):
    publish = YesNo(default=False, help_text="Offer it on the marketplace at once.")


class ProductChangesInput(serializers.Serializer[Any]):
    """What is given changes; what is left out stays."""

    title = Text(max_length=MAX_TITLE, required=False)
    description = Text(max_length=MAX_DESCRIPTION, allow_blank=True, required=False)
    brand = Text(max_length=MAX_BRAND, allow_blank=True, required=False)
    category_id = serializers.UUIDField(allow_null=True, required=False)
    condition = serializers.ChoiceField(Condition.choices, required=False)
    attributes = serializers.DictField(child=AttributeValue(), required=False)
    tags = serializers.ListField(child=Text(max_length=MAX_TAG), max_length=MAX_TAGS, required=False)
    external_id = Text(max_length=MAX_EXTERNAL_ID, allow_blank=True, required=False)


class PriceInput(serializers.Serializer[Any]):
    price_minor = Whole(min_value=1, max_value=MAX_PRICE_MINOR, help_text=VAT_INCLUDED)
    compare_at_minor = Whole(
        min_value=1, max_value=MAX_PRICE_MINOR, allow_null=True, default=None, help_text="A higher former price."
    )


class PictureInput(serializers.Serializer[Any]):
    """A form, `multipart/form-data`."""

    picture = serializers.FileField(help_text="JPEG, PNG or WebP, up to 12 MB.")
    description = serializers.CharField(
        max_length=MAX_ALT, allow_blank=True, default="", help_text="What it shows, for those who do not see it."
    )


class PictureDescriptionInput(serializers.Serializer[Any]):
    description = Text(max_length=MAX_ALT, allow_blank=True)


class PictureOrderInput(serializers.Serializer[Any]):
    picture_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_PICTURES, help_text="Each picture of the product, once."
    )


# --- Given ----------------------------------------------------------------------------------------------------------------


class VariantSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    sku = serializers.CharField()
    gtin = serializers.CharField(allow_blank=True)
    options = serializers.DictField(child=serializers.CharField())
    price_minor = serializers.IntegerField(help_text=VAT_INCLUDED)
    compare_at_minor = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    weight_grams = serializers.IntegerField()


class PictureSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    url = serializers.CharField(help_text="At most 1280 pixels wide.")
    thumbnail_url = serializers.CharField(help_text="At most 320 pixels wide.")
    description = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PicturesSerializer(serializers.Serializer[Any]):
    items = PictureSerializer(many=True)


class ProductSerializer(serializers.Serializer[Any]):
    """Stock changes with every order, and is a resource of its own: `stock`."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    brand = serializers.CharField(allow_blank=True)
    category_id = serializers.UUIDField(allow_null=True)
    condition = serializers.ChoiceField(Condition.choices)
    attributes = serializers.DictField(child=AttributeValue())
    tags = serializers.ListField(child=serializers.CharField())
    external_id = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ProductState.choices)
    version = serializers.IntegerField(help_text="Rises with every change of the product or a variant.")
    variants = VariantSerializer(many=True)
    pictures = PictureSerializer(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True, help_text="When it was first offered.")


class ProductInListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    brand = serializers.CharField(allow_blank=True)
    external_id = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ProductState.choices)
    version = serializers.IntegerField()
    variants = serializers.IntegerField(help_text="How many.")
    price_minor = serializers.IntegerField(allow_null=True, help_text="The lowest of its variants.")
    price_max_minor = serializers.IntegerField(allow_null=True, help_text="The highest.")
    currency = serializers.CharField()
    available = serializers.IntegerField(help_text="Units that can be bought, of all variants.")
    thumbnail_url = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField()


class CategorySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    path = serializers.CharField(help_text="From the root, with slashes.")


class CategoriesSerializer(serializers.Serializer[Any]):
    items = CategorySerializer(many=True)
