"""Where what an id in the books stands for can be seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from marketplace.orders import references as known
from marketplace.web.backoffice.tables import addresses


@dataclass(frozen=True, slots=True)
class Reference:
    """An order, a vendor order or a payout, by what people call it, and its page."""

    label: str
    url: str


def references(ids: Iterable[UUID | None]) -> dict[UUID, Reference]:
    """Those of these ids that are known, in at most two queries."""
    payout, order = addresses("finance:payout"), addresses("backoffice:order")

    def url(about: known.Reference) -> str:
        if about.kind == "payout":
            return payout(about.id)
        assert about.order_id is not None
        return f"{order(about.order_id)}#{about.number}" if about.kind == "vendor_order" else order(about.order_id)

    return {about.id: Reference(about.number, url(about)) for about in known.references(ids).values()}
