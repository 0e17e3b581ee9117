"""What documents of the books say of vendor orders (`billing.statements.details`)."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from billing.commissions.words import without_amounts
from billing.statements.details import CommissionPart, OrderDetails
from kit.money import in_percent
from marketplace.orders.models import OrderLine, VendorOrder
from marketplace.orders.queries import lines_of, numbers_of


def details_of(vendor_id: UUID, references: Sequence[UUID]) -> dict[UUID, OrderDetails]:
    """Those of a vendor's orders that these name, by the vendor order's or the purchase's id, with their goods, shipping and
    commission. Two queries.
    """
    parts = numbers_of(vendor_id, references)
    lines = lines_of(vendor_id, {part.id for part in parts.values()})
    return {key: _details(part, lines.get(part.id, [])) for key, part in parts.items()}


def rule_of(line: OrderLine) -> str:
    """The rule that took a line's commission, as documents name it."""
    return without_amounts(line.commission_reason)


def _details(part: VendorOrder, lines: Sequence[OrderLine]) -> OrderDetails:
    by_rule: dict[str, list[OrderLine]] = defaultdict(list)
    for line in lines:
        if line.commission_minor:
            by_rule[rule_of(line)].append(line)
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
