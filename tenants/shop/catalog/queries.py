"""Reading a shop's products and imports, for the vendor's own pages. Runs inside the shop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from kit.pagination import Page, keyset_page
from tenants.shop.catalog.models import (
    ImportRow,
    ImportState,
    Picture,
    Product,
    ProductImport,
    ProductState,
    RowResult,
    Variant,
)
from tenants.shop.inventory.models import available_in


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as a list shows it: its first picture's path, prices in minor units, units that can be bought."""

    product: Product
    picture: str
    variants: int
    price_minor: int | None
    price_max_minor: int | None
    available: int


def products_page(*, state: str = "", search: str = "", cursor: str | None = None, size: int = 50) -> Page[ProductRow]:
    """Products, last changed first. `search` is part of a title, a brand, or the start of a SKU or GTIN.

    Without a state, archived ones are left out. Three statements a page. Raises InvalidInput on a bad cursor.
    """
    rows = Product.objects.annotate(
        picture=Subquery(Picture.objects.filter(product=OuterRef("id")).order_by("position", "id").values("path")[:1])
    )
    rows = rows.filter(state=state) if state in ProductState.values else rows.exclude(state=ProductState.ARCHIVED)
    if words := search.replace("\0", "").strip():
        variants = Variant.objects.filter(product=OuterRef("id")).filter(
            Q(sku__istartswith=words) | Q(gtin__startswith=words)
        )
        rows = rows.filter(Q(title__icontains=words) | Q(brand__icontains=words) | Exists(variants))
    page = keyset_page(rows, order=("-updated_at", "-id"), cursor=cursor, size=size)
    ids = [product.id for product in page.rows]
    prices: Mapping[UUID, Mapping[str, Any]] = {
        row["product_id"]: dict(row)
        for row in Variant.objects.filter(product_id__in=ids)
        .order_by()
        .values("product_id")
        .annotate(count=Count("id"), least=Min("price_minor"), most=Max("price_minor"))
    }
    stock = _available(ids)
    return Page(
        rows=[
            ProductRow(
                product=product,
                picture=product.picture or "",
                variants=prices.get(product.id, {}).get("count", 0),
                price_minor=prices.get(product.id, {}).get("least"),
                price_max_minor=prices.get(product.id, {}).get("most"),
                available=stock.get(product.id, 0),
            )
            for product in page.rows
        ],
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
    )


def _available(product_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    rows = Variant.objects.filter(product_id__in=list(product_ids)).order_by().values("product_id")
    return dict(
        rows.annotate(units=Coalesce(Sum(available_in("stock_levels__")), 0)).values_list("product_id", "units")
    )


def product_counts() -> dict[str, int]:
    """How many products are in each state; states without any are left out."""
    return dict(Product.objects.order_by().values_list("state").annotate(count=Count("id")))


def product_with_parts(product_id: UUID) -> Product:
    """A product with its variants, pictures and documents. Raises Product.DoesNotExist."""
    return Product.objects.prefetch_related("variants", "pictures", "documents").get(id=product_id)


def titles_of(product_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The titles of these products, in one query."""
    return dict(Product.objects.filter(id__in={i for i in product_ids if i}).values_list("id", "title"))


def imports_page(*, cursor: str | None = None, size: int = 30) -> Page[ProductImport]:
    """Imports, newest first."""
    return keyset_page(ProductImport.objects.all(), order=("-created_at", "-id"), cursor=cursor, size=size)


def troubled_imports(since: datetime) -> "QuerySet[ProductImport]":
    """Imports since then that failed, or left rows out."""
    trouble = Q(state=ImportState.FAILED) | Q(error_count__gt=0)
    return ProductImport.objects.filter(trouble, created_at__gte=since).order_by("-created_at")


# What can be asked for of an import's rows.
ROW_FILTERS = {
    "errors": Q(result=RowResult.ERROR),
    "warnings": Q(result=RowResult.WARNING),
    "created": Q(result=RowResult.CREATED),
    "updated": Q(result=RowResult.UPDATED),
    "clean": Q(result__in=[RowResult.CREATED, RowResult.UPDATED]),
}


def import_rows_page(
    product_import: ProductImport, *, shown: str = "", cursor: str | None = None, size: int = 100
) -> Page[ImportRow]:
    """What became of an import's rows, by line; `shown` is one of ROW_FILTERS, else all."""
    rows = product_import.rows.filter(ROW_FILTERS.get(shown, Q()))
    return keyset_page(rows, order=("number",), cursor=cursor, size=size)


def import_row_counts(product_import: ProductImport) -> dict[str, int]:
    """How many rows had each result; results without any are left out."""
    return dict(product_import.rows.order_by().values_list("result").annotate(count=Count("id")))
