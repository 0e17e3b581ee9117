"""What checkout does when shops tell it something."""

from uuid import UUID

from django.db import transaction

from kit import clock
from marketplace.checkout.tasks import release_hold
from marketplace.orders.actions import lock_order
from marketplace.orders.models import OrderEvent, StockHold
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.holds import is_held
from tenants.shop.inventory.models import HoldFreeing
from tenants.vendors.models import Vendor

NOT_KEPT = "The shop could not keep it any longer"


@transaction.atomic
def free_hold(fact: Fact) -> None:
    """After `shop.hold_freeing_asked`: cancel the unpaid order, once the provider lets nobody pay it any more.

    The shop's own row is the truth: a vendor can only have an order canceled for which its own stock is held. A session
    that is open is ended at the provider first; its answer, or the sweep over holds that are over, then gives the stock back.
    """
    assert fact.vendor_id is not None
    vendor = Vendor.objects.get(id=fact.vendor_id)
    order_id = UUID(fact.payload["order"])
    with in_shop(vendor):
        asked = HoldFreeing.objects.filter(order_id=order_id).first()
        if asked is None or not is_held(order_id):
            return
    order = lock_order(order_id)
    if order.stock_hold != StockHold.HELD:
        return
    order.hold_until = min(order.hold_until, clock.now())
    order.save(update_fields=["hold_until"])
    OrderEvent.objects.create(
        order_id=order.id,
        vendor_order=order.vendor_orders.get(vendor_id=vendor.id),
        vendor_id=vendor.id,
        name="hold_freed",
        actor_kind="member",
        actor_id=asked.asked_by,
        note=asked.reason,
        at=clock.now(),
    )
    release_hold(order_id, reason=NOT_KEPT)
