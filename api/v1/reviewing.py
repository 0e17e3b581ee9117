"""Reviews as the APIs of customers and vendors take and give them."""

from typing import Any

from rest_framework import serializers

from api.addresses import absolute
from api.fields import Text, Whole
from marketplace.reviews.actions import (
    LONGEST_AUTHOR,
    LONGEST_REASON,
    LONGEST_REPLY,
    LONGEST_TITLE,
    LONGEST_WORDS,
    editable_until,
)
from marketplace.reviews.models import Review, Subject
from marketplace.reviews.queries import SORTS, Reviewable


class ReviewSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.ChoiceField(Subject.choices)
    rating = serializers.IntegerField(help_text="Stars, 1 to 5.")
    title = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True, help_text="Plain text of a stranger: escape it.")
    author = serializers.CharField(help_text="What its author wants to be called.")
    vendor_name = serializers.CharField(help_text="Whom it was bought of.")
    photos = serializers.ListField(child=serializers.CharField(), help_text="Addresses of WebP pictures.")
    reply = serializers.CharField(allow_blank=True, help_text="The vendor's.")
    replied_at = serializers.DateTimeField(allow_null=True)
    written_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)


class OwnReviewSerializer(ReviewSerializer):
    editable_until = serializers.DateTimeField()
    hidden_at = serializers.DateTimeField(allow_null=True)
    hidden_reason = serializers.CharField(allow_blank=True)


class ReviewableSerializer(serializers.Serializer[Any]):
    about = serializers.UUIDField(help_text="Of an order line, or, for the shop itself, of a vendor order.")
    subject = serializers.ChoiceField(Subject.choices)
    title = serializers.CharField()
    vendor_name = serializers.CharField()
    is_open = serializers.BooleanField(help_text="Whether something can be said, or what was said be changed.")
    review = OwnReviewSerializer(allow_null=True)


class ReviewInput(serializers.Serializer[Any]):
    about = serializers.UUIDField(help_text="An id that `GET reviews` of this order gave.")
    rating = Whole(min_value=1, max_value=5)
    title = Text(max_length=LONGEST_TITLE, allow_blank=True, default="")
    words = Text(max_length=LONGEST_WORDS, allow_blank=True, default="")
    author = Text(max_length=LONGEST_AUTHOR, allow_blank=True, default="", help_text="Empty: “A customer”.")


class ReviewsQuery(serializers.Serializer[Any]):
    sort = serializers.ChoiceField([(each, each) for each in SORTS], default="newest")
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)


class VendorReviewSerializer(ReviewSerializer):
    vendor_order_id = serializers.UUIDField()
    order_line_id = serializers.UUIDField(allow_null=True)
    hidden_at = serializers.DateTimeField(allow_null=True)
    hidden_reason = serializers.CharField(allow_blank=True)


class VendorReviewsQuery(serializers.Serializer[Any]):
    state = serializers.ChoiceField([("unanswered", "To answer"), ("hidden", "Hidden")], required=False)


class ReplyInput(serializers.Serializer[Any]):
    reply = Text(max_length=LONGEST_REPLY)


class ReportInput(serializers.Serializer[Any]):
    words = Text(max_length=LONGEST_REASON)


def shown_review(review: Review) -> dict[str, Any]:
    found: dict[str, Any] = ReviewSerializer(_fields(review)).data
    return found


def shown_reviewable(each: Reviewable) -> dict[str, Any]:
    fields = {
        **{name: getattr(each, name) for name in ("about", "subject", "title", "vendor_name", "is_open")},
        "review": {**_fields(each.review), "editable_until": editable_until(each.review)} if each.review else None,
    }
    found: dict[str, Any] = ReviewableSerializer(fields).data
    return found


def shown_to_vendor(review: Review) -> dict[str, Any]:
    found: dict[str, Any] = VendorReviewSerializer(_fields(review)).data
    return found


def _fields(review: Review) -> dict[str, Any]:
    return {
        **{name: getattr(review, name) for name in _SAME},
        "author": review.signed,
        "vendor_name": review.vendor_order.vendor_name,
        "photos": [absolute(f"/reviews/photos/{photo_id}/") for photo_id in review.photo_ids],
    }


_SAME = (
    *("id", "subject", "rating", "title", "words", "reply", "replied_at", "written_at", "edited_at"),
    *("vendor_order_id", "order_line_id", "hidden_at", "hidden_reason"),
)
