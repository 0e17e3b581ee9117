"""What an id in the books stands for, and where it can be seen. The books themselves do not know."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from billing.payouts.models import Payout
from marketplace.orders.queries import orders_of, vendor_orders_of


@dataclass(frozen=True, slots=True)
class Reference:
    """An order, a vendor order or a payout, by what people call it."""

    label: str
    url: str


def references(ids: Iterable[UUID | None]) -> dict[UUID, Reference]:
    """Those of these ids that are known, in at most three queries."""
    wanted = {found_id for found_id in ids if found_id}
    found: dict[UUID, Reference] = {}
    if wanted:
        for part in vendor_orders_of(list(wanted)).values():
            found[part.id] = Reference(
                part.number, f"{reverse('backoffice:order', args=[part.order_id])}#{part.number}"
            )
    if left := wanted - found.keys():
        for order in orders_of(list(left)).values():
            found[order.id] = Reference(order.number, reverse("backoffice:order", args=[order.id]))
    if left := wanted - found.keys():
        for payout in Payout.objects.in_bulk(left).values():
            found[payout.id] = Reference(payout.provider_payout_id, reverse("finance:payout", args=[payout.id]))
    return found
