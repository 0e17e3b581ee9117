"""How and when a parcel gets to its customer, in the words of the pages of both."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format

from taxonomy.tax import COUNTRY_NAMES
from tenants.vendors.countries import VENDOR_COUNTRIES


def day(when: date) -> str:
    """A day of these weeks: "Wed 2 Dec"."""
    return date_format(when, "D j M")


def days(first: date | None, last: date | None) -> str:
    """ "Wed 2 Dec to Fri 4 Dec"; one day when they are one."""
    if first is None or last is None:
        return ""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def promise(first: date | None, last: date | None, *, is_fetched: bool) -> str:
    """When it is there: in words, for a method or for what an order was promised."""
    if first is None or last is None:
        return ""
    return f"ready from {day(first)}" if is_fetched else f"arrives {days(first, last)}"


def place(words: Mapping[str, str]) -> dict[str, str]:
    """Where a parcel is fetched."""
    town = " ".join(filter(None, [words["postal_code"], words["city"]]))
    country = COUNTRY_NAMES.get(words["country"]) or VENDOR_COUNTRIES.get(words["country"], words["country"])
    return {
        "name": words["name"],
        "address": ", ".join(filter(None, [words["street"], town, country])),
        "hours": words["hours"],
    }
