"""What of a vendor's plan keeps it from being closed."""

from uuid import UUID

from billing.subscriptions.queries import live_subscription
from tenants.vendors.leaving import Obstacle


def running_plan(vendor_id: UUID) -> list[Obstacle]:
    """A plan that goes on would be billed again."""
    found = live_subscription(vendor_id)
    return [Obstacle("plan", f"its plan {found.price.plan.name} is running: cancel it first")] if found else []
