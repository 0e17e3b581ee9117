"""What of a vendor's orders keeps it from being closed, and what of a customer's keeps them from being erased; and
how long an order names its customer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kit.personal import Person, country_alone
from kit.words import counted
from marketplace.orders.models import Fulfillment, Order, StockHold, VendorOrder
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


def orders_of(person: Person) -> list[UUID]:
    """The orders of an account, and those made as a guest with an address that is theirs."""
    mine = Q(pk__in=[]) if person.user_id is None else Q(user_id=person.user_id)
    for email in sorted(person.emails):
        mine |= Q(email__iexact=email, user=None)
    return list(Order.objects.filter(mine).order_by("id").values_list("id", flat=True))


def orders_under_way(person: Person) -> Iterator[str]:
    """Each order that waits for payment, or is paid and has not arrived."""
    parts = VendorOrder.objects.filter(order_id__in=person.orders, canceled_at=None, order__canceled_at=None)
    unpaid = parts.filter(paid_at=None, order__stock_hold=StockHold.HELD)
    for number in unpaid.order_by("order__number").values_list("order__number", flat=True).distinct():
        yield f"Order {number} waits for payment"
    done = Q(fulfillment__in=[Fulfillment.DELIVERED, Fulfillment.CANCELED])
    for number in parts.filter(paid_at__isnull=False).exclude(done).order_by("number").values_list("number", flat=True):
        yield f"Order {number} is paid and has not arrived"


def forget_addresses(now: datetime) -> int:
    """Leave only the country of where orders went that no law wants named any longer; gives how many rows."""
    before = now - timedelta(days=settings.ORDER_ADDRESS_DAYS)
    forgotten = 0
    of_a_company = {"company": "", "vat_id": "", "vat_id_checked": {}}
    for model, more in ((VendorOrder, {}), (Order, of_a_company)):
        old = model._base_manager.filter(placed_at__lt=before, ship_to__has_key="line1")
        for row_id, address in list(old.order_by("id").values_list("id", "ship_to")[:1000]):
            forgotten += model._base_manager.filter(id=row_id).update(ship_to=country_alone(address), **more)
    return forgotten
