"""Counting a warehouse: a sheet is drawn up, filled in while the shop goes on selling, and applied at once.

What is applied is each line's difference to what was expected when it was written down, so that what was shipped or received
between writing and applying is neither lost nor counted twice.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kit import clock
from kit.errors import Conflict, InvalidInput
from tenants.shop.catalog.models import ProductState, Variant
from tenants.shop.inventory.actions import MAX_UNITS, StockPromised, lock_warehouse
from tenants.shop.inventory.ledger import Change, lock_levels, tell, write
from tenants.shop.inventory.models import MovementKind, StockCount, StockCountLine, StockLevel, Warehouse

BATCH = 2000


class CountUnderWay(Conflict):
    """A warehouse is counted once at a time."""

    code = "count_under_way"


class CountIsOver(Conflict):
    """The sheet was applied or given up."""

    code = "count_is_over"


@transaction.atomic
def start_count(warehouse: Warehouse, *, by: UUID) -> StockCount:
    """Draw up a sheet of every variant that is not archived, by SKU. Raises CountUnderWay and WarehouseRetired."""
    place = lock_warehouse(warehouse)
    if StockCount.objects.filter(warehouse=place, applied_at=None, given_up_at=None).exists():
        raise CountUnderWay(f"{place.name} is being counted: apply or give up that sheet first.")
    count = StockCount.objects.create(warehouse=place, started_by=by)
    expected = dict(StockLevel.objects.filter(warehouse=place).values_list("variant_id", "on_hand"))
    variants = Variant.objects.exclude(product__state=ProductState.ARCHIVED).order_by("sku", "id")
    StockCountLine.objects.bulk_create(
        [
            StockCountLine(count=count, variant_id=variant, sku=sku, expected=expected.get(variant, 0))
            for variant, sku in variants.values_list("id", "sku")
        ],
        batch_size=BATCH,
    )
    return count


@transaction.atomic
def write_down(count: StockCount, counted: Mapping[UUID, int | None]) -> None:
    """Fill in what was found, by line; None takes it back. What is expected is looked at anew for what changes.

    Lines of another sheet are none of this. Raises CountIsOver, and InvalidInput naming the line.
    """
    sheet = _lock(count)
    for line_id, units in counted.items():
        if units is not None and not 0 <= units <= MAX_UNITS:
            raise InvalidInput(f"Stock is a number from 0 to {MAX_UNITS:,}.", field=str(line_id))
    lines = [line for line in sheet.lines.filter(id__in=list(counted)) if line.counted != counted[line.id]]
    levels = lock_levels(Q(warehouse=sheet.warehouse_id, variant_id__in=[line.variant_id for line in lines]))
    for line in lines:
        line.counted = counted[line.id]
        line.expected = levels[line.variant_id][0].on_hand if line.variant_id in levels else 0
    StockCountLine.objects.bulk_update(lines, ["counted", "expected"])


@transaction.atomic
def apply_count(count: StockCount, *, by: UUID) -> int:
    """Let stock follow the sheet, all of it or nothing; gives how many variants changed.

    Raises CountIsOver, and StockPromised naming what would be less than orders were promised.
    """
    sheet = _lock(count)
    place = lock_warehouse(sheet.warehouse)
    differing = [line for line in sheet.lines.exclude(counted=None).order_by("variant_id") if line.difference]
    levels = lock_levels(Q(warehouse=place, variant_id__in=[line.variant_id for line in differing]))
    changes, short = [], []
    for line in differing:
        level = levels[line.variant_id][0] if line.variant_id in levels else StockLevel(warehouse=place)
        if level.on_hand + line.difference < max(level.allocated + level.reserved - level.backorder_limit, 0):
            short.append(line.sku)
        changes.append(
            Change(
                line.variant_id,
                place.id,
                MovementKind.ADJUSTED,
                on_hand=line.difference,
                reference=f"count:{sheet.id}",
                reason="Counted",
            )
        )
    if short:
        named = ", ".join(short[:5]) + (f" and {len(short) - 5} more" if len(short) > 5 else "")
        raise StockPromised(f"Orders were promised more than was counted of {named}. Count again, or cancel orders.")
    write(changes, actor_id=by)
    if changes:
        tell(change.variant_id for change in changes)
    sheet.applied_at, sheet.applied_by = clock.now(), by
    sheet.save(update_fields=["applied_at", "applied_by"])
    return len(changes)


@transaction.atomic
def give_up_count(count: StockCount) -> None:
    """Leave stock as it is. Raises CountIsOver."""
    sheet = _lock(count)
    sheet.given_up_at = clock.now()
    sheet.save(update_fields=["given_up_at"])


def _lock(count: StockCount) -> StockCount:
    sheet = StockCount.objects.select_for_update(of=("self",)).select_related("warehouse").get(id=count.id)
    if not sheet.is_open:
        raise CountIsOver("This sheet was applied or given up already.")
    return sheet
