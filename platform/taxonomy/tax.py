"""Value added tax: the project's own dated table of rates, and how much of a price is tax.

`data/vat_rates.csv` covers the European Union, Great Britain and Northern Ireland, Switzerland, Liechtenstein, Norway
and Iceland, from 2010 on. Rates of the future are listed with the day they begin, never overwritten; staff add what
changes later (`taxonomy.rates`). Where a reduced rate is not listed, the standard rate holds: we would rather collect
what is right for most things than guess a lower one. Only whole countries for now: islands and enclaves with rates of
their own are charged their country's.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from kit.errors import InvalidInput
from taxonomy.models import TaxCategory

# Country codes are ISO 3166-1. Greece's VAT numbers begin with EL; the country is GR.
COUNTRY_NAMES = {
    "AT": "Austria",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "CH": "Switzerland",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IS": "Iceland",
    "IT": "Italy",
    "LI": "Liechtenstein",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MT": "Malta",
    "NL": "Netherlands",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SI": "Slovenia",
    "SK": "Slovakia",
}

# Member states; the Isle of Man, Monaco and Northern Ireland are not told apart.
EUROPEAN_UNION = frozenset(COUNTRY_NAMES) - {"CH", "GB", "IS", "LI", "NO"}

# (code, name) of every country sold to, by name: the choices of a country field.
SELLING_COUNTRIES: list[tuple[str, str]] = sorted(COUNTRY_NAMES.items(), key=lambda country: country[1])


class UnknownCountry(InvalidInput):
    """No rate is known for the country, or for a day this long ago."""

    code = "unknown_country"


class Rate(NamedTuple):
    """A rate and the day it began; 0.19 is 19 %."""

    valid_from: date
    rate: Decimal
    source: str


@cache
def rates() -> dict[tuple[str, str], list[Rate]]:
    """Every rate by country and tax category, oldest first."""
    table: dict[tuple[str, str], list[Rate]] = {}
    with files("taxonomy").joinpath("data/vat_rates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rate = Rate(date.fromisoformat(row["valid_from"]), Decimal(row["rate"]), row["source"])
            table.setdefault((row["country"], row["tax_category"]), []).append(rate)
    for dated in table.values():
        dated.sort()
    return table


Rates = dict[tuple[str, str], list[Rate]]

# Where a country has no rate for what is asked, the next of these holds: rather too much collected than too little.
_INSTEAD: dict[str, tuple[str, ...]] = {
    TaxCategory.SUPER_REDUCED: (TaxCategory.REDUCED,),
    TaxCategory.ZERO: (TaxCategory.SUPER_REDUCED, TaxCategory.REDUCED),
}


class FoundRate(NamedTuple):
    """A rate, and which one it is: "NL:standard:2012-10-01"."""

    rate: Decimal
    key: str


def rate_of(country: str, tax_category: str, on: date, table: Rates | None = None) -> FoundRate:
    """The rate of `tax_category` in `country` (ISO 3166-1 alpha-2) on a day, by `table` or else by the project's own.

    The standard rate where no lower one is listed for that day; what is exempt pays nothing in any country of the table.
    Raises UnknownCountry.
    """
    found = rates() if table is None else table
    if tax_category == TaxCategory.EXEMPT and (country, str(TaxCategory.STANDARD)) in found:
        return FoundRate(Decimal(0), f"{country}:{tax_category}")
    for category in (tax_category, *_INSTEAD.get(tax_category, ()), TaxCategory.STANDARD):
        dated = found.get((country, str(category)), [])
        began = bisect_right(dated, on, key=lambda rate: rate.valid_from)
        if began:
            return FoundRate(dated[began - 1].rate, f"{country}:{category}:{dated[began - 1].valid_from}")
    raise UnknownCountry(f"We do not sell to “{country}” yet.", field="country")


def rate_for(country: str, tax_category: str, on: date, table: Rates | None = None) -> Decimal:
    """The rate alone: Decimal("0.19") is 19 %. Raises UnknownCountry."""
    return rate_of(country, tax_category, on, table).rate


def with_rates(added: Iterable[tuple[str, str, Rate]]) -> Rates:
    """The project's own table with others in it, (country, tax category, rate); of one day, theirs counts."""
    table = {key: {rate.valid_from: rate for rate in dated} for key, dated in rates().items()}
    for country, category, rate in added:
        table.setdefault((country, category), {})[rate.valid_from] = rate
    return {key: [dated[day] for day in sorted(dated)] for key, dated in table.items()}


def tax_included(total_minor: int, rate: Decimal) -> int:
    """How much of a price that includes tax is tax, in minor units, rounded half up (away from zero).

    total * rate / (1 + rate), with whole numbers throughout.
    """
    numerator, denominator = rate.as_integer_ratio()
    size, whole = abs(total_minor) * numerator, numerator + denominator
    tax = (2 * size + whole) // (2 * whole)
    return tax if total_minor >= 0 else -tax


def tax_added(net_minor: int, rate: Decimal) -> int:
    """How much tax comes on top of a price without it, in minor units, rounded half up (away from zero).

    The other way round of `tax_included`: of the sum of both that is exactly the tax again.
    """
    numerator, denominator = rate.as_integer_ratio()
    tax = (2 * abs(net_minor) * numerator + denominator) // (2 * denominator)
    return tax if net_minor >= 0 else -tax
