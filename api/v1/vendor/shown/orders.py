"""Orders and parcels as the vendor API gives them."""

from collections.abc import Sequence
from typing import Any

from api.v1.vendor.shown.catalog import options
from billing.payments.models import PaymentShare
from marketplace.fulfillment.actions import unpacked
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import OrderEvent, OrderLine, VendorOrder
from marketplace.orders.queries import returning_of, vendor_status
from tenants.shop.inventory.queries import Packing, packing_of


def order_in_list(part: VendorOrder, status: str) -> dict[str, Any]:
    """An order that came with its lines."""
    return {
        "id": part.id,
        "number": part.number,
        "state": part.fulfillment,
        "status": status,
        "placed_at": part.placed_at,
        "paid_at": part.paid_at,
        "ship_by": part.ship_by,
        "currency": part.currency,
        "goods_minor": part.goods_minor,
        "shipping_minor": part.shipping_minor,
        "discount_minor": part.goods_discount_vendor_minor + part.shipping_discount_vendor_minor,
        "subsidy_minor": part.subsidy_minor,
        "tax_minor": part.tax_minor,
        "total_minor": part.total_minor,
        "items": sum(line.quantity for line in part.lines.all()),
        "customer": part.ship_to.get("name", ""),
        "country": part.ship_to.get("country", ""),
    }


def order(
    part: VendorOrder, share: PaymentShare | None, events: list[OrderEvent], *, with_money: bool
) -> dict[str, Any]:
    """An order that came with its lines and parcels; `share` is its part of the payment."""
    left, packing = unpacked(part), packing_of(part.order_id)
    refunded = share.refunded_minor if share else 0
    return {
        **order_in_list(
            part, vendor_status(part, refunded_minor=refunded, returning=returning_of(events).get(part.id, ""))
        ),
        "shipping_name": part.shipping_name,
        "shipping_carrier": part.shipping_carrier,
        "promised_from": part.promised_from,
        "promised_to": part.promised_to,
        "pickup_at": part.pickup_at or None,
        "ship_to": {
            name: part.ship_to.get(name, "")
            for name in ("name", "line1", "line2", "postal_code", "city", "country", "phone")
        },
        "lines": [_line(line, left.get(line.id, 0), packing.get(line.id, [])) for line in part.lines.all()],
        "parcels": [parcel(each) for each in part.parcels.all()],
        "events": [
            {"name": event.name, "note": event.note, "actor_kind": event.actor_kind, "at": event.at} for event in events
        ],
        "money": _money(part, share) if with_money else None,
        "accepted_at": part.accepted_at,
        "packed_at": part.packed_at,
        "shipped_at": part.shipped_at,
        "delivered_at": part.delivered_at,
        "canceled_at": part.canceled_at,
    }


def parcel(found: Parcel) -> dict[str, Any]:
    """A parcel that came with its lines."""
    return {
        "id": found.id,
        "order_id": found.vendor_order_id,
        "number": found.number,
        "state": "delivered" if found.delivered_at else "shipped" if found.shipped_at else "packed",
        "lines": [{"line_id": line.order_line_id, "quantity": line.quantity} for line in found.lines.all()],
        "carrier": found.carrier,
        "tracking_number": found.tracking_number,
        "tracking_url": found.tracking_url,
        "packed_at": found.packed_at,
        "shipped_at": found.shipped_at,
        "delivered_at": found.delivered_at,
    }


def _line(line: OrderLine, left: int, packing: Sequence[Packing]) -> dict[str, Any]:
    return {
        "id": line.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "sku": line.sku,
        "title": line.title,
        "options": options(line.options),
        "quantity": line.quantity,
        "canceled_quantity": line.canceled_quantity,
        "ships_on": line.ships_on,
        "left_to_pack": left,
        "packed_from": [
            {"warehouse_id": part.warehouse.id, "warehouse": part.warehouse.name, "quantity": part.quantity}
            for part in packing
        ],
        "unit_price_minor": line.unit_price_minor,
        "discount_minor": line.discount_minor,
        "total_minor": line.total_minor,
        "tax_rate": str(line.tax_rate),
        "tax_minor": line.tax_minor,
        "tax_rule": line.tax_rule,
        "tax_liable": line.tax_liable,
        "tax_reason": line.tax_reason,
    }


def _money(part: VendorOrder, share: PaymentShare | None) -> dict[str, int]:
    earnings = part.earnings_minor
    return {
        "commission_minor": part.commission_minor,
        "earnings_minor": earnings,
        "refunded_minor": share.refunded_minor if share else 0,
        "left_minor": earnings - (share.refunded_net_minor if share else 0),
    }
