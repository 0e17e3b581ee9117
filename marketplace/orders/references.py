"""What an id in the books stands for. The books themselves do not know."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from billing.payouts.models import Payout
from marketplace.orders.models import VendorOrder


@dataclass(frozen=True, slots=True)
class Reference:
    """An order, a vendor order or a payout (`kind`), by what people call it; of a vendor order, also its order."""

    kind: str
    id: UUID
    number: str
    order_id: UUID | None = None


def references(ids: Iterable[UUID | None]) -> dict[UUID, Reference]:
    """Those of these ids that are known, in at most two queries."""
    wanted = {found_id for found_id in ids if found_id}
    found: dict[UUID, Reference] = {}
    if wanted:
        parts = VendorOrder.objects.filter(Q(id__in=wanted) | Q(order_id__in=wanted)).select_related("order")
        for part in parts.only("number", "order__number"):
            found[part.id] = Reference("vendor_order", part.id, part.number, part.order_id)
            found[part.order_id] = Reference("order", part.order_id, part.order.number, part.order_id)
    if left := wanted - found.keys():
        for payout in Payout.objects.in_bulk(left).values():
            found[payout.id] = Reference("payout", payout.id, payout.provider_payout_id)
    return found
