"""How much of its plan a vendor uses: for the portal, and for the page where plans are chosen."""

from dataclasses import dataclass
from uuid import UUID

from tenants.shop.catalog.plan import kept_count
from tenants.shop.inventory.warehouses import open_count
from tenants.vendors.entitlements import Allowed
from tenants.vendors.queries import places_taken


@dataclass(frozen=True, slots=True)
class Used:
    """One thing that a plan counts; a `limit` of None is no limit."""

    kind: str
    label: str
    used: int
    limit: int | None

    @property
    def words(self) -> str:
        return f"{self.used:,} of {self.limit:,}" if self.limit is not None else f"{self.used:,}, no limit"

    @property
    def tone(self) -> str:
        if self.limit is None or self.used < self.limit * 0.9:
            return "accent"
        return "bad" if self.used > self.limit else "warn"


def usage_of(vendor_id: UUID, allowed: Allowed, *, products: int | None = None) -> list[Used]:
    """Products, people and warehouses against the plan's limits. In the vendor's shop; a query each.

    `products` is how many there are besides those archived, if that is known already.
    """
    return [
        Used("products", "Products", kept_count() if products is None else products, allowed.products_limit),
        Used("staff", "People", places_taken(vendor_id), allowed.staff_limit),
        Used("warehouses", "Warehouses", open_count(), allowed.warehouses_limit),
    ]
