"""What a vendor's plan means for its products: how many there may be, and which stay on sale when it allows fewer.

The limit counts products that are not archived. Nothing is deleted, archived or made a draft when a plan shrinks: of the
published products the oldest stay on sale, as many as the plan allows, and the newest are paused until there is room again.
Orders know nothing of it: what was ordered is shipped.
"""

from kit import clock
from kit.context import require_vendor
from tenants.shop.catalog.models import Product, ProductState
from tenants.vendors.entitlements import allowed_to, check_room, room_for


def kept_count() -> int:
    """How many products count against the limit."""
    return Product.objects.exclude(state=ProductState.ARCHIVED).count()


def on_sale_count() -> int:
    return Product.objects.filter(state=ProductState.PUBLISHED, paused_at=None).count()


def check_may_add(count: int = 1) -> None:
    """Raises BeyondPlan when the plan has no room for so many more products. Before any product is locked."""
    check_room("products", used=kept_count, adding=count)


def check_may_sell_one_more() -> None:
    """Raises BeyondPlan when as many products are on sale as the plan allows. Before any product is locked."""
    check_room("products", used=on_sale_count, field="publish")


def room_to_add() -> int | None:
    """How many products may be added, None for any number; holds the place until the transaction ends."""
    return room_for("products", used=kept_count)


def keep_within_plan() -> list[Product]:
    """Pause what is on sale beyond the plan's limit, the newest first, and resume what has room again, the oldest first.

    Gives the products that changed, for the catalogue to look at. To be called inside a transaction, in the shop.
    """
    limit = allowed_to(require_vendor().id).products_limit
    published = Product.objects.filter(state=ProductState.PUBLISHED)
    if limit is None:
        changed = list(published.exclude(paused_at=None).select_for_update().order_by("id"))
        keep = {product.id for product in changed}
    else:
        room_for("products", used=lambda: 0)  # holds the place: nobody publishes meanwhile
        keep = set(published.order_by("created_at", "id").values_list("id", flat=True)[:limit])
        beyond = published.exclude(id__in=keep).filter(paused_at=None)
        again = published.filter(id__in=keep).exclude(paused_at=None)
        changed = list((beyond | again).select_for_update().order_by("id"))
    now = clock.now()
    for product in changed:
        product.paused_at = None if product.id in keep else now
    Product.objects.bulk_update(changed, ["paused_at"])
    return changed
