"""Which open pages hear of a fact: those of the order, and the boards of the vendors that it is about."""

from collections.abc import Iterable
from uuid import UUID

from live import news
from marketplace.orders.models import VendorOrder
from marketplace.returns.models import Claim, RefundRequest, Return
from outbox.models import Fact


def order_topic(order_id: UUID) -> str:
    """Of the customer's page."""
    return f"order:{order_id}"


def board_topic(vendor_id: UUID) -> str:
    """Of all a vendor's orders."""
    return f"board:{vendor_id}"


def tell_pages(fact: Fact) -> None:
    """After whatever changes an order, a parcel, a return, a claim or a refund: whoever looks at it asks again."""
    topics: dict[str, None] = {}
    for order_id, vendor_id in _parts(fact.payload):
        topics |= {order_topic(order_id): None, board_topic(vendor_id): None}
    news.tell(topics, fact_id=fact.id)


def _parts(payload: dict[str, str]) -> Iterable[tuple[UUID, UUID]]:
    """[(order, vendor)] of what the fact names."""
    parts = VendorOrder.objects.values_list("order_id", "vendor_id")
    if "order" in payload:
        return parts.filter(order_id=payload["order"])
    if "vendor_order" in payload:
        return parts.filter(id=payload["vendor_order"])
    for name, model in (("return", Return), ("claim", Claim)):
        if name in payload:
            return model.objects.filter(id=payload[name]).values_list("order_id", "vendor_id")
    request = RefundRequest.objects.get(id=payload["request"])
    mine = {"vendor_id": request.vendor_id} if request.vendor_id else {}
    return parts.filter(order_id=request.order_id, **mine)
