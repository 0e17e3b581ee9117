"""Saying how a shop ships."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from kit.context import require_vendor
from kit.errors import InvalidInput
from outbox.actions import announce
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.shipping.models import ShippingProfile
from tenants.shop.shipping.queries import shipping_profile

MAX_FLAT_MINOR = 100_000
MAX_FREE_FROM_MINOR = 99_999_999
MAX_DAYS = 60


@transaction.atomic
def set_shipping_profile(
    *,
    flat_minor: int,
    free_from_minor: int | None = None,
    handling_days: int = 2,
    transit_days: int = 3,
    countries: Sequence[str] = (),
    name: str = "Standard",
    currency: str = "EUR",
) -> ShippingProfile:
    """Set the shop's one way of shipping. Amounts in minor units, VAT included; no countries: everywhere we sell.

    Raises InvalidInput naming the field.
    """
    if not name.strip() or len(name) > 80 or "\0" in name:
        raise InvalidInput("Give this way of shipping a name of up to 80 characters.", field="name")
    if not 0 <= flat_minor <= MAX_FLAT_MINOR:
        raise InvalidInput("Shipping costs from 0.00 to 1000.00.", field="flat_minor")
    if free_from_minor is not None and not 0 < free_from_minor <= MAX_FREE_FROM_MINOR:
        raise InvalidInput("Free shipping starts from an amount above zero.", field="free_from_minor")
    for field, days in (("handling_days", handling_days), ("transit_days", transit_days)):
        if not 0 <= days <= MAX_DAYS:
            raise InvalidInput(f"Give a number of days from 0 to {MAX_DAYS}.", field=field)
    codes = sorted({code.strip().upper() for code in countries})
    unknown = [code for code in codes if code not in COUNTRY_NAMES]
    if unknown:
        raise InvalidInput(f"We do not sell to {', '.join(unknown)[:60]}.", field="countries")
    if currency != settings.CURRENCY:
        raise InvalidInput(f"Prices here are in {settings.CURRENCY}.", field="currency")
    profile = shipping_profile()
    profile.name, profile.currency = name.strip(), currency
    profile.flat_minor, profile.free_from_minor = flat_minor, free_from_minor
    profile.handling_days, profile.transit_days, profile.countries = handling_days, transit_days, codes
    profile.save()
    vendor = require_vendor()
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
    return profile
