"""Reviews as the pages of all faces show them."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from marketplace.orders.photos import WEBP
from marketplace.reviews.models import Review, ReviewPhoto


def shown(reviews: Iterable[Review], *, photo_route: str) -> list[dict[str, Any]]:
    """What the component `review` takes, with the review itself as `found`."""
    return [
        {
            "found": review,
            "author": review.signed,
            "rating": review.rating,
            "at": review.written_at,
            "title": review.title,
            "text": review.words,
            "verified": True,
            "photos": [reverse(photo_route, args=[photo_id]) for photo_id in review.photo_ids],
            "answer": review.reply,
            "vendor_name": review.vendor_order.vendor_name,
        }
        for review in reviews
    ]


def photo_answer(photo: ReviewPhoto, *, public: bool = False) -> HttpResponse:
    """A photo, once who asks was checked. What staff hides leaves the caches within five minutes."""
    response = HttpResponse(bytes(photo.content), content_type=WEBP)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=300" if public else "private, max-age=300"
    return response
