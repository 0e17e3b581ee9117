"""On which terms a variant's stock is sold: what is kept back, and what is promised before it has come in."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.errors import Conflict, InvalidInput
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.actions import MAX_UNITS, lock_warehouse
from tenants.shop.inventory.ledger import lock_levels, tell
from tenants.shop.inventory.models import StockLevel, Warehouse

MAX_BACKORDERS = 100_000


class BackordersPromised(Conflict):
    """More was promised before it came in than the new limit allows."""

    code = "backorders_promised"


@transaction.atomic
def set_safety_stock(variant: Variant, units: int, *, warehouse: Warehouse | None = None) -> StockLevel:
    """Keep so many units in a warehouse back from sale; what is promised already stays promised. Raises InvalidInput."""
    if not 0 <= units <= MAX_UNITS:
        raise InvalidInput(f"Keep back between 0 and {MAX_UNITS:,} units.", field="safety_stock")
    level = level_in(variant, lock_warehouse(warehouse))
    level.safety_stock = units
    level.save(update_fields=["safety_stock"])
    tell([variant.id])
    return level


@transaction.atomic
def accept_backorders(variant: Variant, *, limit: int, ships_on: date | None) -> None:
    """Sell up to `limit` units before they come in, shipped from `ships_on`; a limit of 0 sells only what is there.

    One warehouse takes them all: the one that has promised some, else the shop's first. What was ordered keeps its date.
    Raises BackordersPromised and InvalidInput.
    """
    if not 0 <= limit <= MAX_BACKORDERS:
        raise InvalidInput(f"Sell between 0 and {MAX_BACKORDERS:,} units ahead.", field="limit")
    if limit and (ships_on is None or ships_on < clock.today()):
        raise InvalidInput("Give the day from which they are shipped, today or later.", field="ships_on")
    place = lock_warehouse(None)
    levels = lock_levels(Q(variant_id=variant.id)).get(variant.id, [])
    taking = next((level for level in levels if level.backorder_limit), None)
    level = taking if taking and taking.missing else next((one for one in levels if one.warehouse_id == place.id), None)
    level = level or level_in(variant, place)
    if limit < level.missing:
        raise BackordersPromised(
            f"{level.missing} units are promised that have not come in yet: the limit cannot be less.", field="limit"
        )
    if taking and taking.id != level.id:
        StockLevel.objects.filter(id=taking.id).update(backorder_limit=0, ships_on=None)
    level.backorder_limit, level.ships_on = limit, ships_on if limit else None
    level.save(update_fields=["backorder_limit", "ships_on"])
    tell([variant.id])


def level_in(variant: Variant, warehouse: Warehouse) -> StockLevel:
    """The variant's level in a warehouse that is locked, which is why nobody else makes it meanwhile."""
    found = lock_levels(Q(variant_id=variant.id, warehouse=warehouse)).get(variant.id)
    return found[0] if found else StockLevel.objects.create(variant=variant, warehouse=warehouse)
