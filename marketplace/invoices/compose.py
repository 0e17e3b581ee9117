"""What an invoice or credit note says, as plain data that is frozen with it: the PDF shows these figures and computes none.

Amounts are integers of minor units. A sale is what the vendor sold for: what the customer paid, and what the marketplace
paid in their place where it bears a discount. Its VAT is of both, so the invoice says both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.payments.models import Payment
from billing.statements.parties import issuer as platform_data
from kit.money import in_percent
from marketplace.orders.models import Order, OrderLine, TaxLiable, VendorOrder
from marketplace.returns.models import RefundItem
from taxonomy.tax import COUNTRY_NAMES
from tenants.vendors.models import Vendor

# How people call the ways to pay.
MEANS = {"stripe": "Paid online", "bank_transfer": "Bank transfer"}


@dataclass(frozen=True, slots=True)
class Back:
    """What of a line, or of the shipping, was given back."""

    sold: int = 0
    subsidy: int = 0
    tax: int = 0

    def __add__(self, other: "Back") -> "Back":
        return Back(self.sold + other.sold, self.subsidy + other.subsidy, self.tax + other.tax)


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of an invoice: `total` is what was sold, VAT included, of which the marketplace paid `subsidy`."""

    title: str
    total: int
    tax: int
    rate: Decimal
    reason: str
    liable: str
    subsidy: int = 0
    note: str = ""
    quantity: int = 0
    unit: int = 0
    reduction: int = 0

    @property
    def net(self) -> int:
        return self.total - self.tax


@dataclass(frozen=True, slots=True)
class Sale:
    """A vendor order, and what was given back of it before its invoice, by line; None is the shipping."""

    part: VendorOrder
    lines: Sequence[OrderLine]
    back: Mapping[UUID | None, Back] = field(default_factory=dict)


def given_back(items: Iterable[RefundItem]) -> dict[UUID | None, Back]:
    found: dict[UUID | None, Back] = {}
    for item in items:
        one = Back(item.amount_minor + item.subsidy_minor, item.subsidy_minor, item.tax_minor)
        found[item.order_line_id] = found.get(item.order_line_id, Back()) + one
    return found


def sold_lines(sale: Sale) -> list[Sold]:
    """What is left of a vendor order, line by line, the shipping last; of what was given back whole there is none."""
    found = [_goods(line, sale.back.get(line.id, Back())) for line in sale.lines]
    found.append(_shipping(sale.part, sale.lines, sale.back.get(None, Back())))
    return [line for line in found if line.total or line.quantity]


def credited_lines(sale: Sale) -> list[Sold]:
    """What a refund takes back of a vendor order: `sale.back` of its lines."""
    lines = {line.id: line for line in sale.lines}
    shipping = _shipping(sale.part, sale.lines, Back())
    found = []
    for line_id, back in sale.back.items():
        of = _goods(lines[line_id], Back()) if line_id else shipping
        found.append(
            Sold(of.title, back.sold, back.tax, of.rate, of.reason, of.liable, subsidy=back.subsidy, note=of.note)
        )
    return found


def _goods(line: OrderLine, back: Back) -> Sold:
    total, quantity = line.sold_minor - back.sold, line.promised_quantity
    return Sold(
        title=line.title,
        total=total,
        tax=line.tax_minor - back.tax,
        rate=line.tax_rate,
        reason=line.tax_reason,
        liable=line.tax_liable,
        subsidy=line.discount_platform_minor - back.subsidy,
        note=", ".join(f"{name}: {value}" for name, value in line.options.items()),
        quantity=quantity,
        unit=line.unit_price_minor,
        reduction=line.unit_price_minor * quantity - total,
    )


def _shipping(part: VendorOrder, lines: Sequence[OrderLine], back: Back) -> Sold:
    subsidy = part.shipping_discount_platform_minor - back.subsidy
    # Why it is taxed as it is, is why the goods are whose rate it has.
    reason = next((line.tax_reason for line in lines if line.tax_rate == part.shipping_tax_rate), "")
    return Sold(
        title="Pick-up" if part.is_fetched else f"Shipping: {part.shipping_name}",
        total=part.shipping_minor + part.shipping_discount_platform_minor - back.sold,
        tax=part.shipping_tax_minor - back.tax,
        rate=part.shipping_tax_rate,
        reason=reason,
        liable=part.shipping_tax_liable,
        subsidy=subsidy,
    )


def body(lines: Sequence[Sold]) -> dict[str, Any]:
    """Lines, the VAT of each rate and reason, and the sums."""
    taxes: dict[tuple[Decimal, str], dict[str, Any]] = {}
    for line in lines:
        tax = taxes.setdefault(
            (line.rate, line.reason),
            {"rate": _percent(line.rate), "reason": line.reason, "net_minor": 0, "tax_minor": 0},
        )
        tax["net_minor"] += line.net
        tax["tax_minor"] += line.tax
    total, tax_sum = sum(line.total for line in lines), sum(line.tax for line in lines)
    subsidy = sum(line.subsidy for line in lines)
    return {
        "lines": [
            {
                "title": line.title,
                "note": line.note,
                "quantity": line.quantity,
                "unit_minor": line.unit,
                "reduction_minor": line.reduction,
                "rate": _percent(line.rate),
                "net_minor": line.net,
                "tax_minor": line.tax,
                "total_minor": line.total,
            }
            for line in lines
        ],
        "taxes": list(taxes.values()),
        "net_minor": total - tax_sum,
        "tax_minor": tax_sum,
        "total_minor": total,
        "subsidy_minor": subsidy,
        "customer_minor": total - subsidy,
    }


def parties(*, order: Order, part: VendorOrder, vendor: Vendor, payment: Payment, issuer: str) -> dict[str, Any]:
    """Who issues it, whom it is for, and which purchase it is of."""
    address = order.ship_to
    where = " ".join(filter(None, [address.get("postal_code", ""), address.get("city", "")]))
    return {
        "issuer": _vendor(vendor) if issuer == TaxLiable.VENDOR else {**platform_data(), "note": ""},
        "sold_by": vendor.name,
        "recipient": {
            "company": order.company,
            "name": address["name"],
            "address": [line for line in (address.get("line1", ""), address.get("line2", ""), where) if line],
            "country": _country(address["country"]),
            "vat_id": order.vat_id,
        },
        "order": part.number,
        "ordered_on": order.placed_at.date().isoformat(),
        "paid_on": part.paid_at.date().isoformat() if part.paid_at else "",
        "supplied_on": part.shipped_at.date().isoformat() if part.shipped_at else "",
        "means": MEANS.get(payment.provider, payment.provider.replace("_", " ").capitalize()),
    }


def _vendor(vendor: Vendor) -> dict[str, Any]:
    return {
        "name": vendor.legal_name,
        "trades_as": vendor.name if vendor.name != vendor.legal_name else "",
        "address": vendor.postal_address,
        "country": _country(vendor.country),
        "vat_id": vendor.vat_id,
        "email": vendor.email,
    }


def _country(code: str) -> str:
    return COUNTRY_NAMES.get(code, code)


def _percent(rate: Decimal) -> str:
    return f"{in_percent(rate)} %"
