"""What checkout does when shops tell it something."""

from uuid import UUID

import structlog
from django.db import transaction

from kit import clock
from marketplace.checkout.tasks import release_hold
from marketplace.orders.actions import lock_order
from marketplace.orders.models import Order, OrderEvent, StockHold
from outbox.models import Fact
from taxonomy.vat_ids import RegisterUnavailable, register
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.holds import is_held
from tenants.shop.inventory.models import HoldFreeing
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
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


def look_up_vat_id(fact: Fact) -> None:
    """After `order.placed`: keep with the order whether a register knows its company, where one is set.

    No order waits for that, and none is taxed otherwise because of it: staff see what the register says. One that does not
    answer leaves the number checked by its form only.
    """
    asked, order = register(), Order.objects.only("id", "number", "vat_id").get(id=fact.payload["order"])
    if asked is None or not order.vat_id:
        return
    try:
        answer = asked.ask(order.vat_id)
    except RegisterUnavailable as away:
        log.warning("vat_register_unavailable", order=order.number, cause=str(away))
        return
    checked = {"by": "register", "valid": answer.is_valid, "name": answer.name, "at": clock.now().isoformat()}
    Order.objects.filter(id=order.id).update(vat_id_checked=checked)
