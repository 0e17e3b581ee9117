"""What lies beside a cart takes and gives."""

from typing import Any

from rest_framework import serializers

from api.v1.storefront.serializers.cart import LineListingSerializer
from api.v1.storefront.serializers.catalog import PictureSerializer, VendorNameSerializer


class ArticleSerializer(serializers.Serializer[Any]):
    offer_id = serializers.UUIDField()
    listing = LineListingSerializer()
    vendor = VendorNameSerializer(allow_null=True)
    options = serializers.DictField()
    picture = PictureSerializer(allow_null=True)
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField(help_text="As it is now, VAT included.")
    currency = serializers.CharField()
    available = serializers.IntegerField(help_text="0: sold out, or no longer for sale.")


class SavedLineSerializer(ArticleSerializer):
    id = serializers.UUIDField()
    price_seen_minor = serializers.IntegerField(help_text="As it was in the cart.")


class SavedSerializer(serializers.Serializer[Any]):
    items = SavedLineSerializer(many=True, help_text="The latest first.")


class SharedCartSerializer(serializers.Serializer[Any]):
    """A copy: it says what is in it and nothing of whose it is."""

    expires_at = serializers.DateTimeField()
    lines = ArticleSerializer(many=True)


class ShareSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown once; we keep its hash.")
    url = serializers.CharField(help_text="The copy's page.")
    expires_at = serializers.DateTimeField()


class LeftOutSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    detail = serializers.CharField(help_text="Why, for people.")


class TakenSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many lines went into the cart.")
    left_out = LeftOutSerializer(many=True)


class ReminderSerializer(serializers.Serializer[Any]):
    wanted = serializers.BooleanField()


# --- What is taken ----------------------------------------------------------------------------------------------------


class SaveInput(serializers.Serializer[Any]):
    line_id = serializers.UUIDField(help_text="Of a line of the cart.")


class ReminderInput(serializers.Serializer[Any]):
    wanted = serializers.BooleanField(help_text="Only what the customer said by themselves: one mail, or none.")
    email = serializers.EmailField(
        max_length=254, required=False, help_text="Of a guest who wants one; a customer's own is known."
    )
