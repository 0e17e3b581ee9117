"""Order lines on their way to the bank, as `portal/_ways.html` shows them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from billing.disputes.ways import ways_of
from billing.payouts.models import Transfer, TransferPart
from billing.payouts.ways import RULE_WORDS, is_open
from marketplace.orders.models import Fulfillment
from marketplace.orders.queries import lines_of, numbers_of


def shown_ways(vendor_id: UUID, transfers: Sequence[Transfer]) -> list[dict[str, Any]]:
    """Each transfer with its order's lines, stations and holds; five queries however many there are."""
    references = {row.reference_id for row in transfers}
    orders = numbers_of(vendor_id, references)
    lines = lines_of(vendor_id, references)
    return [
        {
            "way": found,
            "transfer": found.transfer,
            "is_canceled": part is not None and part.fulfillment == Fulfillment.CANCELED,
            "is_reserve": found.transfer.part == TransferPart.RESERVE,
            "number": part.number if part else found.transfer.reference_number,
            "url": reverse("portal:order", args=[found.transfer.reference_id]),
            "shipping_minor": part.shipping_minor if part else 0,
            "lines": [
                {
                    "title": line.title,
                    "quantity": line.quantity,
                    "earned_minor": line.sold_minor - line.commission_minor,
                    "commission_minor": line.commission_minor - line.commission_tax_minor,
                    "commission_tax_minor": line.commission_tax_minor,
                }
                for line in lines.get(found.transfer.reference_id, [])
            ],
            "holds": [
                {
                    "hold": hold,
                    "rule": RULE_WORDS.get(hold.rule.split(":")[0], hold.rule.replace("_", " ").capitalize()),
                    "is_open": is_open(hold),
                }
                for hold in found.holds
            ],
        }
        for found in ways_of(transfers)
        for part in [orders.get(found.transfer.reference_id)]
    ]
