"""What shops hear."""

from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.actions import follow_plan
from tenants.vendors.models import Vendor


def follow_entitlements(fact: Fact) -> None:
    """`vendor.entitlements_changed`, after commit: as many products are on sale as the plan allows now."""
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    if vendor.schema_name:
        with in_shop(vendor):
            follow_plan()
