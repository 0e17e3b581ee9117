"""Reading threads: of an order, of a customer, of a vendor, and what was reported."""

from uuid import UUID

from django.db.models import F, Q

from kit.pagination import Page, keyset_page
from marketplace.messages.models import Message, MessagePhoto, Thread
from marketplace.orders.models import VendorOrder

WAITS_FOR_MEMBER = Q(last_kind="customer") & (Q(member_read_at=None) | Q(member_read_at__lt=F("last_at")))
REPORTED = Q(reported_at__isnull=False) & (Q(settled_at=None) | Q(settled_at__lt=F("reported_at")))
WAITS_FOR_CUSTOMER = Q(last_kind="member") & (Q(customer_read_at=None) | Q(customer_read_at__lt=F("last_at")))


def thread_of(part: VendorOrder) -> Thread | None:
    return Thread.objects.filter(vendor_order=part).first()


def messages_of(thread: Thread | None) -> list[Message]:
    """Oldest first, each with its photos without their content. Two statements."""
    if thread is None:
        return []
    found = list(thread.messages.all())
    photos: dict[UUID, list[MessagePhoto]] = {}
    for photo in MessagePhoto.objects.filter(message__in=found).defer("content"):
        photos.setdefault(photo.message_id, []).append(photo)
    for message in found:
        message.shown_photos = photos.get(message.id, [])
    return found


def photo_of(photo_id: UUID, *, thread: Thread) -> MessagePhoto | None:
    return MessagePhoto.objects.filter(id=photo_id, message__thread=thread).first()


def unread_of_customer(user_id: UUID) -> int:
    """How many threads of a customer's orders have something new."""
    return Thread.objects.filter(WAITS_FOR_CUSTOMER, vendor_order__order__user_id=user_id).count()


def threads_of_customer(user_id: UUID, *, cursor: str | None = None, size: int = 20) -> Page[Thread]:
    """A customer's, newest first. Raises InvalidInput on a bad cursor."""
    rows = Thread.objects.filter(vendor_order__order__user_id=user_id).select_related("vendor_order__order")
    return keyset_page(rows, order=("-last_at", "-id"), cursor=cursor, size=size)


def unread_of_vendor(vendor_id: UUID) -> int:
    return Thread.objects.filter(WAITS_FOR_MEMBER, vendor_id=vendor_id).count()


def threads_of_vendor(
    vendor_id: UUID, *, unread: bool = False, cursor: str | None = None, size: int = 20
) -> Page[Thread]:
    """A vendor's, newest first. Raises InvalidInput on a bad cursor."""
    rows = Thread.objects.filter(vendor_id=vendor_id).select_related("vendor_order")
    if unread:
        rows = rows.filter(WAITS_FOR_MEMBER)
    return keyset_page(rows, order=("-last_at", "-id"), cursor=cursor, size=size)


def threads_reported(*, cursor: str | None = None, size: int = 50) -> Page[Thread]:
    """What one of the two wants staff to read, newest first, open ones and those done with."""
    rows = Thread.objects.filter(reported_at__isnull=False).select_related("vendor_order")
    return keyset_page(rows, order=("-reported_at", "-id"), cursor=cursor, size=size)
