"""More of the same, for pages that must stand a crowd: over a thousand products and a hundred customers, by rule."""

import csv
import io
import json
from functools import cache

from marketplace.demo.cast import CUSTOMERS, VENDORS
from marketplace.demo.parts import CastCustomer, CastProduct, CastVariant, CastVendor

FINISHES = ("Moss", "Chalk", "Rust", "Ink", "Sand", "Plum", "Slate")
STOCK = 60
PEOPLE = 100
FIRST_NAMES = ("Ada", "Bruno", "Clara", "Dario", "Edda", "Felix", "Greta", "Hugo", "Ilse", "Jonas")
LAST_NAMES = ("Albers", "Bianchi", "Castro", "Dahl", "Evers", "Fontaine", "Greco", "Holm", "Ivanova", "Jansen")


@cache
def scaled_vendors() -> tuple[CastVendor, ...]:
    """The selling vendors with seven more finishes of everything they sell: products in one way each, well stocked."""
    return tuple(_wider(vendor) for vendor in VENDORS if vendor.state == "active")


@cache
def scaled_customers() -> tuple[CastCustomer, ...]:
    """A hundred people who live where the cast does."""
    return tuple(
        _neighbor(number, f"{FIRST_NAMES[number % 10]} {LAST_NAMES[number // 10]}") for number in range(PEOPLE)
    )


def import_file(vendor: CastVendor) -> bytes:
    """The further finishes of a vendor as the CSV file that it imports."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text,
        (
            "id",
            "title",
            "description",
            "brand",
            "price_minor",
            "stock",
            "sku",
            "category",
            "weight_grams",
            "attributes",
        ),
    )
    writer.writeheader()
    for product in vendor.products:
        variant = product.variants[0]
        writer.writerow(
            {
                "id": variant.sku,
                "title": product.title,
                "description": product.description,
                "brand": product.brand,
                "price_minor": variant.price_minor,
                "stock": variant.stock,
                "sku": variant.sku,
                "category": product.category,
                "weight_grams": product.attributes["weight_grams"],
                "attributes": json.dumps(product.attributes),
            }
        )
    return text.getvalue().encode()


def pictures_from(vendor: CastVendor) -> dict[str, str]:
    """SKU of every further finish, and the SKU of the product whose pictures it shows."""
    own = next(each for each in VENDORS if each.slug == vendor.slug)
    return {
        product.variants[0].sku: own.products[number // len(FINISHES)].variants[0].sku
        for number, product in enumerate(vendor.products)
    }


def _wider(vendor: CastVendor) -> CastVendor:
    more = [_finish(product, finish, number) for product in vendor.products for number, finish in enumerate(FINISHES)]
    return CastVendor(
        **{name: getattr(vendor, name) for name in vendor.__slots__ if name != "products"}, products=tuple(more)
    )


def _finish(product: CastProduct, finish: str, number: int) -> CastProduct:
    like = product.variants[0]
    variant = CastVariant(
        sku=f"{like.sku}-{finish.upper()}", gtin="", price_minor=like.price_minor + 50 * number, stock=STOCK
    )
    return CastProduct(
        title=f"{product.title}, {finish.lower()}",
        description=product.description,
        category=product.category,
        brand=product.brand,
        attributes={**product.attributes, "finish": finish},
        variants=(variant,),
        picture=product.picture,
    )


def _neighbor(number: int, name: str) -> CastCustomer:
    like = CUSTOMERS[number % len(CUSTOMERS)]
    return CastCustomer(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@mail.example",
        street=like.street,
        city=like.city,
        postal_code=like.postal_code,
        country=like.country,
    )
