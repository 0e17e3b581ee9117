"""What a journey plays: which vendors, what they import, who buys what. Plain data, the same at every reading."""

import csv
import io
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from django.utils.text import slugify

from marketplace.demo.cast import CUSTOMERS, VENDORS
from marketplace.demo.parts import CastCustomer, CastProduct, CastVendor, Palette

COLUMNS = ["external_id", "title", "description", "brand", "gtin", "price", "stock", "sku", "category", "attributes"]
NEEDED = {"id", "brand", "gtin", "title", "description", "price_minor", "attributes"}
CATALOGUE_STOCK = 100
CATALOGUE_ORDERS = 200
SECOND_OFFERS = 50


@dataclass
class ScriptVendor:
    """A vendor of a journey and the file it imports."""

    cast: CastVendor
    rows: list[dict[str, str]] = field(default_factory=list)

    def file(self) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()


class Fate(StrEnum):
    """What becomes of a purchase. SOLD_OUT: its first vendor's stock is gone when the payment comes."""

    PAID = "paid"
    DECLINED_FIRST = "declined_first"
    ABANDONED = "abandoned"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True)
class ScriptPurchase:
    """A customer's purchase: (vendor slug, row of its file, quantity) each."""

    number: int
    customer: CastCustomer
    items: Sequence[tuple[str, int, int]]
    fate: Fate = Fate.PAID


@dataclass(frozen=True)
class Script:
    """A whole journey."""

    name: str
    vendors: list[ScriptVendor]
    purchases: list[ScriptPurchase]
    categories: list[str] = field(default_factory=list)

    def vendor(self, slug: str) -> ScriptVendor:
        return next(each for each in self.vendors if each.cast.slug == slug)


def cast_script() -> Script:
    """Four vendors of the cast; nine purchases, the first of them over three vendors.

    One customer's card is declined before another is taken, one never pays, and one pays for what has just broken.
    """
    vendors = [
        ScriptVendor(cast, [_row_of(product, n) for n, product in enumerate(cast.products)]) for cast in VENDORS[:4]
    ]
    slugs = [each.cast.slug for each in vendors]
    baskets = [
        (Fate.PAID, [(slugs[0], 0, 2), (slugs[1], 1, 1), (slugs[2], 0, 1)]),
        (Fate.PAID, [(slugs[3], 2, 1)]),
        (Fate.DECLINED_FIRST, [(slugs[1], 2, 1), (slugs[0], 1, 1)]),
        (Fate.PAID, [(slugs[0], 3, 1), (slugs[3], 0, 3)]),
        (Fate.SOLD_OUT, [(slugs[3], 7, 1), (slugs[1], 6, 2)]),
        (Fate.PAID, [(slugs[1], 0, 1), (slugs[2], 3, 2), (slugs[3], 4, 1)]),
        (Fate.ABANDONED, [(slugs[2], 1, 2), (slugs[0], 2, 1)]),
        (Fate.PAID, [(slugs[2], 5, 1)]),
        (Fate.PAID, [(slugs[0], 5, 1), (slugs[1], 5, 1), (slugs[2], 6, 1), (slugs[3], 6, 1)]),
    ]
    purchases = [
        ScriptPurchase(number, CUSTOMERS[number % len(CUSTOMERS)], basket, fate)
        for number, (fate, basket) in enumerate(baskets)
    ]
    return Script("cast", vendors, purchases)


