"""What is in stock, how it came to be, and whether the record agrees with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from kit.pagination import Page, keyset_page
from tenants.shop.catalog.models import ProductState, Variant
from tenants.shop.inventory.models import StockLevel, StockMovement

# From so few units on a variant is worth a look.
LOW = 3


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
class Units:
    """A variant's stock over all warehouses."""

    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.reserved


def units_of(variant_ids: Iterable[UUID]) -> dict[UUID, Units]:
    """The stock of these variants, nothing for one that has no level. In one statement."""
    wanted = list(variant_ids)
    rows = (
        StockLevel.objects.filter(variant_id__in=wanted)
        .order_by()
        .values_list("variant_id")
        .annotate(on=Sum("on_hand"), allocated_=Sum("allocated"), reserved_=Sum("reserved"))
    )
    return dict.fromkeys(wanted, Units()) | {variant: Units(*counts) for variant, *counts in rows}


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
    return keyset_page(StockMovement.objects.filter(variant=variant), order=("-at", "-id"), cursor=cursor, size=size)


def _with_available(variants: QuerySet[Variant]) -> QuerySet[Any]:
    levels = StockLevel.objects.filter(variant=OuterRef("id")).order_by().values("variant")
    units = levels.annotate(units=Sum(F("on_hand") - F("allocated") - F("reserved"))).values("units")
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
