"""Products as the vendor API gives them."""

import hashlib
from typing import Any

from django.conf import settings

from api.addresses import absolute
from tenants.shop.catalog.models import ImportRow, Picture, Product, ProductImport, Variant
from tenants.shop.catalog.pictures import picture_url
from tenants.shop.catalog.queries import ProductRow

LARGE, SMALL = 1280, 320


def tag_of(product: Product) -> str:
    """What the product's ETag holds: its version, and its pictures, which do not raise that."""
    pictures = "\n".join(f"{picture.id} {picture.alt}" for picture in product.pictures.all())
    return (
        f"{product.version}-{hashlib.sha256(pictures.encode()).hexdigest()[:12]}" if pictures else str(product.version)
    )


def product_in_list(row: ProductRow) -> dict[str, Any]:
    product = row.product
    return {
        "id": product.id,
        "title": product.title,
        "brand": product.brand,
        "external_id": product.external_id,
        "state": product.state,
        "version": product.version,
        "variants": row.variants,
        "price_minor": row.price_minor,
        "price_max_minor": row.price_max_minor,
        "currency": settings.CURRENCY,
        "available": row.available,
        "thumbnail_url": absolute(picture_url(row.picture, SMALL)) if row.picture else None,
        "updated_at": product.updated_at,
    }


def product(found: Product) -> dict[str, Any]:
    """A product that came with its variants and pictures."""
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "brand": found.brand,
        "category_id": found.category_id,
        "condition": found.condition,
        "attributes": found.attributes,
        "tags": found.tags,
        "external_id": found.external_id,
        "state": found.state,
        "version": found.version,
        "variants": [variant(each) for each in found.variants.all()],
        "pictures": [picture(each) for each in found.pictures.all()],
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "published_at": found.published_at,
    }


def variant(found: Variant) -> dict[str, Any]:
    return {
        "id": found.id,
        "product_id": found.product_id,
        "sku": found.sku,
        "gtin": found.gtin,
        "options": options(found.options),
        "price_minor": found.price_minor,
        "compare_at_minor": found.compare_at_minor,
        "currency": found.currency,
        "weight_grams": found.weight_grams,
    }


def options(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def picture(found: Picture) -> dict[str, Any]:
    return {
        "id": found.id,
        "product_id": found.product_id,
        "url": absolute(picture_url(found.path, LARGE)),
        "thumbnail_url": absolute(picture_url(found.path, SMALL)),
        "description": found.alt,
        "width": found.width,
        "height": found.height,
    }


def product_import(found: ProductImport) -> dict[str, Any]:
    return {
        "id": found.id,
        "filename": found.filename,
        "publish": found.publish,
        "state": found.state,
        "rows_total": found.rows_total,
        "rows_done": found.rows_done,
        "created_count": found.created_count,
        "updated_count": found.updated_count,
        "error_count": found.error_count,
        "error": found.error,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }


def import_row(found: ImportRow) -> dict[str, Any]:
    return {
        "line": found.number,
        "result": found.result,
        "field": found.field,
        "message": found.message,
        "product_id": found.product_id,
    }
