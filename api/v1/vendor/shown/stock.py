"""Stock as the vendor API gives it."""

from typing import Any

from api.v1.vendor.shown.catalog import options
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.models import StockMovement
from tenants.shop.inventory.queries import Units


def stock(variant: Variant, units: Units) -> dict[str, Any]:
    """A variant that came with its product."""
    return {
        "variant_id": variant.id,
        "product_id": variant.product_id,
        "title": variant.product.title,
        "sku": variant.sku,
        "options": options(variant.options),
        "on_hand": units.on_hand,
        "allocated": units.allocated,
        "reserved": units.reserved,
        "available": units.available,
    }


def movement(found: StockMovement) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "on_hand_delta": found.on_hand_delta,
        "allocated_delta": found.allocated_delta,
        "reserved_delta": found.reserved_delta,
        "reference": found.reference,
        "reason": found.reason,
        "actor_id": found.actor_id,
        "at": found.at,
    }
