"""What of a vendor's orders keeps it from being closed."""

from uuid import UUID

from django.db.models import Q

from kit.words import counted
from marketplace.orders.models import Fulfillment, StockHold, VendorOrder
from tenants.vendors.leaving import Obstacle


def open_orders(vendor_id: UUID) -> list[Obstacle]:
    """Orders that wait for payment, or are paid and have not arrived."""
    parts = VendorOrder.objects.filter(vendor_id=vendor_id, canceled_at=None, order__canceled_at=None)
    unpaid = parts.filter(paid_at=None, order__stock_hold=StockHold.HELD).count()
    done = Q(fulfillment__in=[Fulfillment.DELIVERED, Fulfillment.CANCELED])
    under_way = parts.filter(paid_at__isnull=False).exclude(done).count()
    return [
        *([Obstacle("orders", f"{counted(unpaid, 'order waits', 'orders wait')} for payment")] if unpaid else []),
        *(
            [Obstacle("orders", f"{counted(under_way, 'paid order has', 'paid orders have')} not arrived")]
            if under_way
            else []
        ),
    ]
