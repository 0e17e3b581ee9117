"""Who issues a document, and whom it is for, as the law wants to see them; and why there is VAT on it or not."""

from typing import Any

from django.conf import settings

from kit.errors import Conflict
from tenants.vendors.models import Vendor

# The Union's members, for whom the recipient owes the VAT of a service from another member (Directive 2006/112/EC, 196).
UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
REVERSE_CHARGE = "Reverse charge: VAT is owed by the recipient (Article 196, Directive 2006/112/EC)."
OUTSIDE = "Not subject to VAT here: the recipient is established outside the European Union."
NO_TAX = "No VAT was charged."


class NoIssuer(Conflict):
    """Who issues documents is not configured."""

    code = "no_issuer"


def issuer() -> dict[str, Any]:
    """The platform's legal details. Raises NoIssuer when they are not set."""
    found = settings.ISSUER
    missing = [
        variable
        for key, variable in (
            ("name", "SOUK_LEGAL_NAME"),
            ("address", "SOUK_LEGAL_ADDRESS"),
            ("country", "SOUK_LEGAL_COUNTRY"),
            ("vat_id", "SOUK_LEGAL_VAT_ID"),
        )
        if not found[key]
    ]
    if missing:
        raise NoIssuer(f"Documents name who issues them: set {', '.join(missing)}.")
    return {**found, "address": [line.strip() for line in found["address"].split(";") if line.strip()]}


def recipient(vendor: Vendor) -> dict[str, Any]:
    return {
        "name": vendor.legal_name,
        "trades_as": vendor.name if vendor.name != vendor.legal_name else "",
        "address": vendor.postal_address,
        "country": vendor.country,
        "vat_id": vendor.vat_id,
        "email": vendor.email,
    }


def why_no_tax(vendor: Vendor) -> str:
    """The words an invoice without VAT has to carry."""
    home = settings.ISSUER["country"]
    if vendor.country not in UNION:
        return OUTSIDE
    if vendor.country != home and vendor.vat_id:
        return REVERSE_CHARGE
    return NO_TAX