def catalogue_script(path: Path, orders: int = CATALOGUE_ORDERS) -> Script:
    """Every brand of a catalogue file becomes a vendor with its products; 50 products get a second vendor's offer.

    Brands that would have the same address are one vendor. Raises ValueError when the file cannot be read as such a
    catalogue, naming the line, and OSError when it cannot be opened.
    """
    vendors: dict[str, ScriptVendor] = {}
    categories: dict[str, None] = {}
    offers: list[tuple[ScriptVendor, dict[str, str]]] = []
    for product in _products(path):
        brand = product["brand"].strip() or "No brand"
        slug = _slug_of(brand)
        if slug not in vendors:
            vendors[slug] = ScriptVendor(_vendor_of(brand, len(vendors)))
        row = _catalogue_row(product)
        categories[row["category"]] = None
        vendors[slug].rows.append(row)
        offers.append((vendors[slug], row))
    found = list(vendors.values())
    if not found:
        raise ValueError(f"{path} holds no products")
    # Every so many products, the vendor after the product's own sells it too, a little dearer.
    step = max(len(offers) // SECOND_OFFERS, 1)
    for own, row in offers[::step][:SECOND_OFFERS]:
        other = found[(found.index(own) + 1) % len(found)]
        if other is not own:
            dearer = f"{float(row['price']) * 1.05:.2f}"
            other.rows.append(
                {**row, "external_id": f"x-{row['external_id']}", "sku": f"x-{row['sku']}", "price": dearer}
            )
    return Script("catalogue", found, list(_catalogue_purchases(found, orders)), list(categories))


def _catalogue_purchases(vendors: list[ScriptVendor], orders: int) -> Iterator[ScriptPurchase]:
    """Orders of one to four vendors, walking through vendors and their products."""
    place = 0
    for number in range(orders):
        items: list[tuple[str, int, int]] = []
        for part in range(min(number % 4 + 1, len(vendors))):
            chosen = vendors[(place + part) % len(vendors)]
            items.append((chosen.cast.slug, (number * 7 + part) % len(chosen.rows), 1 + (number + part) % 2))
        place += len(items)
        yield ScriptPurchase(number, CUSTOMERS[number % len(CUSTOMERS)], items)


def _row_of(product: CastProduct, number: int) -> dict[str, str]:
    """A product of the cast as a row: its first variant that has stock (a file has one variant a row)."""
    variant = max(product.variants, key=lambda variant: variant.stock)
    return {
        "external_id": f"cast-{number}",
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "gtin": variant.gtin,
        "price": f"{variant.price_minor / 100:.2f}",
        "stock": str(max(variant.stock, 10)),
        "sku": variant.sku,
        "category": product.category,
        "attributes": json.dumps({key: str(value) for key, value in product.attributes.items()}),
    }


def _products(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a catalogue file; `.xz` is unpacked. Raises ValueError naming the line."""
    open_ = lzma.open if path.suffix == ".xz" else open
    csv.field_size_limit(10_000_000)
    with open_(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        try:
            missing = NEEDED - set(reader.fieldnames or ())
            if missing:
                raise ValueError(f"the columns {', '.join(sorted(missing))} are missing")
            for row in reader:
                if any(row[name] is None for name in NEEDED):
                    raise ValueError("the row is too short")
                if not row["price_minor"].isdecimal():
                    raise ValueError(f"{row['price_minor']!r} is not a price in minor units")
                if not isinstance(json.loads(row["attributes"] or "{}"), dict):
                    raise ValueError("the attributes are not a JSON object")
                yield row
        except (ValueError, csv.Error, lzma.LZMAError, EOFError) as error:
            raise ValueError(f"{path}, line {max(reader.line_num, 1)}: {error}") from None


def _catalogue_row(product: dict[str, str]) -> dict[str, str]:
    attributes = json.loads(product["attributes"] or "{}")
    kind = str(attributes.get("type") or "Other").strip()[:80] or "Other"
    return {
        "external_id": product["id"],
        "title": product["title"][:250],
        "description": product["description"],
        "brand": product["brand"],
        "gtin": product["gtin"],
        "price": f"{int(product['price_minor']) // 100}.{int(product['price_minor']) % 100:02d}",
        "stock": str(CATALOGUE_STOCK),
        "sku": product["id"],
        "category": slugify(kind) or "other",
        "attributes": product["attributes"],
    }


def _slug_of(brand: str) -> str:
    slug = re.sub(r"-+", "-", slugify(brand))[:34].strip("-")
    return slug if len(slug) >= 3 else f"{slug or 'brand'}-shop"


def _vendor_of(brand: str, number: int) -> CastVendor:
    """A brand as a vendor, in the countries of the cast by turns, with the cast's shipping."""
    like = VENDORS[number % len(VENDORS)]
    slug = _slug_of(brand)
    return CastVendor(
        slug=slug,
        name=brand,
        trade="Electronics",
        tagline=f"{brand}, from the maker",
        story="",
        country=like.country,
        city=like.city,
        street=like.street,
        postal_code=like.postal_code,
        contact_name=f"{brand} sales",
        email=f"sales@{slug}.example",
        palette=Palette(*like.palette),
        shipping_minor=like.shipping_minor,
        free_shipping_from_minor=like.free_shipping_from_minor,
        handling_days=like.handling_days,
        products=(),
    )
