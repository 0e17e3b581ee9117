"""What is in stock, and whether the record agrees with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum

from tenants.shop.inventory.models import StockLevel


def available_of(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Units that can be bought now, over all warehouses: 0 for a variant that has no level. In one statement."""
    wanted = list(variant_ids)
    found = (
        StockLevel.objects.filter(variant_id__in=wanted)
        .values_list("variant_id")
        .annotate(units=Sum(F("on_hand") - F("allocated") - F("reserved")))
        .order_by()
    )
    return dict.fromkeys(wanted, 0) | dict(found)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A level that is not the sum of its movements. Each pair is (what the level says, what the movements say)."""

    variant_id: UUID
    warehouse_id: UUID
    on_hand: tuple[int, int]
    allocated: tuple[int, int]
    reserved: tuple[int, int]


def disagreements() -> list[Disagreement]:
    """Every level of this shop that its movements do not explain, movements without a level included. None: all is
    well.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT variant_id, warehouse_id,
                   coalesce(l.on_hand, 0), coalesce(m.on_hand, 0),
                   coalesce(l.allocated, 0), coalesce(m.allocated, 0),
                   coalesce(l.reserved, 0), coalesce(m.reserved, 0)
              FROM shop_inventory_stocklevel l
              FULL JOIN (SELECT variant_id, warehouse_id, sum(on_hand_delta) AS on_hand,
                                sum(allocated_delta) AS allocated, sum(reserved_delta) AS reserved
                           FROM shop_inventory_stockmovement GROUP BY variant_id, warehouse_id) m
             USING (variant_id, warehouse_id)
             WHERE (coalesce(l.on_hand, 0), coalesce(l.allocated, 0), coalesce(l.reserved, 0))
                   IS DISTINCT FROM (coalesce(m.on_hand, 0), coalesce(m.allocated, 0), coalesce(m.reserved, 0))
             ORDER BY variant_id, warehouse_id
            """
        )
        return [
            Disagreement(variant, warehouse, (row[0], row[1]), (row[2], row[3]), (row[4], row[5]))
            for variant, warehouse, *row in cursor.fetchall()
        ]
