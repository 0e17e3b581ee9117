"""What payment does to an order: paid, or not."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from billing.payments.actions import request_refund
from billing.payments.models import PaymentShare
from billing.prepaid import actions as prepaid
from kit import clock
from kit.faults import point
from marketplace.catalog.models import VendorCard
from marketplace.orders.models import Fulfillment, Order, OrderEvent, StockHold, VendorOrder
from marketplace.promotions import actions as promotions
from outbox.actions import announce
from tenants.isolation.doors import in_shop
from tenants.shop.inventory import actions as inventory
from tenants.shop.inventory.unsound import unless_unsound
from tenants.shop.shipping.terms import from_json, leave_by
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
STOCK_ALLOCATED = point("paid.stock_allocated")
ORDERED_ANEW = "Ordered anew before it was paid"


def lock_order(order_id: UUID) -> Order:
    """The order and its vendor orders, locked in the one order everybody locks in. Inside a transaction.

    Their keys are left free: a vendor, who locks only its own part, writes rows that point to the order, and would wait for
    whoever waits for its part.
    """
    order = Order.objects.select_for_update(no_key=True).get(id=order_id)
    parts = VendorOrder.objects.select_for_update(no_key=True).filter(order_id=order_id)
    list(parts.order_by("id").values_list("id"))
    return order


def mark_paid(order_id: UUID) -> bool:
    """The payment has arrived: allocate the stock held in every shop, and hand the parts to their vendors.

    A vendor's part whose stock is gone all the same is canceled and refunded at once. False when it was marked before.
    Runs inside the transaction that captures the payment.
    """
    order = lock_order(order_id)
    if order.stock_hold == StockHold.ALLOCATED:
        return False
    if order.canceled_at is not None:
        # It came after we had given up: the money is booked and goes back in full (`payments.capture` sees to that).
        return False
    now = clock.now()
    parts = list(order.vendor_orders.order_by("id"))
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in parts])
    shipping = dict(
        VendorCard.objects.filter(vendor_id__in=[part.vendor_id for part in parts]).values_list("vendor_id", "shipping")
    )
    sold_out: list[VendorOrder] = []
    for part in sorted(parts, key=lambda part: vendors[part.vendor_id].schema_name or ""):
        with in_shop(vendors[part.vendor_id]):
            failed = unless_unsound(partial(inventory.allocate, order.id), otherwise=None)
            if failed is None or failed:
                lines = list(part.lines.values_list("id", flat=True))
                unless_unsound(partial(inventory.cancel_allocation, lines), otherwise=None)
                unless_unsound(partial(inventory.release, order.id), otherwise=None)
                sold_out.append(part)
        STOCK_ALLOCATED()
    for part in parts:
        part.paid_at = now
        part.ship_to = order.ship_to
        part.ship_by = leave_by(from_json(shipping.get(part.vendor_id, {})), now=now)
        if part.promised_from and part.promised_to:
            # What was promised counts from the payment: a bank transfer takes its days.
            late = (now.date() - order.placed_at.date()).days
            part.promised_from, part.promised_to = (
                day + timedelta(days=late) for day in (part.promised_from, part.promised_to)
            )
        part.fulfillment = Fulfillment.NEW
        if part in sold_out:
            part.fulfillment, part.canceled_at = Fulfillment.CANCELED, now
    VendorOrder.objects.bulk_update(
        parts, ["paid_at", "ship_to", "ship_by", "promised_from", "promised_to", "fulfillment", "canceled_at"]
    )
    order.stock_hold = StockHold.ALLOCATED
    order.save(update_fields=["stock_hold"])
    events = [OrderEvent(order_id=order.id, name="paid", actor_kind="customer", actor_id=order.user_id, at=now)]
    events += [_canceled(order, part, "Sold out before the payment arrived") for part in sold_out]
    OrderEvent.objects.bulk_create(events)
    _refund_sold_out(sold_out)
    announce("order.paid", payload={"order": str(order.id)})
    return True


def cancel_unpaid(order_id: UUID, *, reason: str) -> int:
    """The order will not be paid: give the stock back. 1 when it was canceled now, 0 when it was settled before."""
    order = lock_order(order_id)
    if order.stock_hold != StockHold.HELD:
        return 0
    parts = list(order.vendor_orders.order_by("id"))
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in parts])
    for vendor in sorted(vendors.values(), key=lambda vendor: vendor.schema_name or ""):
        with in_shop(vendor):
            unless_unsound(partial(inventory.release, order.id), otherwise=None)
    return note_canceled(order, reason=reason)


def note_canceled(order: Order, *, reason: str, by: UUID | None = None) -> int:
    """Write down that an unpaid order, which is locked and whose stock was given back, will not be paid.

    `by` is the customer, where it was their doing and they are known. Gives 1.
    """
    now = clock.now()
    order.stock_hold, order.canceled_at, order.cancel_reason = StockHold.RELEASED, now, reason
    order.save(update_fields=["stock_hold", "canceled_at", "cancel_reason"])
    order.vendor_orders.update(fulfillment=Fulfillment.CANCELED, canceled_at=now)
    promotions.give_back([order.id])
    prepaid.release([order.id])
    OrderEvent.objects.create(
        order_id=order.id, name="canceled", actor_kind="customer" if by else "system", actor_id=by, note=reason, at=now
    )
    announce("order.canceled", payload={"order": str(order.id)})
    return 1


def hand_over(*, cart_id: UUID, user_id: UUID) -> int:
    """A guest has signed in: what they ordered from this cart and have not paid yet is the customer's. Gives how many."""
    return Order.objects.filter(cart_id=cart_id, user=None, stock_hold=StockHold.HELD).update(user_id=user_id)


def _refund_sold_out(parts: Iterable[VendorOrder]) -> None:
    shares = {
        share.reference_id: share for share in PaymentShare.objects.filter(reference_id__in=[p.id for p in parts])
    }
    for part in parts:
        share = shares[part.id]
        log.warning("sold_out_after_payment", vendor_order=part.number)
        if not share.gross_minor + share.subsidy_minor:
            continue
        request_refund(
            share=share,
            amount_minor=share.gross_minor,
            subsidy_minor=share.subsidy_minor,
            net_minor=share.net_minor,
            sales_tax_minor=share.sales_tax_minor,
            key=f"sold_out:{part.id}",
            reason="Sold out before the payment arrived",
        )


def _canceled(order: Order, part: VendorOrder, note: str) -> OrderEvent:
    return OrderEvent(
        order_id=order.id,
        vendor_order=part,
        vendor_id=part.vendor_id,
        name="canceled",
        actor_kind="system",
        note=note,
        data={"sold_out": True, "refunded_minor": part.total_minor},
        at=part.canceled_at or clock.now(),
    )
