"""What buyers say of what they bought and of who sold it; the shop's reply; and what others have against a review."""

from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import OrderLine, VendorOrder


class Subject(models.TextChoices):
    PRODUCT = "product", "The article"
    VENDOR = "vendor", "The shop"


class ReviewSet(models.QuerySet["Review"]):
    def seen(self) -> "ReviewSet":
        """Those that are shown and counted."""
        return self.filter(hidden_at=None)

    def with_photos(self) -> "ReviewSet":
        """Each with `photo_ids`, in the same statement and without the pictures themselves."""
        photos = ReviewPhoto.objects.filter(review=OuterRef("pk")).order_by("id").values("id")
        return self.annotate(photo_ids=ArraySubquery(photos))


class Review(models.Model):
    """One buyer's words: of an order line that came, or of the shop a vendor order came from. One of each, ever.

    Whose it is, the order says: `author` is only what the buyer wants to be called, and all that anybody else learns.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=7, choices=Subject)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="reviews")
    order_line = models.OneToOneField(OrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="review")
    vendor_id = models.UUIDField()
    listing_id = models.UUIDField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(help_text="stars, 1 to 5")
    title = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)
    author = models.CharField(max_length=60, blank=True)
    written_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(blank=True, default="", db_default="")
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.UUIDField(null=True, blank=True, help_text="the member's user")
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.UUIDField(null=True, blank=True, help_text="the member of staff's user")
    hidden_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    objects = ReviewSet.as_manager()
    photo_ids: "list[UUID]"

    access = Access(
        store="select insert update(rating, title, words, author, edited_at)",
        vendor="select update(reply, replied_at, replied_by)",
        # What was hidden is not answered any more.
        vendor_check="hidden_at IS NULL",
    )
    personal = Personal(
        "Reviews",
        order="vendor_order__order_id",
        blank={"author": ""},
        choice={"title": "", "words": ""},
        keep={"reply": "the shop's words", "hidden_reason": "the staff's words"},
        more=("rating", "written_at"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_1_to_5"),
            models.CheckConstraint(
                condition=Q(subject="product", order_line__isnull=False, listing_id__isnull=False)
                | Q(subject="vendor", order_line__isnull=True, listing_id__isnull=True),
                name="review_of_a_line_or_a_vendor",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True, hidden_reason="")
                | (Q(hidden_at__isnull=False) & ~Q(hidden_reason="")),
                name="review_hidden_with_reason",
            ),
            models.UniqueConstraint(
                fields=["vendor_order"], condition=Q(subject="vendor"), name="review_of_a_vendor_once"
            ),
        ]
        indexes = [
            models.Index(fields=["listing_id", "-id"], condition=Q(hidden_at=None), name="review_listing"),
            models.Index(fields=["vendor_id", "-id"], name="review_vendor"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.rating} of 5"

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def signed(self) -> str:
        """Who says it, as everybody reads it."""
        return self.author or "A customer"


class ReviewPhoto(models.Model):
    """A picture that came with a review, as we encoded it. It lies in the row: what hides the review hides it at once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="photos")
    vendor_id = models.UUIDField()
    hash = models.CharField(max_length=32, help_text="of what was sent: the same picture is taken once")
    content = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    access = Access(store="select insert delete", vendor="select")
    personal = Personal(
        "Photos of your reviews",
        order="review__vendor_order__order_id",
        delete="choice",
        keep={"content": "public, and the person left it so"},
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "hash"], name="review_photo_once")]


class ReviewReport(models.Model):
    """Somebody finds that a review should not be seen. Each says so once; staff settles all of a review together.

    Nobody but staff reads who said it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reports")
    vendor_id = models.UUIDField()
    reporter_kind = models.CharField(max_length=12, help_text="customer or member")
    reporter_id = models.UUIDField(help_text="the user")
    words = models.CharField(max_length=500)
    at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True, help_text="the member of staff's user")

    access = Access(
        store="insert",
        vendor="insert",
        # Of the reviews a vendor's role can read, which are its own.
        vendor_check="reporter_kind = 'member' AND settled_at IS NULL"
        " AND review_id IN (SELECT r.id FROM public.reviews_review r)",
    )
    personal = Personal(
        "Reviews you reported",
        user="reporter_id",
        only={"reporter_kind": "customer"},
        blank={"words": ""},
        more=("at",),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "reporter_id"], name="review_report_once")]
        indexes = [models.Index(fields=["review"], condition=Q(settled_at=None), name="review_report_open")]
