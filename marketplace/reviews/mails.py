"""Who is mailed at which step of a review: one table, every step once."""

from datetime import timedelta

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat, Lower

from kit import clock
from kit.links import absolute_url
from marketplace.orders.links import order_url
from marketplace.orders.models import Fulfillment, Order, OrderLine, VendorOrder
from marketplace.reviews.models import Review
from notifications.actions import send
from notifications.models import Mail, MailRefusal
from outbox.models import Fact
from tenants.vendors.models import Vendor

ASKED = "review_wanted"
CUSTOMER, VENDOR = "customer", "member"

# step: whom, the subject, and what it says.
MAILS: dict[str, dict[str, tuple[str, str]]] = {
    "written": {
        VENDOR: ("A customer gave {stars} stars to {what}", "You can answer: everybody reads it under the review.")
    },
    "answered": {CUSTOMER: ("{vendor} has answered your review", "It stands under your review of {what}.")},
    "hidden": {
        CUSTOMER: ("We have hidden your review of {what}", "It is not shown and not counted any more. The reason:"),
        VENDOR: ("A review of {what} is hidden", "It is not shown and not counted any more. The reason:"),
    },
    "restored": {
        CUSTOMER: ("Your review of {what} is shown again", "It counts again as well."),
        VENDOR: ("A review of {what} is shown again", "It counts again as well."),
    },
}


def tell_of_review(fact: Fact) -> None:
    """After: whoever the table names for this step."""
    step = fact.name.rpartition(".")[2].removeprefix("review_")
    found = Review.objects.select_related("vendor_order__order", "order_line").filter(id=fact.payload["review"]).first()
    if found is None:
        return
    part = found.vendor_order
    words = {
        "vendor": part.vendor_name,
        "stars": found.rating,
        "what": found.order_line.title if found.order_line else part.vendor_name,
    }
    note = {"written": found.words, "answered": found.reply, "hidden": found.hidden_reason}.get(step, "")
    for whom, (subject, text) in MAILS[step].items():
        url = order_url(part.order)
        to, vendor_id = part.order.email, None
        if whom == VENDOR:
            url = absolute_url("portal", f"/reviews/{found.id}/", vendor=part.vendor_slug)
            to, vendor_id = Vendor.objects.get(id=found.vendor_id).email, found.vendor_id
        context = {"subject": subject.format(**words), "text": text.format(**words), "note": note, "url": url}
        send(f"review:{fact.id}:{whom}", "review_news", to, context, vendor_id=vendor_id, about=part.order_id)


def ask_for_reviews(batch: int = 200) -> int:
    """Ask once of each order that has come whole and of which nothing was said; gives how many. `REVIEW_REQUEST_DAYS` says
    after how many days; what came longer ago than two days more is left alone."""
    days = settings.REVIEW_REQUEST_DAYS
    if not days:
        return 0
    until = clock.now() - timedelta(days=days)
    parts = VendorOrder.objects.filter(order=OuterRef("pk"), paid_at__isnull=False)
    lately = parts.filter(delivered_at__lte=until, delivered_at__gt=until - timedelta(days=2))
    under_way = parts.exclude(fulfillment=Fulfillment.CANCELED).exclude(delivered_at__lte=until)
    asked = Mail.objects.filter(key=Concat(Value(f"{ASKED}:"), Cast(OuterRef("pk"), CharField())))
    refused = MailRefusal.objects.filter(email=Lower(OuterRef("email")), topic="reviews")
    said = Review.objects.filter(vendor_order__order=OuterRef("pk"))
    orders = Order.objects.filter(Exists(lately), ~Exists(under_way), ~Exists(asked), ~Exists(refused), ~Exists(said))
    sent = 0
    for order in orders.order_by("id")[:batch]:
        lines = OrderLine.objects.filter(vendor_order__order=order, vendor_order__delivered_at__isnull=False)
        context = {"order": order, "lines": list(lines), "url": order_url(order)}
        send(f"{ASKED}:{order.id}", ASKED, order.email, context, about=order.id)
        sent += 1
    return sent
