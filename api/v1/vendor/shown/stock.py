"""Stock as the vendor API gives it."""

from collections.abc import Sequence
from typing import Any

from api.v1.vendor.shown.catalog import options
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.models import StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import Units, together

LEVEL = ("on_hand", "allocated", "reserved", "safety_stock", "backorder_limit", "ships_on", "available")
WAREHOUSE = ("id", "name", "street", "postal_code", "city", "country", "position", "time_zone")


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


def stock_in_detail(variant: Variant, levels: Sequence[StockLevel]) -> dict[str, Any]:
    return {
        **stock(variant, together(levels)),
        "levels": [
            {
                "warehouse_id": level.warehouse.id,
                "warehouse": level.warehouse.name,
                **{name: getattr(level, name) for name in LEVEL},
            }
            for level in levels
        ],
    }


def warehouse(found: Warehouse) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in WAREHOUSE},
        "working_days": [int(day) for day in found.working_days],
        "cut_off": f"{found.cut_off:%H:%M}",
    }


def movement(found: StockMovement) -> dict[str, Any]:
    return {
        "id": found.id,
        "warehouse_id": found.warehouse_id,
        "kind": found.kind,
        "on_hand_delta": found.on_hand_delta,
        "allocated_delta": found.allocated_delta,
        "reserved_delta": found.reserved_delta,
        "reference": found.reference,
        "reason": found.reason,
        "actor_id": found.actor_id,
        "at": found.at,
    }
