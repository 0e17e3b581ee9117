"""Whether a vendor could be paid at all: asked before it is invited, when it applies, and before it is let in.

Separate charges and transfers reach accounts in the United States, Canada, the United Kingdom, the European Economic Area and
Switzerland from a platform in any of these, and none across another border
(https://docs.stripe.com/connect/separate-charges-and-transfers#cross-border-separate-charges-and-transfers). Money of
another currency than the marketplace's is none that a transfer could carry: it must be that of the charge.
"""

from django.conf import settings

from kit.errors import InvalidInput
from tenants.vendors.countries import VENDOR_COUNTRIES, clean_country

# What Stripe pays out to banks of these countries: https://docs.stripe.com/payouts#supported-accounts-and-settlement-currencies
PAID_OUT = frozenset({"CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "ISK", "NOK", "PLN", "RON", "SEK", "USD"})


def check_payable(country: str, currency: str) -> tuple[str, str]:
    """Country and currency in capitals. Raises InvalidInput of the field for which no money could be passed on."""
    country, currency = clean_country(country), currency.strip().upper()
    home = settings.PLATFORM_COUNTRY
    if home and home not in VENDOR_COUNTRIES and country != home:
        raise InvalidInput(
            f"Stripe does not carry money from a platform in {home} to {VENDOR_COUNTRIES[country]}.", field="country"
        )
    if currency not in PAID_OUT:
        raise InvalidInput(f"Stripe pays nobody out in {currency or 'no currency'} here.", field="currency")
    if currency != settings.CURRENCY:
        raise InvalidInput(
            f"This marketplace is paid in {settings.CURRENCY}, and a transfer carries no other currency: "
            f"a vendor cannot be paid in {currency}.",
            field="currency",
        )
    return country, currency
