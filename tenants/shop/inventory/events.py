"""What a shop's stock hears."""

from uuid import UUID

from django.db import transaction

from kit.links import absolute_url
from notifications.actions import send
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.alerts import note_crossings
from tenants.vendors.models import Vendor


@transaction.atomic
def tell_of_low_stock(fact: Fact) -> None:
    """After `shop.stock_changed`: one mail for what has just fallen to its threshold, none for what was low before."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    if not vendor.is_reachable:
        return
    with in_shop(vendor):
        fallen = note_crossings([UUID(variant) for variant in fact.payload["variants"]])
        variants = Variant.objects.select_related("product").in_bulk({level.variant_id for level in fallen})
    if fallen:
        send(
            f"stock_low:{fallen[0].id}:{fallen[0].low_since}",
            "stock_low",
            vendor.email,
            {
                "vendor": vendor,
                "rows": [
                    {
                        "title": variants[level.variant_id].product.title,
                        "sku": variants[level.variant_id].sku,
                        "warehouse": level.warehouse.name,
                        "left": level.on_shelf,
                    }
                    for level in fallen
                ],
                "url": absolute_url("portal", "/stock/low/", vendor=vendor.slug),
            },
            vendor_id=vendor.id,
        )
