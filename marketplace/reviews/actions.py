"""Writing, answering, reporting, hiding and restoring a review; and what it comes to on the pages of the catalogue.

Locked in this order: vendor order, review, then the one row of the catalogue whose stars are counted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Sum

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.catalog.models import Listing, VendorCard
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Order, OrderLine, VendorOrder
from marketplace.orders.photos import encode_each
from marketplace.orders.words import clean_words
from marketplace.reviews.models import Review, ReviewPhoto, ReviewReport, Subject
from outbox.actions import announce
from tenants.shop.catalog.pictures import Encoded

EDITABLE_DAYS = 30
LONGEST_TITLE, LONGEST_WORDS, LONGEST_AUTHOR, LONGEST_REPLY = 120, 4000, 60, 2000
LONGEST_REASON = 500
MOST_PHOTOS = 4
PHOTO = (960, 960)


class CannotReview(Conflict):
    """It has not come yet, or it was written too long ago to be changed."""

    code = "cannot_review"


class ReviewHidden(Conflict):
    """Staff has hidden it, so nothing more is written to it."""

    code = "review_hidden"


def encode_photos(files: Sequence[IO[bytes]]) -> list[Encoded]:
    """What came with a review, in our own encoding. Raises InvalidPicture, TooManyPhotos, at `photos`."""
    return encode_each(files, [PHOTO], most=MOST_PHOTOS)


def editable_until(review: Review) -> datetime:
    return review.written_at + timedelta(days=EDITABLE_DAYS)


@transaction.atomic
def write_review(
    *,
    order: Order,
    about: UUID,
    rating: int | None,
    title: str = "",
    words: str = "",
    author: str = "",
    photos: Sequence[Encoded] = (),
) -> Review:
    """Say of an order line, or of a vendor order (`about` is its id), how it was; said before, it is changed. With photos,
    they take the place of those that were there.

    The order is opened by whoever it belongs to. Raises OrderLine.DoesNotExist for what is not of this order, CannotReview,
    ReviewHidden, InvalidInput at `rating`, `title`, `words` or `author`.
    """
    said: dict[str, Any] = {
        "rating": _stars(rating),
        "title": clean_words(title, field="title", longest=LONGEST_TITLE).replace("\n", " "),
        "words": clean_words(words, field="words", longest=LONGEST_WORDS),
        "author": clean_words(author, field="author", longest=LONGEST_AUTHOR).replace("\n", " "),
    }
    line = OrderLine.objects.filter(id=about, vendor_order__order=order).first()
    part = VendorOrder.objects.select_for_update(no_key=True).filter(
        id=line.vendor_order_id if line else about, order=order
    )
    found = part.first()
    if found is None:
        raise OrderLine.DoesNotExist
    now = clock.now()
    whose: dict[str, Any] = {"order_line": line} if line else {"vendor_order": found, "subject": Subject.VENDOR}
    review = Review.objects.select_for_update(of=("self",)).filter(**whose).first()
    if review is None:
        if not has_come(found, line):
            raise CannotReview("Wait until it has arrived, then tell how it is.")
        review = Review.objects.create(
            subject=Subject.PRODUCT if line else Subject.VENDOR,
            vendor_order=found,
            order_line=line,
            vendor_id=found.vendor_id,
            listing_id=line.listing_id if line else None,
            written_at=now,
            **said,
        )
        step = "written"
    else:
        if review.is_hidden:
            raise ReviewHidden("We have hidden this review, so it cannot be changed.")
        if not photos and all(getattr(review, name) == value for name, value in said.items()):
            return review
        if now >= editable_until(review):
            raise CannotReview(f"A review can be changed for {EDITABLE_DAYS} days after it was written.")
        for name, value in said.items():
            setattr(review, name, value)
        review.edited_at = now
        review.save(update_fields=[*said, "edited_at"])
        step = "edited"
    _keep_photos(review, photos)
    _count_stars(review)
    announce(f"review.{step}", vendor_id=review.vendor_id, payload={"review": str(review.id)})
    return review


@transaction.atomic
def reply_to_review(*, review_id: UUID, words: str, by: UUID) -> Review:
    """The shop's answer, under the review for all to read; said again it takes the place of the first. For the vendor's own
    role. Raises ReviewHidden, InvalidInput at `reply`, Review.DoesNotExist for another vendor's.
    """
    words = clean_words(words, field="reply", longest=LONGEST_REPLY, needed="Write your answer.")
    review = _lock(review_id)
    if review.is_hidden:
        raise ReviewHidden("The marketplace has hidden this review; nobody would read the answer.")
    if review.reply == words:
        return review
    review.reply, review.replied_at, review.replied_by = words, clock.now(), by
    review.save(update_fields=["reply", "replied_at", "replied_by"])
    record(
        action="shop.review_answered",
        subject=f"review:{review.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=review.vendor_id,
    )
    announce("shop.review_answered", vendor_id=review.vendor_id, payload={"review": str(review.id)})
    return review


@transaction.atomic
def report_review(*, review: Review, words: str, kind: str, by: UUID) -> None:
    """Tell staff why a review should not be seen; each person once. `kind` is customer or member.

    Raises ReviewHidden, InvalidInput at `words`.
    """
    words = clean_words(words, field="words", longest=LONGEST_REASON, needed="Say what is wrong with it.")
    if review.is_hidden:
        raise ReviewHidden("It is hidden already.")
    report = ReviewReport(
        review=review, vendor_id=review.vendor_id, reporter_kind=kind, reporter_id=by, words=words, at=clock.now()
    )
    # ON CONFLICT DO NOTHING without naming the index: neither the storefront's role nor a vendor's reads reports.
    ReviewReport.objects.bulk_create([report], ignore_conflicts=True)


@transaction.atomic
def hide_review(*, review_id: UUID, reason: str, by: UUID) -> Review:
    """Take it off every page and out of every count, and tell its author and the shop why; reports of it are settled.
    Hidden already, it stays as it is. Raises InvalidInput at `reason`.
    """
    reason = clean_words(
        reason, field="reason", longest=LONGEST_REASON, needed="Say why: its author and the shop read it."
    )
    review = _lock(review_id)
    if review.is_hidden:
        return review
    review.hidden_at, review.hidden_by, review.hidden_reason = clock.now(), by, reason
    return _moderated(review, "hidden", by, {"reason": reason})


@transaction.atomic
def restore_review(*, review_id: UUID, by: UUID) -> Review:
    """Show it and count it again. Twice is once."""
    review = _lock(review_id)
    if not review.is_hidden:
        return review
    reason = review.hidden_reason
    review.hidden_at, review.hidden_by, review.hidden_reason = None, None, ""
    return _moderated(review, "restored", by, {"was_hidden_for": reason})


@transaction.atomic
def keep_review(*, review_id: UUID, by: UUID) -> int:
    """Leave it seen in spite of what was reported; gives how many reports were settled."""
    review = _lock(review_id)
    settled = _settle_reports(review, by)
    if settled:
        _note(review, "kept", by, {"reports": settled})
    return settled


def has_come(part: VendorOrder, line: OrderLine | None) -> bool:
    """Whether something of the line, or of the vendor order, was delivered."""
    came = Parcel.objects.filter(vendor_order=part, delivered_at__isnull=False)
    return came.filter(lines__order_line=line).exists() if line else came.exists()


def _stars(rating: int | None) -> int:
    if rating is None or not 1 <= rating <= 5:
        raise InvalidInput("Choose one to five stars.", field="rating")
    return rating


def _lock(review_id: UUID) -> Review:
    part_id = Review.objects.values_list("vendor_order_id", flat=True).get(id=review_id)
    VendorOrder.objects.select_for_update(no_key=True).get(id=part_id)
    return Review.objects.select_for_update(of=("self",)).get(id=review_id)


def _keep_photos(review: Review, photos: Sequence[Encoded]) -> None:
    if not photos:
        return
    review.photos.all().delete()
    ReviewPhoto.objects.bulk_create(
        ReviewPhoto(
            review=review,
            vendor_id=review.vendor_id,
            hash=photo.hash,
            content=photo.files[PHOTO[0]],
            width=photo.width,
            height=photo.height,
        )
        for photo in photos
    )


def _count_stars(review: Review) -> None:
    """Count anew what is seen, under the lock of the row that shows it: whoever waited for it counts what came before."""
    row: Any = (
        Listing.objects.filter(id=review.listing_id)
        if review.listing_id
        else VendorCard.objects.filter(vendor_id=review.vendor_id)
    )
    list(row.select_for_update(no_key=True).values_list("pk"))
    same = {"listing_id": review.listing_id} if review.listing_id else {"vendor_id": review.vendor_id}
    seen = Review.objects.seen().filter(subject=review.subject, **same)
    found = seen.aggregate(count=Count("id"), stars=Sum("rating"))
    row.update(rating_count=found["count"], rating_sum=found["stars"] or 0)


def _settle_reports(review: Review, by: UUID) -> int:
    return review.reports.filter(settled_at=None).update(settled_at=clock.now(), settled_by=by)


def _moderated(review: Review, step: str, by: UUID, data: dict[str, Any]) -> Review:
    review.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _settle_reports(review, by)
    _count_stars(review)
    _note(review, step, by, data)
    announce(f"review.{step}", vendor_id=review.vendor_id, payload={"review": str(review.id)})
    return review


def _note(review: Review, step: str, by: UUID, data: dict[str, Any]) -> None:
    record(
        action=f"review.{step}",
        subject=f"review:{review.id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=review.vendor_id,
        data=data,
    )
