"""What the catalogue does when a shop or a vendor changes. Each re-reads the truth and may run twice."""

from uuid import UUID

from marketplace.catalog.projection import project_products, project_shop, project_stock, project_vendor_card
from outbox.models import Fact
from tenants.vendors.models import Vendor


def products_changed(fact: Fact) -> None:
    """`shop.products_changed {"products": [ids]}`"""
    project_products(_vendor(fact), _ids(fact, "products"))


def stock_changed(fact: Fact) -> None:
    """`shop.stock_changed {"variants": [ids]}`"""
    project_stock(_vendor(fact), _ids(fact, "variants"))


def vendor_changed(fact: Fact) -> None:
    """`shop.profile_changed`, `vendor.approved`, `vendor.activated`, `vendor.changed` and all else that changes a
    card.
    """
    project_vendor_card(_vendor(fact))


def shop_restored(fact: Fact) -> None:
    """`vendor.shop_restored`: everything in it may have changed."""
    vendor = _vendor(fact)
    project_vendor_card(vendor)
    project_shop(vendor)


def _vendor(fact: Fact) -> Vendor:
    if fact.vendor_id is None:
        raise ValueError(f"{fact.name} names no vendor")
    return Vendor.objects.get(id=fact.vendor_id)


def _ids(fact: Fact, key: str) -> list[UUID]:
    return [UUID(value) for value in fact.payload[key]]
