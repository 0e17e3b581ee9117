"""The only writer of stock: levels, their movements and the reservations behind them change in one statement.

Callers lock the levels first, in (variant id, warehouse) order; that order is what keeps two orders from waiting
for each other. `stock_never_oversold` on the level stands behind every sum made here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q, Subquery

from kit import clock
from kit.context import require_vendor
from kit.ids import uuid7
from outbox.actions import announce
from tenants.shop.inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockSettings,
)

VARIANTS_PER_FACT = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation as it shall be after the change."""

    order_id: UUID
    order_line_id: UUID
    quantity: int
    state: ReservationState
    shipped: int = 0
    ships_on: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One movement on one level; `held` when it comes from an order line."""

    variant_id: UUID
    warehouse_id: UUID
    kind: MovementKind
    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    reference: str = ""
    reason: str = ""
    held: Held | None = None


def lock_levels(variants: Q) -> dict[UUID, list[StockLevel]]:
    """The levels that match, locked in variant-id order and grouped by variant, the first warehouse first.

    Each comes with its warehouse and with the shop's `strategy` (None: never chosen), so that an order asks no more for them.
    """
    found: dict[UUID, list[StockLevel]] = defaultdict(list)
    locked = StockLevel.objects.select_for_update(of=("self",)).select_related("warehouse").filter(variants)
    locked = locked.annotate(strategy=Subquery(StockSettings.objects.values("strategy")[:1]))
    for level in locked.order_by("variant_id", "warehouse__position", "warehouse_id"):
        found[level.variant_id].append(level)
    return found


def write(changes: Sequence[Change], *, actor_id: UUID | None = None) -> None:
    """Apply the changes to levels that the caller has locked, making levels that do not exist yet. One statement."""
    if not changes:
        return
    now = clock.now()
    held = [(change, change.held) for change in changes if change.held is not None]
    columns: list[list[object]] = [
        [uuid7() for _ in changes],
        [change.variant_id for change in changes],
        [change.warehouse_id for change in changes],
        [change.kind.value for change in changes],
        [change.on_hand for change in changes],
        [change.allocated for change in changes],
        [change.reserved for change in changes],
        [change.reference for change in changes],
        [change.reason for change in changes],
    ]
    reservations: list[list[object]] = [
        [uuid7() for _ in held],
        [change.variant_id for change, _ in held],
        [change.warehouse_id for change, _ in held],
        [line.order_id for _, line in held],
        [line.order_line_id for _, line in held],
        [line.quantity for _, line in held],
        [line.state.value for _, line in held],
        [line.shipped for _, line in held],
        [line.ships_on for _, line in held],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*columns, actor_id, now, now, now, *reservations])


# Levels are updated where they exist and inserted where not: an upsert alone would be checked against the constraints
# with the deltas as if they were the level.
_WRITE = """
WITH change AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::int[], %s::int[],
                         %s::text[], %s::text[])
        AS c(id, variant_id, warehouse_id, kind, on_hand, allocated, reserved, reference, reason)
), delta AS (
    SELECT variant_id, warehouse_id, sum(on_hand) AS on_hand, sum(allocated) AS allocated, sum(reserved) AS reserved
      FROM change GROUP BY variant_id, warehouse_id
), moved AS (
    INSERT INTO shop_inventory_stockmovement
        (id, variant_id, warehouse_id, kind, on_hand_delta, allocated_delta, reserved_delta, reference, reason,
        actor_id, at)
    SELECT id, variant_id, warehouse_id, kind, on_hand, allocated, reserved, reference, reason, %s::uuid, %s FROM change
), held AS (
    INSERT INTO shop_inventory_reservation
        (id, variant_id, warehouse_id, order_id, order_line_id, quantity, state, shipped, ships_on,
        created_at, changed_at)
    SELECT h.*, %s, %s
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::int[],
                  %s::date[]) AS h
    ON CONFLICT (order_line_id, warehouse_id) DO UPDATE
       SET quantity = excluded.quantity, state = excluded.state, shipped = excluded.shipped,
           ships_on = excluded.ships_on, changed_at = excluded.changed_at
), updated AS (
    UPDATE shop_inventory_stocklevel l
       SET on_hand = l.on_hand + d.on_hand, allocated = l.allocated + d.allocated, reserved = l.reserved + d.reserved
      FROM delta d WHERE l.variant_id = d.variant_id AND l.warehouse_id = d.warehouse_id
    RETURNING l.variant_id, l.warehouse_id
)
INSERT INTO shop_inventory_stocklevel (id, variant_id, warehouse_id, on_hand, allocated, reserved)
SELECT gen_random_uuid(), variant_id, warehouse_id, on_hand, allocated, reserved
  FROM delta d WHERE (variant_id, warehouse_id) NOT IN (SELECT variant_id, warehouse_id FROM updated)
"""


def tell(variant_ids: Iterable[UUID]) -> None:
    """Announce that these variants' availability changed."""
    vendor = require_vendor()
    ids = sorted(set(variant_ids))
    for start in range(0, len(ids), VARIANTS_PER_FACT):
        part = [str(variant) for variant in ids[start : start + VARIANTS_PER_FACT]]
        announce("shop.stock_changed", vendor_id=vendor.id, payload={"variants": part})


def reservations_of(lines: Q) -> list[Reservation]:
    """The reservations that match, to be read once their levels are locked: nothing changes them otherwise."""
    return list(Reservation.objects.filter(lines).order_by("variant_id", "warehouse_id"))
