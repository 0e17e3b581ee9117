"""What of a vendor's refunds keeps it from being closed."""

from uuid import UUID

from django.db.models import Q

from kit.words import counted
from marketplace.orders.models import VendorOrder
from marketplace.returns.models import RefundRequest, RequestState
from tenants.vendors.leaving import Obstacle


def open_requests(vendor_id: UUID) -> list[Obstacle]:
    """Requests to cancel or give back that nobody has decided, or that are being carried out."""
    orders = VendorOrder.objects.filter(vendor_id=vendor_id).values("order_id")
    waiting = (
        RefundRequest.objects.filter(state__in=[RequestState.WAITING, RequestState.DUE])
        .filter(Q(vendor_id=vendor_id) | Q(vendor_id=None, order_id__in=orders))
        .count()
    )
    return (
        [Obstacle("refunds", f"{counted(waiting, 'refund is', 'refunds are')} not decided or not carried out")]
        if waiting
        else []
    )
