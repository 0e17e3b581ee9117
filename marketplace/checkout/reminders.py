"""The one mail about a cart that was left."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kit import clock
from kit.links import absolute_url
from marketplace.carts.models import Cart
from marketplace.carts.queries import contents
from marketplace.carts.reminding import end_url
from marketplace.checkout.queries import is_buyable
from marketplace.orders.models import Order
from notifications.actions import send

log = structlog.get_logger(__name__)
# A day after the last change, and not about what has long been forgotten.
LEFT_AFTER, FORGOTTEN_AFTER = timedelta(days=1), timedelta(days=7)


def remind(batch: int = 200) -> int:
    """Write to everybody who asked for it and has left a cart for a day; gives how many. Each cart once."""
    sent = 0
    for cart_id in list(_left().order_by("changed_at").values_list("id", flat=True)[:batch]):
        try:
            sent += _remind(cart_id)
        except Exception:  # whatever is wrong with one cart, the others are looked at
            log.exception("cart_not_reminded_of", cart=str(cart_id))
    return sent


def _left() -> QuerySet[Cart]:
    now = clock.now()
    ordered = Order.objects.filter(cart_id=OuterRef("id"), placed_at__gte=OuterRef("changed_at"))
    return Cart.objects.filter(
        ~Exists(ordered),
        reminder_wanted_at__isnull=False,
        reminded_at=None,
        changed_at__lte=now - LEFT_AFTER,
        changed_at__gt=now - FORGOTTEN_AFTER,
        lines__isnull=False,
    ).distinct()


@transaction.atomic
def _remind(cart_id: UUID) -> int:
    # Whoever orders, changes the cart or says no meanwhile waits for this, or this sees what they did.
    cart = Cart.objects.select_for_update(of=("self",)).select_related("user").filter(id=cart_id).first()
    if cart is None or not _left().filter(id=cart.id).exists():
        return 0
    to = cart.user.email if cart.user else cart.reminder_to
    lines = [line for line in contents(cart).lines if is_buyable(line)]
    cart.reminded_at = clock.now()
    cart.save(update_fields=["reminded_at"])
    if not lines or not to:
        return 0
    context = {"lines": lines, "end_url": end_url(cart.id), "cart_url": absolute_url("market", "/cart/")}
    send(f"cart_left:{cart.id}:{cart.version}", "cart_left", to, context)
    return 1
