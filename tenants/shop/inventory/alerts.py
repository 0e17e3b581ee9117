"""Telling a shop that stock runs low: once when a level falls to its threshold, and again only after it was above it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.errors import InvalidInput
from kit.pagination import Page, keyset_page
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import MAX_UNITS, lock_warehouse
from tenants.shop.inventory.ledger import lock_levels, tell
from tenants.shop.inventory.models import StockLevel, Warehouse
from tenants.shop.inventory.terms import level_in


@transaction.atomic
def set_threshold(variant: Variant, low_at: int | None, *, warehouse: Warehouse | None = None) -> StockLevel:
    """Have the shop told when `low_at` units or fewer are left to sell on a warehouse's shelf; None for never.

    Where there are so few already it is told at once. Raises InvalidInput and WarehouseRetired.
    """
    if low_at is not None and not 0 <= low_at <= MAX_UNITS:
        raise InvalidInput(f"Give a number from 0 to {MAX_UNITS:,}, or nothing.", field="low_at")
    level = level_in(variant, lock_warehouse(warehouse))
    level.low_at, level.low_since = low_at, None
    level.save(update_fields=["low_at", "low_since"])
    tell([variant.id])
    return level


@transaction.atomic
def note_crossings(variant_ids: Collection[UUID]) -> list[StockLevel]:
    """Look at the levels of these variants: note which fell to their threshold since, and which rose above it.

    Gives those that fell, once for each time they do, however often and by however many it is asked.
    """
    levels = [
        level for here in lock_levels(Q(variant_id__in=variant_ids, low_at__isnull=False)).values() for level in here
    ]
    now, changed, fallen = clock.now(), [], []
    for level in levels:
        assert level.low_at is not None
        is_low = level.on_shelf <= level.low_at
        if is_low == (level.low_since is not None):
            continue
        level.low_since = now if is_low else None
        changed.append(level)
        if is_low:
            fallen.append(level)
    StockLevel.objects.bulk_update(changed, ["low_since"])
    return fallen


def low_levels(*, cursor: str | None = None, size: int = 50) -> Page[StockLevel]:
    """Levels at or below their threshold, the longest first."""
    rows = StockLevel.objects.filter(low_since__isnull=False).select_related("variant__product", "warehouse")
    return keyset_page(rows, order=("low_since", "id"), cursor=cursor, size=size)
