"""What is in stock, how it came to be, and whether the record agrees with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from kit.pagination import Page, keyset_page
from tenants.shop.catalog.models import ProductState, Variant
from tenants.shop.inventory.models import (
    AllocationStrategy,
    Reservation,
    ReservationState,
    StockCount,
    StockCountLine,
    StockLevel,
    StockMovement,
    StockSettings,
    Warehouse,
    available_in,
)

# From so few units on a variant is worth a look.
LOW = 3


def available_of(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Units that can be bought now, over all warehouses: 0 for a variant that has no level. In one statement."""
    wanted = list(variant_ids)
    found = (
        StockLevel.objects.filter(variant_id__in=wanted)
        .values_list("variant_id")
        .annotate(units=Sum(available_in()))
        .order_by()
    )
    return dict.fromkeys(wanted, 0) | dict(found)


@dataclass(frozen=True, slots=True)
class Units:
    """A variant's stock over all warehouses."""

    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    available: int = 0


def units_of(variant_ids: Iterable[UUID], *, warehouse: Warehouse | None = None) -> dict[UUID, Units]:
    """The stock of these variants, in one warehouse or all; nothing for one that has no level. In one statement."""
    wanted = list(variant_ids)
    levels = StockLevel.objects.filter(warehouse=warehouse) if warehouse else StockLevel.objects.all()
    rows = (
        levels.filter(variant_id__in=wanted)
        .order_by()
        .values_list("variant_id")
        .annotate(on=Sum("on_hand"), allocated_=Sum("allocated"), reserved_=Sum("reserved"), units=Sum(available_in()))
    )
    return dict.fromkeys(wanted, Units()) | {variant: Units(*counts) for variant, *counts in rows}


def levels_of(variant: Variant) -> list[StockLevel]:
    """A variant's level in each warehouse in use, in the shop's order; an empty one where it has none. Two statements."""
    known = {level.warehouse_id: level for level in StockLevel.objects.filter(variant=variant)}
    levels = []
    for place in Warehouse.objects.open():
        level = known.get(place.id) or StockLevel(variant=variant, warehouse=place)
        level.warehouse = place
        levels.append(level)
    return levels


def warehouses_with_units() -> list[tuple[Warehouse, int]]:
    """The warehouses in use, in the shop's order, with how many units lie there. One statement."""
    rows = Warehouse.objects.open().annotate(units=Coalesce(Sum("stock_levels__on_hand"), 0))
    return [(place, place.units) for place in rows]


def warehouses_page(*, cursor: str | None = None, size: int = 50) -> Page[Warehouse]:
    """The warehouses in use, in the shop's order."""
    return keyset_page(Warehouse.objects.filter(retired_at=None), order=("position", "id"), cursor=cursor, size=size)


def counts_page(*, cursor: str | None = None, size: int = 30) -> Page[StockCount]:
    """Sheets of counts, the newest first, each with how many `lines_counted` and `lines_differing`."""
    counted = Count("lines", filter=Q(lines__counted__isnull=False))
    differing = Count("lines", filter=Q(lines__counted__isnull=False) & ~Q(lines__counted=F("lines__expected")))
    rows = StockCount.objects.select_related("warehouse").annotate(lines_counted=counted, lines_differing=differing)
    return keyset_page(rows, order=("-started_at", "-id"), cursor=cursor, size=size)


def count_lines_page(count: StockCount, *, cursor: str | None = None, size: int = 100) -> Page[StockCountLine]:
    """A sheet by SKU."""
    rows = StockCountLine.objects.filter(count=count).select_related("variant__product")
    return keyset_page(rows, order=("sku", "id"), cursor=cursor, size=size)


def chosen_strategy() -> str:
    """By which rule the shop gives orders to warehouses."""
    found = StockSettings.objects.values_list("strategy", flat=True).first()
    return found or AllocationStrategy.POSITION


def together(levels: Iterable[StockLevel]) -> Units:
    """What levels come to."""
    here = list(levels)
    return Units(*(sum(getattr(level, name) for level in here) for name in Units.__dataclass_fields__))


def stock_page(
    *, search: str = "", low: bool = False, cursor: str | None = None, size: int = 50
) -> Page[tuple[Variant, Units]]:
    """Variants of products that are not archived, by SKU, with their stock. Two statements a page.

    `search` is part of a title or the start of a SKU; `low` shows those with LOW units or fewer. Raises InvalidInput on a
    bad cursor.
    """
    rows = Variant.objects.exclude(product__state=ProductState.ARCHIVED).select_related("product")
    if words := search.replace("\0", "").strip():
        rows = rows.filter(Q(product__title__icontains=words) | Q(sku__istartswith=words))
    if low:
        rows = _with_available(rows).filter(available__lte=LOW)
    page = keyset_page(rows, order=("sku",), cursor=cursor, size=size)
    units = units_of([variant.id for variant in page.rows])
    return Page(
        rows=[(variant, units[variant.id]) for variant in page.rows],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def low_stock(limit: int) -> list[Variant]:
    """Variants on sale with LOW units or fewer to buy (`.available`), the fewest first; at most `limit`."""
    on_sale = Variant.objects.filter(product__state=ProductState.PUBLISHED, product__paused_at=None).select_related(
        "product"
    )
    return list(_with_available(on_sale).filter(available__lte=LOW).order_by("available", "sku")[:limit])


def movements_page(variant: Variant, *, cursor: str | None = None, size: int = 50) -> Page[StockMovement]:
    """What happened to a variant's stock, newest first."""
    return keyset_page(
        StockMovement.objects.filter(variant=variant).select_related("warehouse"),
        order=("-at", "-id"),
        cursor=cursor,
        size=size,
    )


@dataclass(frozen=True, slots=True)
class Packing:
    """So many units of an order line that one warehouse packs; `ships_on` when some of them have yet to come in."""

    warehouse: Warehouse
    quantity: int
    ships_on: date | None


def packing_of(order_id: UUID) -> dict[UUID, list[Packing]]:
    """By order line, which warehouse packs how many of what is promised to an order. One statement."""
    promised = Reservation.objects.filter(order_id=order_id).exclude(state=ReservationState.RELEASED)
    found: dict[UUID, list[Packing]] = {}
    for part in promised.select_related("warehouse").order_by("warehouse__position", "warehouse_id"):
        found.setdefault(part.order_line_id, []).append(Packing(part.warehouse, part.quantity, part.ships_on))
    return found


def _with_available(variants: QuerySet[Variant]) -> QuerySet[Any]:
    levels = StockLevel.objects.filter(variant=OuterRef("id")).order_by().values("variant")
    units = levels.annotate(units=Sum(available_in())).values("units")
    return variants.annotate(available=Coalesce(Subquery(units, output_field=IntegerField()), 0))


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
