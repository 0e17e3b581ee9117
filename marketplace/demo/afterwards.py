"""What customers do once a parcel has come: tell how it was, send something back, turn to the platform.

Each is done once: who comes back to it finds it done.
"""

from uuid import UUID

from django.db import transaction

from marketplace.demo.history import Kind
from marketplace.orders.models import Order, VendorOrder
from marketplace.returns.actions import Actor
from marketplace.returns.answering import (
    Found,
    accept_return,
    decline_return,
    inspect_return,
    receive_return,
    refund_return,
    suggested_refund,
    where_to_send,
)
from marketplace.returns.asking import AskedLine, ask_return, say_sent
from marketplace.returns.claims import open_claim, say
from marketplace.returns.models import ClaimKind, RequestKind, Return, ReturnReason
from marketplace.returns.queries import facts_of, preview_of
from marketplace.reviews.actions import reply_to_review, report_review, write_review
from marketplace.reviews.models import Review
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.vendors.models import Member, Vendor

# (stars, title, words): of an article, then of a shop.
OF_ARTICLES = (
    (5, "Just as shown", "It looks the way it does in the pictures, and it was packed with care."),
    (5, "Again and again", "Our second one. The first is in daily use and still looks new."),
    (
        4,
        "Good, a little smaller than I thought",
        "Well made. I should have read the measurements; it fits all the same.",
    ),
    (5, "", "Exactly what I was looking for."),
    (4, "Well made", "Better than I expected at this price."),
    (3, "All right", "It does what it should, no more. For the price I had hoped for a little more."),
    (5, "A present that was kept", "My sister would not give it back."),
    (2, "Not for me", "Not what I had imagined from the description."),
)
OF_SHOPS = (
    (5, "Quick and friendly", "Sent the next day, with a note in the parcel."),
    (4, "Good packing", "Everything arrived whole. The tracking came a day late."),
    (5, "", "My question was answered within the hour."),
    (3, "It took a while", "The parcel came two days after the promised date; all was fine with it."),
)
ANSWER = "Thank you for telling us. Write to us and we will make it right."


def review(order: Order, vendor: Vendor, author: str, place: int, by: Member) -> None:
    """The customer tells of one article and of the shop; who gives less than four stars is answered."""
    with acting_as("store"):
        part = VendorOrder.objects.prefetch_related("lines").get(order=order, vendor_id=vendor.id)
        if Review.objects.filter(vendor_order=part).exists():
            return
        said = []
        for about, words in (
            (next(iter(part.lines.all())).id, OF_ARTICLES[place % len(OF_ARTICLES)]),
            (part.id, OF_SHOPS[place % len(OF_SHOPS)]),
        ):
            stars, title, text = words
            said.append(write_review(order=order, about=about, rating=stars, title=title, words=text, author=author))
    with bind_vendor(vendor):
        for each in said:
            if each.rating < 4:
                reply_to_review(review_id=each.id, words=ANSWER, by=by.user_id)
            if each.rating == 2:
                with transaction.atomic():
                    report_review(
                        review=each, words="This is about another shop, I think.", kind="member", by=by.user_id
                    )


def send_back(order: Order, vendor: Vendor, by: Member, how_far: Kind) -> None:
    """One article is to go back: it was only asked (SEND_BACK), it is there (SENT_BACK), its money was given back
    (GIVEN_BACK), or the shop declined and the customer has asked the platform (CLAIM).
    """
    customer, owner = Actor("customer", order.user_id), Actor("member", by.user_id, f"member:{by.role}")
    with acting_as("store"):
        part = VendorOrder.objects.prefetch_related("lines").get(order=order, vendor_id=vendor.id)
        if Return.objects.filter(vendor_order=part).exists():
            return
        line = next(iter(part.lines.all()))
        reason = ReturnReason.NOT_AS_DESCRIBED if how_far == Kind.CLAIM else ReturnReason.CHANGED_MIND
        words = "One corner is chipped." if how_far == Kind.CLAIM else "Not what I had in mind after all."
        returned = ask_return(
            order=order, vendor_order_id=part.id, lines=[AskedLine(line.id, 1, reason)], words=words, by=customer
        )
    if how_far == Kind.SEND_BACK:
        return
    if how_far == Kind.CLAIM:
        _decline(returned.id, vendor, customer, owner)
        return
    with bind_vendor(vendor):
        accept_return(return_id=returned.id, by=owner, send_to=where_to_send(vendor), note="Please keep the box.")
    with acting_as("store"):
        say_sent(return_id=returned.id, carrier="DHL", tracking_number="00340434292135100187", by=customer)
    with bind_vendor(vendor):
        receive_return(return_id=returned.id, by=owner)
    if how_far == Kind.GIVEN_BACK:
        _give_back(order, vendor, returned.id, line.id, owner)


def _decline(return_id: UUID, vendor: Vendor, customer: Actor, owner: Actor) -> None:
    with bind_vendor(vendor):
        declined = decline_return(
            return_id=return_id, by=owner, note="It left us whole: the picture we took while packing shows it."
        )
    with acting_as("store"):
        claim = open_claim(
            vendor_order_id=declined.vendor_order_id,
            kind=ClaimKind.DECLINED,
            words="It was chipped when I opened the parcel. I sent a picture the same evening.",
            by=customer,
            returned=declined,
        )
    with bind_vendor(vendor):
        say(claim=claim, text="We have the picture from packing, and the carrier's receipt.", by=owner)


def _give_back(order: Order, vendor: Vendor, return_id: UUID, line_id: UUID, owner: Actor) -> None:
    with bind_vendor(vendor):
        returned = inspect_return(return_id=return_id, by=owner, found={line_id: Found(ok=1, restock=1)})
        [facts] = facts_of(order.id, vendor_id=vendor.id)
        asks = [suggested_refund(returned, facts)]
        seen = preview_of(order.id, asks, kind=RequestKind.REFUND, vendor_id=vendor.id)
        refund_return(return_id=return_id, asks=asks, reason="Sent back", by=owner, digest=seen.digest)
