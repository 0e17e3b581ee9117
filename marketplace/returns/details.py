"""What documents of the books say of vendor orders, with what refunds gave back of each rule's commission."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from billing.ledger.entries import refund_key
from billing.statements.details import OrderDetails
from marketplace.orders import details
from marketplace.orders.details import rule_of
from marketplace.returns.models import RefundItem


def details_of(vendor_id: UUID, references: Sequence[UUID]) -> dict[UUID, OrderDetails]:
    """As `orders.details.details_of`, and what was given back; three queries."""
    found = details.details_of(vendor_id, references)
    back: dict[UUID, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    items = RefundItem.objects.filter(vendor_order__in=found, order_line__isnull=False).select_related("order_line")
    for item in items.order_by("id"):
        assert item.order_line is not None
        back[item.vendor_order_id][refund_key(item.refund_id)][rule_of(item.order_line)] += item.commission_minor
    return {key: replace(each, given_back=back[key]) if key in back else each for key, each in found.items()}
