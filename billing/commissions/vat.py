"""VAT on the platform's own commission: a service from business to business, taxed where the law says.

Articles 44 and 196 of Directive 2006/112/EC: a service to a business is taxed where the business is; across a border
within the Union the business accounts for it itself (reverse charge). A vendor of another member state that shows no VAT
number is charged the platform's own rate, for nothing proves that it is a business.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kit.money import in_percent
from taxonomy.models import TaxCategory
from taxonomy.tax import EUROPEAN_UNION, rate_for

REVERSE_CHARGE = "Reverse charge: the recipient is liable for the VAT (Article 196 of Directive 2006/112/EC)"
# Whose VAT numbers begin with other letters than the country's code.
PREFIXES = {"GR": "EL"}


@dataclass(frozen=True, slots=True)
class Treatment:
    """The rate of VAT on a vendor's commission (0.19 is 19 %), and why, in words fit for an invoice."""

    rate: Decimal = Decimal(0)
    reason: str = ""


def vat_on_commission(*, platform_country: str, vendor_country: str, vendor_vat_id: str, on: date) -> Treatment:
    """How commission of that day is taxed. Countries are ISO 3166-1 codes; an empty platform country charges none."""
    if not platform_country:
        return Treatment(reason="No VAT: the platform has not said where it is established")
    if vendor_country == platform_country:
        rate = rate_for(platform_country, TaxCategory.STANDARD, on)
        return Treatment(rate, f"VAT of {platform_country}, {in_percent(rate)} %: platform and vendor are both there")
    if platform_country not in EUROPEAN_UNION or vendor_country not in EUROPEAN_UNION:
        return Treatment(reason=f"No VAT: the service is supplied outside {platform_country}, in {vendor_country}")
    number = "".join(vendor_vat_id.split()).upper()
    if number.startswith(PREFIXES.get(vendor_country, vendor_country)) and len(number) > 4:
        return Treatment(reason=f"{REVERSE_CHARGE}, VAT number {number}")
    rate = rate_for(platform_country, TaxCategory.STANDARD, on)
    return Treatment(
        rate, f"VAT of {platform_country}, {in_percent(rate)} %: the vendor has shown no VAT number of its own"
    )
