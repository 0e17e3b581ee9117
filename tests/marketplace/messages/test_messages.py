"""What customers and shops say to each other: between the two, mailed once a burst, and read by staff only when asked to."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from kit.errors import InvalidInput
from kit.ids import uuid7
from marketplace.messages.actions import (
    MOST_AN_HOUR,
    NothingToTalkAbout,
    NotReadable,
    TooManyMessages,
    encode_photos,
    mark_read,
    read_as_staff,
    report_thread,
    say,
    settle_report,
)
from marketplace.messages.models import Message, MessagePhoto, Thread
from marketplace.messages.queries import unread_of_vendor
from marketplace.orders.links import access_token
from marketplace.orders.models import VendorOrder
from notifications.models import Mail
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import bind_vendor
from tests.marketplace.web.storefront.test_returns import picture, statements
from tests.support.going_back import moved, photo

MEMBER = uuid7()


def from_customer(bought, text="Is it warm white?", **more):
    return say(vendor_order_id=bought.lamps.id, text=text, kind="customer", by=None, **more)


def from_shop(bought, text="It is."):
    return say(vendor_order_id=bought.lamps.id, text=text, kind="member", by=MEMBER)


def mails():
    while deliver_facts():
        pass
    return [*Mail.objects.filter(template="message_new").order_by("created_at").values_list("to", "subject")]


def test_a_burst_is_mailed_once_and_what_is_sent_twice_is_said_once(bought):
    part = bought.lamps
    first = from_customer(bought, " Is it <warm>?\u202e ", photos=encode_photos([photo(), photo()]))
    assert (first.text, first.photos.count()) == ("Is it <warm>?", 1)
    assert from_customer(bought, "Is it <warm>?", photos=encode_photos([photo()])).id == first.id
    from_customer(bought, "And how bright?")
    to_shop = (bought.lamp.vendor.email, f"A customer wrote about order {part.number}")
    assert mails() == mails() == [to_shop]
    assert unread_of_vendor(part.vendor_id) == 1
    from_shop(bought)
    from_shop(bought, "450 lumen.")
    to_customer = (bought.order.email, f"Lindqvist wrote about order {part.number}")
    assert mails() == [to_shop, to_customer]
    assert unread_of_vendor(part.vendor_id) == 0
    from_customer(bought, "Thanks")
    assert mails() == [to_shop, to_customer, to_shop]
    mark_read(thread=Thread.objects.get(), kind="member")
    from_customer(bought, "One more thing")
    assert len(mails()) == 4
    assert MessagePhoto.objects.count() == 1
    assert {*Mail.objects.filter(template="message_new").values_list("private", "about")} == {(True, part.order_id)}


def test_what_cannot_be_said_is_refused_at_its_field(bought):
    for text, more in (("  ", {}), ("x" * 2001, {})):
        with pytest.raises(InvalidInput) as refused:
            from_customer(bought, text, **more)
        assert refused.value.field == "text"
    for turn in range(MOST_AN_HOUR):
        from_customer(bought, f"Hello {turn}")
    with pytest.raises(TooManyMessages):
        from_customer(bought, "Hello again")
    from_shop(bought)  # the other side is not kept from answering
    VendorOrder.objects.filter(id=bought.soaps.id).update(paid_at=None)
    with pytest.raises(NothingToTalkAbout):
        say(vendor_order_id=bought.soaps.id, text="Hello", kind="customer", by=None)
    with moved(days=1):
        from_customer(bought, "Hello again")


def test_staff_read_only_what_was_reported_or_claimed_and_that_they_did_is_written_down(bought):
    from_customer(bought)
    thread, staff = Thread.objects.get(), uuid7()
    with pytest.raises(NotReadable):
        read_as_staff(thread=thread, has_claim=False, by=staff)
    assert len(read_as_staff(thread=thread, has_claim=True, by=staff)) == 1
    for _ in range(2):
        thread = report_thread(thread=thread, words="Rude", kind="customer", by=None)
    assert len(read_as_staff(thread=thread, has_claim=False, by=staff)) == 1
    settle_report(thread_id=thread.id, by=staff)
    thread = settle_report(thread_id=thread.id, by=staff)
    with pytest.raises(NotReadable):
        read_as_staff(thread=thread, has_claim=False, by=staff)
    assert report_thread(thread=thread, words="Again", kind="member", by=MEMBER).is_reported
    entries = AuditEntry.objects.filter(subject=f"thread:{thread.id}").order_by("at", "id")
    assert [entry.action for entry in entries] == [
        "thread.read",
        "thread.reported",
        "thread.read",
        "thread.settled",
        "shop.thread_reported",
    ]
    assert all(entry.data == {} for entry in entries)


@pytest.mark.django_db(transaction=True)
def test_a_shops_role_says_its_side_of_its_own_orders_and_nothing_else(bought):
    from_customer(bought)
    message = say(vendor_order_id=bought.soaps.id, text="To Moreau", kind="customer", by=None)
    theirs, mine = message.thread, Thread.objects.get(vendor_order=bought.lamps)
    with bind_vendor(bought.lamp.vendor):
        assert [*Message.objects.values_list("text", flat=True)] == ["Is it warm white?"]
        from_shop(bought)
        for refused in (
            lambda: Message.objects.create(
                thread_id=mine.id, vendor_id=mine.vendor_id, author_kind="customer", text="I am the customer"
            ),
            lambda: Message.objects.create(
                thread_id=theirs.id, vendor_id=mine.vendor_id, author_kind="member", text="In another's thread"
            ),
            lambda: Message.objects.update(text="Never said"),
            lambda: Thread.objects.update(settled_at=mine.last_at),
            lambda: Thread.objects.update(customer_read_at=mine.last_at),
            lambda: MessagePhoto.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                refused()
        assert Thread.objects.filter(id=theirs.id).update(last_kind="member") == 0
    assert [*Message.objects.order_by("at").values_list("text", flat=True)] == [
        "Is it warm white?",
        "To Moreau",
        "It is.",
    ]


def test_a_guest_by_the_link_and_the_shop_talk_on_their_pages(bought, shopper, another, desk_of, desk):
    order, part = bought.order, bought.lamps
    here = f"/orders/{order.number}/messages/{part.id}/"
    assert another().get(here).status_code == 404
    shopper.get(f"/orders/{order.number}/?key={access_token(order.id)}")
    assert f'href="{here}"' in shopper.text(f"/orders/{order.number}/")
    assert shopper.get(f"/orders/{order.number}/messages/{uuid7()}/").status_code == 404
    for given, problem in (
        ({"text": ""}, "text-problem"),
        ({"text": "x", "photos": [picture() for _ in range(5)]}, "photos-problem"),
    ):
        answer = shopper.post(here, given)
        assert (answer.status_code, f'id="{problem}"' in answer.content.decode()) == (422, True)
    assert shopper.post(here, {"text": "<b>Warm</b>?", "photos": picture()}).status_code == 303
    count, page = statements(shopper, here)
    assert (count <= 8, "&lt;b&gt;Warm&lt;/b&gt;?" in page) == (True, True), count
    shown = MessagePhoto.objects.get()
    assert shopper.get(f"{here}photos/{shown.id}/").content[:4] == b"RIFF"
    assert another().get(f"{here}photos/{shown.id}/").status_code == 404
    owner, other = desk_of(bought.lamp.vendor, "orders"), desk_of(bought.soap.vendor)
    assert part.number in owner.text("/messages/?state=unread")
    theirs = f"/orders/{part.id}/messages/"
    assert other.get(theirs).status_code == other.get(f"/messages/photos/{shown.id}/").status_code == 404
    assert "&lt;b&gt;Warm" in owner.text(theirs)
    assert owner.get(f"/messages/photos/{shown.id}/").content[:4] == b"RIFF"
    assert part.number not in owner.text("/messages/?state=unread")
    assert owner.post(theirs, {"text": "It is"}).status_code == 302
    assert "New" in shopper.text(f"/orders/{order.number}/")
    assert "It is" in shopper.text(here)
    assert shopper.post(f"{here}report/", {"words": ""}).status_code == 422
    support = desk("support")
    thread = Thread.objects.get()
    assert support.get(f"/messages/{thread.id}/").status_code == 403
    assert support.get(f"/messages/{thread.id}/photos/{shown.id}/").status_code == 404
    assert shopper.post(f"{here}report/", {"words": "He was rude"}).status_code == 303
    assert "He was rude" in support.get("/messages/").content.decode()
    assert "It is" in support.get(f"/messages/{thread.id}/").content.decode()
    assert support.post(f"/messages/{thread.id}/settling/").status_code == 302
    assert support.get(f"/messages/{thread.id}/").status_code == 403


def test_a_customer_sees_all_threads_and_what_is_new_in_the_account(bought, shopper, ada, sign_in):
    type(bought.order).objects.update(user=ada)
    from_customer(bought)
    from_shop(bought, "Look")
    sign_in(shopper, ada)
    assert '<span class="visually-hidden"> unread</span>' in shopper.text("/account/")
    count, page = statements(shopper, "/account/messages/")
    assert (count <= 8, "Lindqvist" in page, "New" in page) == (True, True, True), count
    shopper.get(f"/orders/{bought.order.number}/messages/{bought.lamps.id}/")
    assert "unread</span>" not in shopper.text("/account/")
