"""Where a vendor may be established.

Stripe's separate charges and transfers reach connected accounts in the United States, Canada, the United Kingdom, the
European Economic Area and Switzerland (https://docs.stripe.com/connect/separate-charges-and-transfers). Elsewhere money
could be taken for a vendor but not passed on, so such an application is refused at once.
"""

from kit.errors import InvalidInput
from taxonomy.tax import COUNTRY_NAMES

# Everywhere we sell to, and the two that Stripe's borders admit beside it.
VENDOR_COUNTRIES = {**COUNTRY_NAMES, "CA": "Canada", "US": "United States"}


def clean_country(text: str) -> str:
    """The ISO 3166-1 code in upper case. Raises InvalidInput (field "country") where vendors cannot be paid."""
    country = text.strip().upper()
    if country not in VENDOR_COUNTRIES:
        raise InvalidInput(
            "We cannot pay vendors in this country yet. Vendors may be established in the European Economic Area, "
            "Switzerland, the United Kingdom, the United States or Canada.",
            field="country",
        )
    return country
