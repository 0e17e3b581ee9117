"""What orders do when billing tells of a payment, and whom they tell of an order."""

from uuid import UUID

from django.db.models import Sum

from billing.payments.models import Purpose
from kit.links import absolute_url
from kit.money import Money
from marketplace.carts.actions import take_bought
from marketplace.orders.actions import ORDERED_ANEW, cancel_unpaid, lock_order, mark_paid
from marketplace.orders.links import order_url
from marketplace.orders.models import Fulfillment, Order, OrderLine
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors.models import Vendor


def on_payment_reported(fact: Fact) -> None:
    """Inside: whoever is about to change a payment locks its order first."""
    if fact.payload["purpose"] == Purpose.ORDER:
        lock_order(UUID(fact.payload["order"]))


def on_payment_captured(fact: Fact) -> None:
    """Inside: allocate what was held."""
    if fact.payload["purpose"] == Purpose.ORDER:
        mark_paid(UUID(fact.payload["order"]))


def on_payment_expired(fact: Fact) -> None:
    """Inside: the provider says that nobody can pay any more."""
    if fact.payload["purpose"] == Purpose.ORDER:
        cancel_unpaid(UUID(fact.payload["order"]), reason="Not paid in time")


def empty_the_cart(fact: Fact) -> None:
    """After: the cart an order was paid from has served."""
    order = Order.objects.get(id=fact.payload["order"])
    bought = dict(
        OrderLine.objects.filter(vendor_order__order=order).values_list("variant_id").annotate(Sum("quantity"))
    )
    take_bought(cart_id=order.cart_id, user_id=order.user_id, bought=bought, placed_at=order.placed_at)


def mail_not_paid(fact: Fact) -> None:
    """After: tell the customer that an order is given up unpaid; not one in whose place they have put another."""
    order = Order.objects.get(id=fact.payload["order"])
    paid = order.vendor_orders.filter(paid_at__isnull=False).exists()
    if order.canceled_at is not None and order.cancel_reason != ORDERED_ANEW and not paid:
        context = {"order": order, "url": order_url(order), "cart_url": absolute_url("market", "/cart/")}
        send(f"order_not_paid:{order.id}", "order_not_paid", order.email, context, about=order.id)


def mail_confirmation(fact: Fact) -> None:
    """After: the customer's confirmation, and a word to every vendor with something to ship."""
    order = Order.objects.prefetch_related("vendor_orders__lines").get(id=fact.payload["order"])
    parts = list(order.vendor_orders.all())
    send(
        f"order_confirmed:{order.id}",
        "order_confirmed",
        order.email,
        {
            "order": order,
            "parts": parts,
            "total": str(Money(order.total_minor, order.currency)),
            "url": order_url(order),
        },
        about=order.id,
    )
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in parts])
    for part in parts:
        if part.fulfillment == Fulfillment.CANCELED:
            continue
        vendor = vendors[part.vendor_id]
        send(
            f"vendor_order_new:{part.id}",
            "vendor_order_new",
            vendor.email,
            {
                "part": part,
                "vendor": vendor,
                "total": str(Money(part.total_minor, part.currency)),
                "url": absolute_url("portal", f"/orders/{part.id}/", vendor=vendor.slug),
            },
            about=part.order_id,
            vendor_id=vendor.id,
        )
