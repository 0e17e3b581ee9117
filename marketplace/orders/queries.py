"""Reading orders, for the customer, the vendor and the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from billing.payments.models import Payment, PaymentShare
from django.db.models import Count, QuerySet, Sum
from kit.pagination import Page, keyset_page

from marketplace.orders.models import Fulfillment, Order, OrderEvent, VendorOrder
from marketplace.orders.status import shown_status


@dataclass(frozen=True)
class ShownPart:
    """A vendor order as its customer sees it: with the word for its state, its money, and what has happened."""

    part: VendorOrder
    status: str
    refunded_minor: int
    events: list[OrderEvent]


@dataclass(frozen=True)
class ShownOrder:
    order: Order
    payment: Payment
    parts: list[ShownPart]
    events: list[OrderEvent]

    @property
    def status(self) -> str:
        """One word for the whole purchase, only where all parts agree on it; else "processing"."""
        words = {part.status for part in self.parts}
        return words.pop() if len(words) == 1 else "processing"


def shown_order(order: Order) -> ShownOrder:
    """All of an order page in six queries, whatever its size."""
    parts = list(order.vendor_orders.order_by("number").prefetch_related("lines", "parcels__lines"))
    payment = Payment.objects.get(reference_id=order.id)
    refunded = dict(PaymentShare.objects.filter(payment=payment).values_list("reference_id", "refunded_minor"))
    events = list(OrderEvent.objects.filter(order_id=order.id).order_by("at", "id"))
    return ShownOrder(
        order=order,
        payment=payment,
        parts=[
            ShownPart(
                part=part,
                status=_status(part, payment.state, refunded.get(part.id, 0)),
                refunded_minor=refunded.get(part.id, 0),
                events=[event for event in events if event.vendor_order_id in (None, part.id)],
            )
            for part in parts
        ],
        events=events,
    )


def orders_of_customer(user: User, *, cursor: str | None = None, size: int = 20) -> Page[Order]:
    """A customer's orders, newest first, with their vendor orders."""
    rows = Order.objects.filter(user=user).prefetch_related("vendor_orders")
    return keyset_page(rows, order=("-placed_at", "-id"), cursor=cursor, size=size)


def statuses(parts: Sequence[VendorOrder]) -> dict[UUID, str]:
    """The shown word of many vendor orders, in two queries. For processes that may read payments."""
    payments = dict(
        Payment.objects.filter(reference_id__in={part.order_id for part in parts}).values_list("reference_id", "state")
    )
    refunded = dict(
        PaymentShare.objects.filter(reference_id__in=[part.id for part in parts]).values_list(
            "reference_id", "refunded_minor"
        )
    )
    return {part.id: _status(part, payments[part.order_id], refunded.get(part.id, 0)) for part in parts}


def vendor_statuses(parts: Sequence[VendorOrder]) -> dict[UUID, str]:
    """The same as seen from inside a wall, where payments cannot be read: a vendor order there is paid or waiting."""
    refunded = dict(
        PaymentShare.objects.filter(reference_id__in=[part.id for part in parts]).values_list(
            "reference_id", "refunded_minor"
        )
    )
    return {
        part.id: _status(part, "paid" if part.paid_at else "pending", refunded.get(part.id, 0))
        if part.paid_at or part.fulfillment != Fulfillment.CANCELED
        else "canceled"
        for part in parts
    }


def vendor_orders(
    vendor_id: UUID, *, fulfillment: str = "", search: str = "", cursor: str | None = None, size: int = 25
) -> Page[VendorOrder]:
    """A vendor's paid orders, newest first; unpaid ones are nobody's business yet."""
    rows: QuerySet[Any] = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False).prefetch_related(
        "lines"
    )
    if fulfillment in Fulfillment.values:
        rows = rows.filter(fulfillment=fulfillment)
    if search:
        rows = rows.filter(number__istartswith=search.strip())
    return keyset_page(rows, order=("-placed_at", "-id"), cursor=cursor, size=size)


def fulfillment_counts(vendor_id: UUID) -> dict[str, int]:
    """How many paid vendor orders stand in each state: the portal's "what must I do today"."""
    rows = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__isnull=False).values_list("fulfillment")
    return dict(rows.annotate(count=Count("id")).values_list("fulfillment", "count"))


def sales_between(vendor_id: UUID, start: Any, end: Any) -> tuple[int, int]:
    """(orders, gross in minor units) that a vendor was paid for between two instants."""
    found = VendorOrder.objects.filter(vendor_id=vendor_id, paid_at__gte=start, paid_at__lt=end).aggregate(
        count=Count("id"), gross=Sum("total_minor")
    )
    return found["count"], found["gross"] or 0


def _status(part: VendorOrder, payment_state: str, refunded_minor: int) -> str:
    return shown_status(
        part.fulfillment, payment_state, total_minor=part.total_minor, refunded_minor=refunded_minor
    )
