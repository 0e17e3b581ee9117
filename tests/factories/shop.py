"""Rows of a shop for tests that are not about making them. Call inside `in_shop(vendor)`."""

from typing import Any
from uuid import UUID

from kit import clock
from tenants.shop.catalog.models import Product, ProductState, Variant
from tenants.shop.inventory.actions import receive_stock


def shelf(
    title: str = "Stoneware mug",
    *,
    price_minor: int = 1800,
    stock: int = 10,
    sku: str = "",
    gtin: str = "",
    category_id: UUID | None = None,
    state: str = ProductState.PUBLISHED,
    **fields: Any,
) -> Variant:
    """A product with one variant and so many units in stock; gives the variant."""
    product = Product.objects.create(
        title=title,
        slug=title.lower().replace(" ", "-"),
        category_id=category_id,
        state=state,
        published_at=clock.now() if state == ProductState.PUBLISHED else None,
        **fields,
    )
    variant = Variant.objects.create(
        product=product, sku=sku or f"SKU-{product.id.hex[-8:]}", gtin=gtin, price_minor=price_minor
    )
    if stock:
        receive_stock(variant, stock, "first delivery")
    return variant
