"""What follows when a vendor ships and delivers: the customer's mail, and the date the vendor's money is released."""

from billing.payouts import actions as payouts
from marketplace.fulfillment.models import Parcel
from marketplace.orders.links import order_url
from marketplace.orders.models import VendorOrder
from notifications.actions import send
from outbox.models import Fact


def mail_shipped(fact: Fact) -> None:
    """After: tell the customer how to follow the parcel."""
    parcel = Parcel.objects.select_related("vendor_order__order").get(id=fact.payload["parcel"])
    order = parcel.vendor_order.order
    lines = list(parcel.lines.select_related("order_line"))
    send(
        f"parcel_shipped:{parcel.id}",
        "parcel_shipped",
        order.email,
        {"parcel": parcel, "part": parcel.vendor_order, "order": order, "lines": lines, "url": order_url(order)},
    )


def release_after_delivery(fact: Fact) -> None:
    """After: the hold on the vendor's earnings runs from delivery."""
    part = VendorOrder.objects.get(id=fact.payload["vendor_order"])
    if part.delivered_at is not None:
        payouts.delivered(reference_id=part.id, delivered_at=part.delivered_at)
