"""What a customer and a vendor say to each other about a vendor order: one thread, which nobody else reads."""

from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.orders.models import VendorOrder


class Thread(models.Model):
    """All that was said of one vendor order, begun with the first words.

    `..._read_at` is how far each side has read; `reported_at` is since when staff may read it, because a side asked for that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_order = models.OneToOneField(VendorOrder, on_delete=models.PROTECT, related_name="thread")
    vendor_id = models.UUIDField()
    last_at = models.DateTimeField(default=clock.now)
    last_kind = models.CharField(max_length=12, help_text="whose words the last were: customer or member")
    customer_read_at = models.DateTimeField(null=True, blank=True)
    member_read_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_kind = models.CharField(max_length=12, blank=True)
    reported_why = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="when staff was last done with a report")

    access = Access(
        store="select insert update(last_at, last_kind, customer_read_at, reported_at, reported_kind, reported_why)",
        vendor="select insert update(last_at, last_kind, member_read_at, reported_at, reported_kind, reported_why)",
    )
    personal = Personal(
        "Talks with shops",
        order="vendor_order__order_id",
        blank={"reported_why": ""},
        more=("last_at", "customer_read_at"),
    )

    class Meta:
        indexes = [
            models.Index(fields=["vendor_id", "-last_at", "-id"], name="thread_vendor"),
            models.Index(fields=["reported_at"], name="thread_reported", condition=Q(reported_at__isnull=False)),
        ]

    @property
    def waits_for_member(self) -> bool:
        """Whether the vendor has not read what the customer said last."""
        return self.last_kind == "customer" and (self.member_read_at is None or self.member_read_at < self.last_at)

    @property
    def waits_for_customer(self) -> bool:
        return self.last_kind == "member" and (self.customer_read_at is None or self.customer_read_at < self.last_at)

    @property
    def is_reported(self) -> bool:
        return self.reported_at is not None and (self.settled_at is None or self.settled_at < self.reported_at)


class Message(models.Model):
    """What one side said. It stays as it was said."""

    shown_photos: "list[MessagePhoto]"  # known once the thread was read
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    vendor_id = models.UUIDField()
    author_kind = models.CharField(max_length=12, help_text="customer or member")
    author_id = models.UUIDField(null=True, blank=True, help_text="the user; none for a guest")
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)

    access = Access(
        store=APPEND,
        vendor=APPEND,
        platform="select insert update(text)",  # erased with whoever it was said by, or to
        vendor_check="author_kind = 'member'",
    )
    personal = Personal(
        "Messages with shops",
        order="thread__vendor_order__order_id",
        blank={"text": ""},
        more=("author_kind", "at"),
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["author_kind", "author_id", "-at"], name="message_author")]


class MessagePhoto(models.Model):
    """A picture that came with a message, as we encoded it: private to both sides, and to staff who may read the thread.

    It lies in the row, so that what opens the message opens it, and erasing it leaves no file behind.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="photos")
    vendor_id = models.UUIDField()
    hash = models.CharField(max_length=32, help_text="of what was sent: the same picture is taken once")
    content = models.BinaryField()

    access = Access(store=APPEND, vendor=APPEND)
    personal = Personal(
        "Pictures in messages", order="message__thread__vendor_order__order_id", delete=True, more=("content",)
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["message", "hash"], name="message_photo_once")]
