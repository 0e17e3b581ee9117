"""Who is mailed of a message: the other side, once until it has read what was said."""

from kit.links import absolute_url
from marketplace.messages.models import Message
from marketplace.orders.links import order_url
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors.models import Vendor

QUOTED = 300


def tell_of_message(fact: Fact) -> None:
    """After: the first of a burst is mailed; what follows is on the page."""
    found = Message.objects.select_related("thread__vendor_order__order").filter(id=fact.payload["message"]).first()
    if found is None:
        return
    part = found.thread.vendor_order
    context = {
        "number": part.number,
        "text": found.text[:QUOTED] + ("…" if len(found.text) > QUOTED else ""),
        "has_photos": found.photos.exists(),
    }
    if found.author_kind == "member":
        url = order_url(part.order)
        send(
            f"message:{found.id}",
            "message_new",
            part.order.email,
            {**context, "who": part.vendor_name, "url": url},
            private=True,  # what two say to each other is read by staff where that is written down, and nowhere else
            about=part.order_id,
        )
    else:
        vendor = Vendor.objects.get(id=found.vendor_id)
        url = absolute_url("portal", f"/orders/{part.id}/messages/", vendor=part.vendor_slug)
        send(
            f"message:{found.id}",
            "message_new",
            vendor.email,
            {**context, "who": "A customer", "url": url},
            vendor_id=vendor.id,
            private=True,
            about=part.order_id,
        )
