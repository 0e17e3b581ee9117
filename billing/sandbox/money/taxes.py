"""Stripe Tax as far as it matters here: what a registration collects, and that without one it collects nothing.

Standard rates of value added tax only, one rate a country. Source: https://docs.stripe.com/tax/calculating
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..world import World

RATES = {
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CY": "19",
    "CZ": "21",
    "DE": "19",
    "DK": "25",
    "EE": "24",
    "ES": "21",
    "FI": "25.5",
    "FR": "20",
    "GR": "24",
    "HR": "25",
    "HU": "27",
    "IE": "23",
    "IT": "22",
    "LT": "21",
    "LU": "17",
    "LV": "21",
    "MT": "18",
    "NL": "21",
    "PL": "23",
    "PT": "23",
    "RO": "21",
    "SE": "25",
    "SI": "22",
    "SK": "23",
    "GB": "20",
    "CH": "8.1",
    "NO": "25",
}
UNION = frozenset(RATES) - {"GB", "CH", "NO"}


def collects(world: World, country: str) -> bool:
    """Whether a registration obliges us to collect tax from customers of a country now."""
    for registration in world.store.all("tax.registration"):
        body = registration.body
        active = body["active_from"] <= world.now and (body["expires_at"] or world.now + 1) > world.now
        options = body["country_options"][body["country"].lower()]
        union = options["type"] == "oss_union" and country in UNION
        if active and (body["country"] == country or union):
            return True
    return False


def tax_on(world: World, amount: int, country: str | None, *, inclusive: bool, override: str) -> dict[str, Any]:
    """The tax of a line of ``amount`` minor units: ``amount``, ``percentage``, ``reason``, ``taxable_amount``."""
    rate = RATES.get(country or "")
    if rate is None:
        return {"amount": 0, "percentage": "0", "reason": "not_supported", "taxable_amount": 0}
    if override != "none":
        return {"amount": 0, "percentage": "0", "reason": override, "taxable_amount": 0}
    if not collects(world, country or ""):
        return {"amount": 0, "percentage": "0", "reason": "not_collecting", "taxable_amount": 0}
    share = Decimal(rate) / (100 + Decimal(rate)) if inclusive else Decimal(rate) / 100
    tax = int((amount * share).to_integral_value(ROUND_HALF_UP))
    taxable = amount - tax if inclusive else amount
    return {"amount": tax, "percentage": rate, "reason": "standard_rated", "taxable_amount": taxable}
