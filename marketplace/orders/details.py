"""What documents of the books say of vendor orders (`billing.statements.details`)."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from billing.commissions.words import without_amounts
from billing.statements.details import CommissionPart, OrderDetails
from kit.money import in_percent
from marketplace.orders.models import OrderLine, VendorOrder


def details_of(vendor_orders: Sequence[UUID]) -> dict[UUID, OrderDetails]:
    """Those of these ids that are vendor orders, with their goods, shipping and commission. Two queries."""
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(vendor_order__in=vendor_orders).order_by("position", "id"):
        lines[line.vendor_order_id].append(line)
    return {part.id: _details(part, lines[part.id]) for part in VendorOrder.objects.filter(id__in=vendor_orders)}


def _details(part: VendorOrder, lines: Sequence[OrderLine]) -> OrderDetails:
    by_rule: dict[str, list[OrderLine]] = defaultdict(list)
    for line in lines:
        if line.commission_minor:
            by_rule[without_amounts(line.commission_reason)].append(line)
    rate, note = f"{in_percent(part.commission_tax_rate)} %", part.commission_tax_reason
    return OrderDetails(
        number=part.number,
        goods_minor=part.goods_minor,
        goods_tax_minor=part.tax_minor - part.shipping_tax_minor,
        shipping_minor=part.shipping_minor,
        shipping_tax_minor=part.shipping_tax_minor,
        commission=tuple(
            CommissionPart(
                rule=rule,
                net_minor=sum(line.commission_minor - line.commission_tax_minor for line in taken),
                tax_minor=sum(line.commission_tax_minor for line in taken),
                tax_rate=rate,
                tax_note=note,
            )
            for rule, taken in by_rule.items()
        ),
        tax_rate=rate,
        tax_note=note,
    )
