"""A small market: three vendors with one product each, in their shops and in the unified catalogue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Shelf:
    """One product of one vendor as it stands in the shop and in the catalogue."""

    vendor: Any
    variant: Any
    offer: Any
    listing: Any


@pytest.fixture
def put_on_shelf(make_vendor: Callable[..., Any]) -> Callable[..., Shelf]:
    """`put_on_shelf("lindqvist", price_minor=4900, stock=10)`: a vendor selling one thing."""
    from kit.ids import uuid7
    from marketplace.catalog.models import Listing, ListingVariant, Offer, VendorCard
    from marketplace.catalog.projection import shipping_shown
    from tenants.isolation.doors import in_shop
    from tenants.shop.catalog.models import Product, Variant
    from tenants.shop.inventory.models import StockLevel, Warehouse
    from tests.support.shipping import flat

    def put(
        slug: str,
        *,
        price_minor: int = 4900,
        stock: int = 10,
        shipping_minor: int = 490,
        free_from_minor: int | None = None,
        ships_to: tuple[str, ...] = (),
        terms: Any = None,
        weight_grams: int = 0,
        vendor: Any = None,
    ) -> Shelf:
        vendor = vendor or make_vendor(slug)
        with in_shop(vendor):
            product = Product.objects.create(title=f"Thing of {vendor.name}", slug=f"thing-{slug}", state="published")
            variant = Variant.objects.create(
                product=product, sku=f"{slug}-1", price_minor=price_minor, weight_grams=weight_grams
            )
            warehouse, _ = Warehouse.objects.get_or_create(name="Main")
            StockLevel.objects.create(variant=variant, warehouse=warehouse, on_hand=stock)
        VendorCard.objects.get_or_create(
            vendor_id=vendor.id,
            defaults={
                "slug": slug,
                "name": vendor.name,
                "country": vendor.country,
                "is_selling": True,
                **shipping_shown(terms or flat(shipping_minor, free_from_minor, ships_to)),
            },
        )
        listing = Listing.objects.create(
            id=uuid7(),
            slug=f"thing-{slug}",
            title=product.title,
            content_product_id=product.id,
            content_vendor_id=vendor.id,
            price_minor=price_minor,
            is_visible=True,
            in_stock=True,
        )
        offer = Offer.objects.create(
            id=variant.id,
            listing=listing,
            listing_variant=ListingVariant.objects.create(listing=listing),
            vendor_id=vendor.id,
            product_id=product.id,
            sku=variant.sku,
            price_minor=price_minor,
            currency="EUR",
            available=stock,
            weight_grams=weight_grams,
        )
        return Shelf(vendor, variant, offer, listing)

    return put


@pytest.fixture
def everything_ten_percent(db: None) -> Any:
    from billing.commissions.models import CommissionRule

    return CommissionRule.objects.create(name="Standard", position=1, rate_bps=1000)


@pytest.fixture
def address() -> dict[str, str]:
    return {
        "name": "Ada Vermeer",
        "line1": "Prinsengracht 1",
        "line2": "",
        "postal_code": "1015 DK",
        "city": "Amsterdam",
        "country": "NL",
        "phone": "",
    }
