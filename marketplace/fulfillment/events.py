"""What follows when a vendor ships and delivers: the customer's mail, and the date the vendor's money is released."""

from billing.payouts import actions as payouts
from marketplace.fulfillment.models import Parcel
from marketplace.orders.links import order_url
from marketplace.orders.models import VendorOrder
from notifications.actions import send
from outbox.models import Fact


def mail_shipped(fact: Fact) -> None:
    """After: tell the customer how to follow the parcel; not one that they have just picked up."""
    parcel = _parcel_of(fact)
    if not parcel.vendor_order.is_fetched:
        _mail(f"parcel_shipped:{parcel.id}", "parcel_shipped", parcel)


def mail_ready(fact: Fact) -> None:
    """After: tell the customer that what they pick up is packed, and where it is. It may have been unpacked since."""
    parcel = Parcel.objects.select_related("vendor_order__order").filter(id=fact.payload["parcel"]).first()
    if parcel is not None and parcel.vendor_order.is_fetched and parcel.delivered_at is None:
        _mail(f"parcel_ready:{parcel.id}", "parcel_ready", parcel)


def mail_corrected(fact: Fact) -> None:
    """After: tell the customer how the parcel is really followed, unless it has arrived."""
    parcel = _parcel_of(fact)
    if parcel.delivered_at is None:
        _mail(f"parcel_tracking_corrected:{fact.id}", "parcel_tracking_corrected", parcel)


def mail_delivered(fact: Fact) -> None:
    """After: tell the customer that a parcel has arrived; not one that they have just picked up."""
    parcel = _parcel_of(fact)
    if parcel.delivered_at is not None and not parcel.vendor_order.is_fetched:
        _mail(f"parcel_delivered:{parcel.id}", "parcel_delivered", parcel)


def mail_accepted(fact: Fact) -> None:
    """After: tell the customer that the shop has taken it on."""
    part = VendorOrder.objects.select_related("order").get(id=fact.payload["vendor_order"])
    if part.accepted_at is not None and part.canceled_at is None:
        context = {"part": part, "order": part.order, "url": order_url(part.order)}
        send(f"order_accepted:{part.id}", "order_accepted", part.order.email, context, about=part.order_id)


def _parcel_of(fact: Fact) -> Parcel:
    return Parcel.objects.select_related("vendor_order__order").get(id=fact.payload["parcel"])


def _mail(key: str, template: str, parcel: Parcel) -> None:
    order = parcel.vendor_order.order
    lines = list(parcel.lines.select_related("order_line"))
    context = {"parcel": parcel, "part": parcel.vendor_order, "order": order, "lines": lines, "url": order_url(order)}
    send(key, template, order.email, context, about=order.id)


def release_after_delivery(fact: Fact) -> None:
    """After: the hold on the vendor's earnings runs from delivery."""
    part = VendorOrder.objects.get(id=fact.payload["vendor_order"])
    if part.delivered_at is not None:
        payouts.delivered(reference_id=part.id, delivered_at=part.delivered_at)
