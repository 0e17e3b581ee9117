"""The cast of the demo: twelve vendors, the people who shop with them, and the people who run the market."""

from __future__ import annotations

from marketplace.demo.parts import (
    CastCustomer,
    CastProduct,
    CastStaff,
    CastVariant,
    CastVendor,
    Palette,
    Recipe,
)
from marketplace.demo.people import CUSTOMERS, STAFF
from marketplace.demo.vendors import VENDORS

__all__ = [
    "CUSTOMERS",
    "STAFF",
    "VENDORS",
    "CastCustomer",
    "CastProduct",
    "CastStaff",
    "CastVariant",
    "CastVendor",
    "Palette",
    "Recipe",
    "vendor",
]


def vendor(slug: str) -> CastVendor:
    """Return the vendor with this slug; raises KeyError if there is none."""
    for one in VENDORS:
        if one.slug == slug:
            return one
    raise KeyError(slug)
