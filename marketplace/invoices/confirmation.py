"""What was ordered, on paper: what a customer keeps of a purchase until its invoices come. It is no invoice, and says so."""

from typing import Any

from django.template.loader import render_to_string

from billing.statements.render import typeface
from kit.paper import pdf_of
from marketplace.orders.models import Order
from taxonomy.tax import COUNTRY_NAMES


def confirmation_pdf(order: Order) -> bytes:
    """As it was ordered, with why each part is taxed as it is. Raises DocumentsUnavailable."""
    return pdf_of(confirmation_html(order))


def confirmation_html(order: Order) -> str:
    parts = list(order.vendor_orders.order_by("number").prefetch_related("lines"))
    context: dict[str, Any] = {
        "order": order,
        "document": order,
        "currency": order.currency,
        "font": typeface(),
        "country": COUNTRY_NAMES.get(order.ship_to["country"], order.ship_to["country"]),
        "parts": [
            {"part": part, "lines": list(part.lines.all()), "reasons": _reasons(part.lines.all())} for part in parts
        ],
    }
    return render_to_string("documents/order_confirmation.html", context)


def _reasons(lines: Any) -> list[str]:
    """Each once, in the order of the lines."""
    return list(dict.fromkeys(line.tax_reason for line in lines if line.tax_reason))
