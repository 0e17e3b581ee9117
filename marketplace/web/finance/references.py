"""Where what an id in the books stands for can be seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from marketplace.orders import references as known


@dataclass(frozen=True, slots=True)
class Reference:
    """An order, a vendor order or a payout, by what people call it, and its page."""

    label: str
    url: str


def references(ids: Iterable[UUID | None]) -> dict[UUID, Reference]:
    """Those of these ids that are known, in at most two queries."""
    return {about.id: Reference(about.number, _url(about)) for about in known.references(ids).values()}


def _url(about: known.Reference) -> str:
    if about.kind == "payout":
        return reverse("finance:payout", args=[about.id])
    order = reverse("backoffice:order", args=[about.order_id])
    return f"{order}#{about.number}" if about.kind == "vendor_order" else order
