"""Saying something, reading it, reporting a thread, and staff reading one.

Locked in this order: vendor order, thread.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import IO
from uuid import UUID

from django.db import transaction
from django.db.models import F

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from marketplace.messages.models import Message, MessagePhoto, Thread
from marketplace.messages.queries import messages_of
from marketplace.orders.models import VendorOrder
from marketplace.orders.photos import encode_each
from marketplace.orders.words import clean_words
from outbox.actions import announce
from tenants.shop.catalog.pictures import Encoded

LONGEST_TEXT, LONGEST_REASON = 2000, 500
MOST_PHOTOS = 4
PHOTO = (1280, 1280)
MOST_AN_HOUR = 20


class TooManyMessages(Conflict):
    """One side has said much within an hour."""

    code = "too_many_messages"


class NothingToTalkAbout(Conflict):
    """The order is not paid, so no shop knows of it."""

    code = "order_not_paid"


class NotReadable(NotAllowed):
    """Neither side has asked for staff to read it."""

    code = "thread_private"


def encode_photos(files: Sequence[IO[bytes]]) -> list[Encoded]:
    """What came with a message, in our own encoding. Raises InvalidPicture, TooManyPhotos, at `photos`."""
    return encode_each(files, [PHOTO], most=MOST_PHOTOS)


@transaction.atomic
def say(*, vendor_order_id: UUID, text: str, kind: str, by: UUID | None, photos: Sequence[Encoded] = ()) -> Message:
    """Say something to the other side; `kind` is customer or member. What is sent twice in a row is said once.

    Who may is checked by whoever opened the order. Raises NothingToTalkAbout, TooManyMessages, InvalidInput at `text`,
    VendorOrder.DoesNotExist for another vendor's.
    """
    text = clean_words(text, field="text", longest=LONGEST_TEXT)
    if not text and not photos:
        raise InvalidInput("Write what you want to say.", field="text")
    part = VendorOrder.objects.select_for_update(no_key=True).get(id=vendor_order_id)
    if part.paid_at is None:
        raise NothingToTalkAbout("The shop hears of this order once it is paid.")
    now = clock.now()
    thread = Thread.objects.filter(vendor_order=part).first()
    if thread is None:
        thread = Thread(vendor_order=part, vendor_id=part.vendor_id, last_at=now, last_kind=kind)
        thread.save(force_insert=True)
        last = None
    else:
        last = thread.messages.order_by("-at", "-id").first()
    same = last is not None and (last.text, last.author_kind, last.author_id) == (text, kind, by)
    if last is not None and same and _photos_of(last) == {photo.hash for photo in photos}:
        return last
    if thread.messages.filter(author_kind=kind, at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise TooManyMessages(f"At most {MOST_AN_HOUR} messages an hour. Give the other side time to answer.")
    # A burst is what one side says until the other has read it: it is mailed once.
    is_first = thread.last_kind != kind or last is None or _has_read(thread, kind)
    message = Message.objects.create(
        thread=thread, vendor_id=part.vendor_id, author_kind=kind, author_id=by, text=text, at=now
    )
    MessagePhoto.objects.bulk_create(
        MessagePhoto(message=message, vendor_id=part.vendor_id, hash=photo.hash, content=photo.files[PHOTO[0]])
        for photo in photos
    )
    # Whoever answers has read what was there.
    read = "customer_read_at" if kind == "customer" else "member_read_at"
    Thread.objects.filter(id=thread.id).update(last_at=now, last_kind=kind, **{read: now})
    if is_first:
        name = "shop.message_sent" if kind == "member" else "message.sent"
        announce(name, vendor_id=part.vendor_id, payload={"message": str(message.id)})
    return message


@transaction.atomic
def mark_read(*, thread: Thread, kind: str) -> None:
    """One side has seen all that is there."""
    waits = thread.waits_for_customer if kind == "customer" else thread.waits_for_member
    if waits:
        read = "customer_read_at" if kind == "customer" else "member_read_at"
        Thread.objects.filter(id=thread.id, last_at=thread.last_at).update(**{read: F("last_at")})


@transaction.atomic
def report_thread(*, thread: Thread, words: str, kind: str, by: UUID | None) -> Thread:
    """Have staff read it, and say why; reported already, it stays as it is. Raises InvalidInput at `words`."""
    words = clean_words(words, field="words", longest=LONGEST_REASON, needed="Say what is wrong.")
    VendorOrder.objects.select_for_update(no_key=True).get(id=thread.vendor_order_id)
    thread = Thread.objects.get(id=thread.id)
    if thread.is_reported:
        return thread
    thread.reported_at, thread.reported_kind, thread.reported_why = clock.now(), kind, words
    thread.save(update_fields=["reported_at", "reported_kind", "reported_why"])
    action = "shop.thread_reported" if kind == "member" else "thread.reported"
    record(
        action=action,
        subject=f"thread:{thread.id}",
        actor_kind=kind if by else "system",
        actor_id=by,
        vendor_id=thread.vendor_id,
    )
    return thread


@transaction.atomic
def settle_report(*, thread_id: UUID, by: UUID) -> Thread:
    """Staff has looked at it; the thread is private again. Twice is once."""
    thread = Thread.objects.select_for_update(of=("self",)).get(id=thread_id)
    if thread.is_reported:
        thread.settled_at = clock.now()
        thread.save(update_fields=["settled_at"])
        _note(thread, "settled", by)
    return thread


@transaction.atomic
def read_as_staff(*, thread: Thread, has_claim: bool, by: UUID) -> list[Message]:
    """What was said, for staff, while a claim about the order is open or a side has reported it; who reads is written down.

    Raises NotReadable.
    """
    if not (has_claim or thread.is_reported):
        raise NotReadable("Only while a claim is open, or when one of the two has reported it.")
    _note(thread, "read", by)
    return messages_of(thread)


def _photos_of(message: Message) -> set[str]:
    return set(message.photos.values_list("hash", flat=True))


def _has_read(thread: Thread, kind: str) -> bool:
    """Whether the other side has read what this one said last."""
    return not (thread.waits_for_member if kind == "customer" else thread.waits_for_customer)


def _note(thread: Thread, step: str, by: UUID) -> None:
    record(
        action=f"thread.{step}",
        subject=f"thread:{thread.id}",
        actor_kind="staff",
        actor_id=by,
        vendor_id=thread.vendor_id,
    )
