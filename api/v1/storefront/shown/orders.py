"""Orders as their customer is told of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.v1.storefront.shown.catalog import absolute, instant
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Order, OrderLine, VendorOrder
from marketplace.orders.queries import ShownOrder, ShownPart
from marketplace.orders.status import whole_status
from marketplace.returns.queries import GivenBack, ShownRefund, given_back
from tenants.shop.catalog.pictures import picture_url

# What happens to a vendor order and concerns who bought it.
EVENTS = ("placed", "paid", "accepted", "packed", "shipped", "delivered", "canceled", "partly_canceled", "refunded")


def order_in_list(order: Order, words: Mapping[UUID, str]) -> dict[str, Any]:
    """An order in the list of a customer's; `words` has the status of its vendor orders by id."""
    parts = list(order.vendor_orders.all())
    return {
        "number": order.number,
        "status": whole_status([words[part.id] for part in parts]),
        "placed_at": instant(order.placed_at),
        "currency": order.currency,
        "total_minor": order.total_minor,
        "vendor_orders": [
            {
                "number": part.number,
                "vendor": {"slug": part.vendor_slug, "name": part.vendor_name},
                "status": words[part.id],
                "total_minor": part.total_minor,
            }
            for part in parts
        ],
    }


def order_detail(shown: ShownOrder) -> dict[str, Any]:
    order, back = shown.order, given_back([each.part for each in shown.parts], payment=shown.payment)
    return {
        "number": order.number,
        "status": shown.status,
        "placed_at": instant(order.placed_at),
        "canceled_at": instant(order.canceled_at),
        "cancel_reason": order.cancel_reason,
        "email": order.email,
        "ship_to": order.ship_to,
        "company": order.company,
        "vat_id": order.vat_id,
        "currency": order.currency,
        "goods_minor": order.goods_minor,
        "shipping_minor": order.shipping_minor,
        "discount_minor": order.discount_minor,
        "tax_minor": order.tax_minor,
        "total_minor": order.total_minor,
        "refunded_minor": sum(part.refunded_minor for part in shown.parts),
        "refunded_tax_minor": sum(part.tax_minor for part in back.values()),
        "payment": {"state": shown.payment.state, "paid_at": instant(shown.payment.paid_at)},
        "hold_until": instant(order.hold_until),
        "vendor_orders": [_vendor_order(each, back[each.part.id]) for each in shown.parts],
    }


def _vendor_order(shown: ShownPart, back: GivenBack) -> dict[str, Any]:
    part: VendorOrder = shown.part
    return {
        "id": str(part.id),
        "number": part.number,
        "vendor": {"slug": part.vendor_slug, "name": part.vendor_name},
        "status": shown.status,
        "goods_minor": part.goods_minor,
        "shipping_minor": part.shipping_minor,
        "discounts": [
            {"name": one["name"], "code": one["code"], "discount_minor": one["vendor_minor"] + one["platform_minor"]}
            for one in part.promotions
        ],
        "tax_minor": part.tax_minor,
        "total_minor": part.total_minor,
        "refunded_minor": shown.refunded_minor,
        "refunded_tax_minor": back.tax_minor,
        "refunds": [_refund(each) for each in back.refunds],
        "shipping": {
            "kind": "pickup" if part.is_fetched else "delivery",
            "name": part.shipping_name,
            "carrier": part.shipping_carrier,
            "promised_from": part.promised_from,
            "promised_to": part.promised_to,
            "place": part.pickup_at or None,
        },
        "ship_by": instant(part.ship_by),
        "lines": [_line(line) for line in part.lines.all()],
        "parcels": [_parcel(parcel) for parcel in part.parcels.all()],
        "events": [
            {"name": event.name, "at": instant(event.at), "note": event.note}
            for event in shown.events
            if event.name in EVENTS
        ],
    }


def _refund(shown: ShownRefund) -> dict[str, Any]:
    refund = shown.refund
    return {
        "id": str(refund.id),
        "state": refund.state,
        "came_back": refund.came_back,
        "amount_minor": refund.amount_minor,
        "of": shown.titles,
        "words": shown.words,
        "next": shown.next,
        "created_at": instant(refund.created_at),
        "done_at": instant(refund.done_at),
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "offer_id": str(line.variant_id),
        "listing": line.listing_slug,
        "title": line.title,
        "options": line.options,
        "picture_url": absolute(picture_url(line.picture, 320)) if line.picture else None,
        "quantity": line.quantity,
        "canceled_quantity": line.canceled_quantity,
        "ships_on": line.ships_on,
        "unit_price_minor": line.unit_price_minor,
        "discount_minor": line.discount_minor,
        "total_minor": line.total_minor,
        "tax_rate": f"{line.tax_rate:.4f}",
        "tax_minor": line.tax_minor,
        "tax_rule": line.tax_rule,
        "tax_liable": line.tax_liable,
        "tax_reason": line.tax_reason,
    }


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "number": parcel.number,
        "status": parcel.status,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "packed_at": instant(parcel.packed_at),
        "shipped_at": instant(parcel.shipped_at),
        "delivered_at": instant(parcel.delivered_at),
        "lines": [{"line_id": str(line.order_line_id), "quantity": line.quantity} for line in parcel.lines.all()],
    }
