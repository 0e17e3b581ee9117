"""What a shop's stock hears."""

from uuid import UUID

from django.db import transaction

from kit.links import absolute_url
from notifications.actions import send
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.alerts import note_crossings
from tenants.shop.inventory.models import PurchaseOrder
from tenants.shop.inventory.purchasing import draft_reorders
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
        draft_reorders(fallen)
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


def mail_purchase(fact: Fact) -> None:
    """After `shop.purchase_sent`: the supplier reads what is ordered, and where it shall come to."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    with in_shop(vendor):
        orders = PurchaseOrder.objects.select_related("supplier", "warehouse").prefetch_related("lines")
        order = orders.get(id=fact.payload["purchase"])
        if order.sent_at is None or order.canceled_at is not None:
            return
        context = {"vendor": vendor, "order": order, "lines": list(order.lines.all())}
    send(f"purchase_order:{order.id}", "purchase_order", order.supplier.email, context, vendor_id=vendor.id)
