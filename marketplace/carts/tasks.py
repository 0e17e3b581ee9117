"""Carts that nobody comes back to."""

from datetime import timedelta

from celery import shared_task

from kit import clock
from marketplace.carts import wishing
from marketplace.carts.models import Cart, SharedCart

# As long as a guest's browser keeps its cookie: after that nothing opens the cart.
STALE_AFTER = timedelta(days=60)


@shared_task(name="carts.drop_stale")
def drop_stale(batch: int = 500) -> int:
    """Delete guests' carts that nobody changed for sixty days, and shared copies that are too old; gives how many rows.

    Orders from such a cart stay: they keep all they need themselves.
    """
    stale = Cart.objects.filter(user=None, changed_at__lte=clock.now() - STALE_AFTER)
    dropped = 0
    while ids := list(stale.order_by("changed_at").values_list("id", flat=True)[:batch]):
        # Somebody may come back at this very moment: what is stale is asked once more, with the delete.
        gone = stale.filter(id__in=ids)
        found = gone.count()
        gone.delete()
        dropped += found
        if len(ids) < batch:
            break
    copies, _ = SharedCart.objects.filter(expires_at__lte=clock.now()).delete()
    return dropped + copies


@shared_task(name="carts.tell_of_wishes")
def tell_of_wishes() -> int:
    """Mail whoever asked for it that something they wish for is there again, or costs less; gives how many."""
    return wishing.tell_of_wishes()
