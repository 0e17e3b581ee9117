"""People who bought the same lamp, and what they say of it."""

from kit import clock
from kit.ids import uuid7
from marketplace.catalog.models import Listing, VendorCard
from marketplace.fulfillment.models import Parcel, ParcelLine
from marketplace.orders.models import Order, OrderLine, VendorOrder
from marketplace.reviews.actions import write_review


def bought_too(bought, count):
    """So many further orders of the same lamps, each come: (order, line)."""
    found = []
    for number in range(count):
        order, part = Order.objects.get(id=bought.order.id), VendorOrder.objects.get(id=bought.lamps.id)
        line = OrderLine.objects.get(vendor_order=part)
        order.id, order.number, order.cart_id, order.email = (
            uuid7(),
            f"TWIN{number}",
            uuid7(),
            f"twin{number}@x.example",
        )
        part.id, part.order, part.number = uuid7(), order, f"TWIN{number}-1"
        line.id, line.vendor_order = uuid7(), part
        for row in (order, part, line):
            row.save(force_insert=True)
        parcel = Parcel.objects.create(
            vendor_order=part, vendor_id=part.vendor_id, number=1, packed_at=clock.now(), delivered_at=clock.now()
        )
        ParcelLine.objects.create(parcel=parcel, order_line=line, vendor_id=part.vendor_id, quantity=1)
        found.append((order, line))
    return found


def said(bought, rating=4, **more):
    """What the first buyer says of the lamp."""
    return write_review(order=bought.order, about=bought.lamps.lines.get().id, rating=rating, **more)


def stars(bought):
    """(count, sum) as the article's row keeps them, and as its shop's does."""
    of = Listing.objects.values_list("rating_count", "rating_sum").get(id=bought.lamps.lines.get().listing_id)
    return of, VendorCard.objects.values_list("rating_count", "rating_sum").get(vendor_id=bought.lamps.vendor_id)
