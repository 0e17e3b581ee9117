"""Which of the methods that a vendor offers a parcel goes by: what the customer chose, else the cheapest delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tenants.shop.shipping.terms import Item, Method, Offered, ShippingTerms, methods_for


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is offered for one vendor's parcel, and what of it is taken; `is_stale` when what was chosen is not offered."""

    offered: Offered
    chosen: Method | None
    is_stale: bool = False

    @property
    def cost_minor(self) -> int:
        return self.chosen.price_minor if self.chosen else 0

    @property
    def free_minor(self) -> int:
        """So much of it free shipping takes off: the cheapest delivery. Who chooses a dearer one pays the difference."""
        cheapest = self.offered.preselected
        return min(self.cost_minor, cheapest.price_minor) if cheapest else self.cost_minor


def shipment(terms: ShippingTerms, items: Sequence[Item], *, country: str, now: datetime, key: str = "") -> Shipment:
    """`key` is of the method that the customer chose; "" where they have not, and it goes the cheapest way.

    Nothing is taken where nothing is delivered: fetching a parcel is a customer's own choice.
    """
    offered = methods_for(terms, items, country=country, now=now)
    chosen = offered.by_key(key) if key else None
    return Shipment(offered, chosen or offered.preselected, is_stale=bool(key) and chosen is None)
