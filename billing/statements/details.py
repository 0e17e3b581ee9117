"""What the books do not know of a vendor order: its number, what was goods and what shipping, which rule took commission
and of which a refund gave it back.

Billing knows no products; whoever keeps orders says it, by the function that the setting `ORDER_DETAILS` names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class CommissionPart:
    """Commission of one rule on a vendor order, in minor units; `tax_rate` as people write it ("19 %", "" for none)."""

    rule: str
    net_minor: int
    tax_minor: int = 0
    tax_rate: str = ""
    tax_note: str = ""


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """A vendor order as it was placed; goods and shipping include their tax and sum to what its customer paid.

    `tax_rate` and `tax_note` are of the VAT on its commission, as in its parts. `given_back` says by the source key of a
    refund's entry how much commission, its VAT included, went back of each rule.
    """

    number: str
    goods_minor: int
    goods_tax_minor: int
    shipping_minor: int
    shipping_tax_minor: int
    commission: tuple[CommissionPart, ...] = ()
    tax_rate: str = ""
    tax_note: str = ""
    given_back: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


DetailsOf = Callable[[UUID, Sequence[UUID]], dict[UUID, OrderDetails]]


def details_of(vendor_id: UUID, references: Sequence[UUID]) -> dict[UUID, OrderDetails]:
    """A vendor's orders by reference: a vendor order's own id, or that of the purchase it is part of. Only known ones."""
    found: DetailsOf = import_string(settings.ORDER_DETAILS)
    return found(vendor_id, references)
