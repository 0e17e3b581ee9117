"""The parts that the demo's cast play: plain data, no Django, so that tests and tools can read it anywhere.

Amounts are integers of minor units of EUR and include the tax of the vendor's own country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

Recipe = Mapping[str, object]
"""How to draw a thing: `kind` names one of `marketplace.demo.pictures.KINDS`, the rest are that kind's own words."""

VendorState = Literal["active", "onboarding", "applied"]
Condition = Literal["new", "refurbished", "used"]


@dataclass(frozen=True, slots=True)
class Palette:
    """A vendor's five brand colors as `#rrggbb`: they tint its shop front and light its pictures."""

    paper: str
    surface: str
    ink: str
    accent: str
    soft: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.paper, self.surface, self.ink, self.accent, self.soft))


@dataclass(frozen=True, slots=True, kw_only=True)
class CastVariant:
    """One thing on a vendor's shelf. `options` is empty for a product that comes in one way only."""

    sku: str
    gtin: str
    price_minor: int
    stock: int
    compare_at_minor: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastProduct:
    """A vendor's product. `attributes` always has `material`, `origin` and `weight_grams` (with its packing)."""

    title: str
    description: str
    category: str
    brand: str
    attributes: Mapping[str, str | int]
    variants: tuple[CastVariant, ...]
    picture: Recipe | None
    condition: Condition = "new"

    @property
    def is_sold_out(self) -> bool:
        return all(variant.stock == 0 for variant in self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class CastVendor:
    """A vendor with its shop. `hold_days` and `commission_basis_points` are None where the platform's rule holds."""

    slug: str
    name: str
    trade: str
    tagline: str
    story: str
    country: str
    city: str
    street: str
    postal_code: str
    contact_name: str
    email: str
    palette: Palette
    shipping_minor: int
    handling_days: int
    products: tuple[CastProduct, ...]
    free_shipping_from_minor: int | None = None
    hold_days: int | None = None
    commission_basis_points: int | None = None
    state: VendorState = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class CastCustomer:
    """Someone who shops, with one address. `country` is ISO 3166-1 alpha-2."""

    name: str
    email: str
    street: str
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CastStaff:
    """Someone who works for the marketplace."""

    name: str
    email: str
    role: Literal["administrator", "accountant", "controller", "support"]


class Shelf:
    """Numbers a vendor's variants: `prefix` begins every SKU, `block` (20-29, two digits more) every GTIN."""

    def __init__(self, prefix: str, block: int) -> None:
        self.prefix = prefix
        self.block = block
        self._items = count(1)

    def variant(
        self,
        code: str,
        price_minor: int,
        stock: int,
        *,
        was: int | None = None,
        gtin: str | None = None,
        **options: str,
    ) -> CastVariant:
        """Return the variant with the next number of this shelf, or with `gtin` for goods that others carry too."""
        item = next(self._items)
        return CastVariant(
            sku=f"{self.prefix}-{code}",
            gtin=gtin or in_store_gtin(self.block, item),
            price_minor=price_minor,
            stock=stock,
            compare_at_minor=was,
            options=options,
        )


def in_store_gtin(block: int, item: int) -> str:
    """Return an EAN-13 from GS1's range for restricted circulation (prefixes 20-29), so no real article has it."""
    if not 2000 <= block <= 2999:
        raise ValueError(f"block {block} is outside the in-store range 2000-2999")
    body = f"{block:04d}{item:08d}"
    return body + gtin_check_digit(body)


def gtin_check_digit(body: str) -> str:
    """Return the check digit of a GTIN without it: weights 3, 1, 3 ... from the right (GS1 General Specifications)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


SHARED_GTINS: Mapping[str, str] = {
    name: in_store_gtin(2900, item)
    for item, name in enumerate(
        (
            "olive-soap-bar",
            "early-harvest-oil-500",
            "forest-blocks-50",
            "dotted-notebook-a5",
            "on-ear-headphones",
            "pocket-speaker",
            "waffle-bath-towel",
            "espresso-cup",
            "angle-desk-lamp",
            "washed-linen-cushion",
        ),
        start=1,
    )
}
"""Goods that two vendors carry under one code, so that their offers compete on one listing."""
