"""Reading reviews: on the pages of the catalogue, in the account of who wrote them, for the shop, and for staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.db.models import Count, Exists, OuterRef, Q

from kit import clock
from kit.pagination import Page, keyset_page
from marketplace.fulfillment.models import ParcelLine
from marketplace.orders.models import Order
from marketplace.reviews.actions import editable_until
from marketplace.reviews.models import Review, ReviewPhoto, ReviewReport, Subject

log = structlog.get_logger(__name__)
SORTS = {"newest": ("-id",), "best": ("-rating", "-id"), "worst": ("rating", "-id")}
SORT_LABELS = (("newest", "Newest"), ("best", "Best first"), ("worst", "Worst first"))
PAGE = 10


def reviews_of_listing(
    listing_id: UUID, *, sort: str = "newest", rating: int | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[Review]:
    """What buyers say of an article. One statement. Raises InvalidInput on a bad cursor."""
    return _page(Q(subject=Subject.PRODUCT, listing_id=listing_id), sort, rating, cursor, size)


def reviews_of_vendor(
    vendor_id: UUID, *, sort: str = "newest", rating: int | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[Review]:
    """What buyers say of a shop. One statement. Raises InvalidInput on a bad cursor."""
    return _page(Q(subject=Subject.VENDOR, vendor_id=vendor_id), sort, rating, cursor, size)


def first_of_listing(listing_id: UUID, *, size: int = 3) -> list[Review] | None:
    """The newest few for the article's own page, which answers without them: None when they cannot be read."""
    try:
        return reviews_of_listing(listing_id, size=size).rows
    except DatabaseError:
        log.exception("reviews_unreadable", listing=str(listing_id))
        return None


def spread(*, listing_id: UUID | None = None, vendor_id: UUID | None = None) -> dict[int, int]:
    """How many gave how many stars, five first. One statement."""
    of = (
        Q(subject=Subject.PRODUCT, listing_id=listing_id)
        if listing_id
        else Q(subject=Subject.VENDOR, vendor_id=vendor_id)
    )
    rows = Review.objects.seen().filter(of).order_by().values_list("rating").annotate(count=Count("id"))
    counts = dict(rows)
    return {stars: counts.get(stars, 0) for stars in range(5, 0, -1)}


def seen_review(review_id: UUID) -> Review | None:
    rows = Review.objects.seen().with_photos().select_related("order_line", "vendor_order")
    return rows.filter(id=review_id).first()


def seen_photo(photo_id: UUID) -> ReviewPhoto | None:
    """A photo that everybody may look at: of a review that is not hidden."""
    return ReviewPhoto.objects.filter(id=photo_id, review__hidden_at=None).first()


# --- Whoever bought ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reviewable:
    """An order line or a vendor order (`about` is its id) that has come, and what was said of it."""

    about: UUID
    subject: str
    title: str
    vendor_name: str
    picture: str
    review: Review | None

    @property
    def until(self) -> datetime | None:
        """Until when what was said can be changed."""
        return editable_until(self.review) if self.review else None

    @property
    def is_open(self) -> bool:
        """Whether something can be said, or what was said be changed."""
        return self.review is None or (not self.review.is_hidden and clock.now() < editable_until(self.review))


def reviewable(order: Order) -> list[Reviewable]:
    """By vendor order, the lines that have come, or of which something was said, and then the shop itself.

    Four statements whatever the order's size.
    """
    parts = list(order.vendor_orders.order_by("number").prefetch_related("lines"))
    rows = ParcelLine.objects.filter(parcel__vendor_order__order=order, parcel__delivered_at__isnull=False)
    came = set(rows.values_list("order_line_id", flat=True))
    said = list(Review.objects.filter(vendor_order__order=order).with_photos().select_related("vendor_order"))
    of_line = {review.order_line_id: review for review in said if review.order_line_id}
    of_shop = {review.vendor_order_id: review for review in said if review.subject == Subject.VENDOR}
    found = []
    for part in parts:
        lines = [line for line in part.lines.all() if line.id in came or line.id in of_line]
        name = part.vendor_name
        found += [
            Reviewable(line.id, Subject.PRODUCT, line.title, name, line.picture, of_line.get(line.id)) for line in lines
        ]
        if lines or part.id in of_shop:
            found.append(Reviewable(part.id, Subject.VENDOR, name, name, "", of_shop.get(part.id)))
    return found


# --- The shop, and staff ----------------------------------------------------------------------------------------------


def vendor_reviews(vendor_id: UUID, *, state: str = "", cursor: str | None = None, size: int = 25) -> Page[Review]:
    """Of a vendor and what it sold, newest first; `state` is unanswered, hidden or, for all, empty."""
    rows = Review.objects.filter(vendor_id=vendor_id).with_photos().select_related("order_line", "vendor_order")
    if state == "unanswered":
        rows = rows.filter(reply="", hidden_at=None)
    elif state == "hidden":
        rows = rows.filter(hidden_at__isnull=False)
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def vendor_review(vendor_id: UUID, review_id: UUID) -> Review | None:
    rows = Review.objects.filter(vendor_id=vendor_id).with_photos().select_related("order_line", "vendor_order")
    return rows.filter(id=review_id).first()


def unanswered(vendor_id: UUID) -> int:
    return Review.objects.seen().filter(vendor_id=vendor_id, reply="").count()


def all_reviews(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Review]:
    """Everybody's for staff, newest first; `state` is reported, hidden or, for all, empty. Each has `open_reports`."""
    waiting = Q(reports__isnull=False, reports__settled_at=None)
    rows: Any = Review.objects.select_related("order_line", "vendor_order").annotate(
        open_reports=Count("reports", filter=waiting)
    )
    if state == "reported":
        rows = rows.filter(Exists(ReviewReport.objects.filter(review=OuterRef("pk"), settled_at=None)))
    elif state == "hidden":
        rows = rows.filter(hidden_at__isnull=False)
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def reported() -> int:
    """How many reviews wait for staff."""
    return ReviewReport.objects.filter(settled_at=None).values("review").distinct().count()


def review_with(review_id: UUID) -> Review | None:
    """One with everything about it, for staff."""
    rows = Review.objects.with_photos().select_related("order_line", "vendor_order").prefetch_related("reports")
    return rows.filter(id=review_id).first()


def _page(of: Q, sort: str, rating: int | None, cursor: str | None, size: int) -> Page[Review]:
    rows = Review.objects.seen().filter(of).with_photos().select_related("vendor_order")
    rows = rows.defer("replied_by", "hidden_by", "hidden_reason")
    if rating:
        rows = rows.filter(rating=rating)
    return keyset_page(rows, order=SORTS.get(sort, SORTS["newest"]), cursor=cursor, size=size)
