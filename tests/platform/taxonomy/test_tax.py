"""The dated table of VAT rates, and the tax within a price."""

import csv
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxonomy import tax
from taxonomy.models import TaxCategory

OTHERS_TABLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "tax" / "vat_standard_rates.csv"
EU = set("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())  # noqa: SIM905


def test_every_country_sold_to_has_a_standard_rate_since_2010():
    countries = {code for code, _ in tax.SELLING_COUNTRIES}
    assert countries == EU | {"GB", "CH", "NO", "IS", "LI"}
    assert {country for country, _ in tax.rates()} == countries
    for country in countries:
        assert Decimal("0.05") < tax.rate_for(country, TaxCategory.STANDARD, date(2010, 1, 1)) < Decimal("0.30")


def test_rates_are_consistent():
    for (country, category), dated in tax.rates().items():
        days = [rate.valid_from for rate in dated]
        assert days == sorted(set(days)), (country, category)
        assert category in TaxCategory.values
        assert all(rate.source for rate in dated), (country, category)
        if category == TaxCategory.STANDARD:
            assert all(before.rate != after.rate for before, after in pairwise(dated)), (
                f"{country}: a change that changes nothing"
            )
        for rate in dated:
            assert 0 <= rate.rate <= tax.rate_for(country, TaxCategory.STANDARD, max(rate.valid_from, date(2010, 1, 1)))


def test_standard_rates_agree_with_an_independent_table():
    """Where a second table lies beside the checkout, every rate and date in it is ours; elsewhere ours stands alone."""
    if not OTHERS_TABLE.exists():
        assert len([key for key in tax.rates() if key[1] == TaxCategory.STANDARD]) == len(tax.SELLING_COUNTRIES)
        return
    compared = set()
    with OTHERS_TABLE.open() as file:
        for row in csv.DictReader(file):
            for country in set(row["country_codes"].split()) & set(tax.COUNTRY_NAMES):
                began = date.fromisoformat(row["valid_from"])
                assert tax.rate_for(country, TaxCategory.STANDARD, began) == Decimal(row["rate"]), country
                assert tax.rates()[country, TaxCategory.STANDARD][-1].rate == Decimal(row["rate"]), country
                # Two rates are older than that table says: it took for their beginning the year Croatia joined the
                # euro, and the day foreign sellers first had to register in Norway.
                if country not in ("HR", "NO"):
                    assert began in {rate.valid_from for rate in tax.rates()[country, TaxCategory.STANDARD]}, country
                compared.add(country)
    assert compared == EU | {"GB", "CH", "NO"}


@pytest.mark.parametrize(
    ("country", "category", "on", "rate"),
    [
        ("DE", "standard", date(2020, 6, 30), "0.19"),
        ("DE", "standard", date(2020, 7, 1), "0.16"),
        ("DE", "standard", date(2020, 12, 31), "0.16"),
        ("DE", "standard", date(2021, 1, 1), "0.19"),
        ("DE", "books", date(2020, 8, 1), "0.05"),
        ("RO", "standard", date(2025, 7, 31), "0.19"),
        ("RO", "standard", date(2025, 8, 1), "0.21"),
        ("EE", "standard", date(2025, 7, 1), "0.24"),
        ("SK", "standard", date(2025, 1, 1), "0.23"),
        ("FI", "standard", date(2024, 9, 1), "0.255"),
        ("CH", "standard", date(2023, 12, 31), "0.077"),
        ("CH", "standard", date(2024, 1, 1), "0.081"),
        ("HR", "standard", date(2012, 3, 1), "0.25"),
        ("GB", "books", date(2026, 1, 1), "0.00"),
        ("FR", "food", date(2026, 1, 1), "0.055"),
    ],
)
def test_the_rate_of_the_day(country, category, on, rate):
    assert tax.rate_for(country, category, on) == Decimal(rate)


def test_without_a_reduced_rate_the_standard_one_holds():
    assert tax.rate_for("DK", TaxCategory.BOOKS, date(2026, 1, 1)) == Decimal("0.25")
    assert tax.rate_for("CZ", TaxCategory.BOOKS, date(2014, 12, 31)) == Decimal("0.21")


@pytest.mark.parametrize("country", ["US", "EL", "de", "", "XX"])
def test_an_unknown_country_is_refused(country):
    with pytest.raises(tax.UnknownCountry):
        tax.rate_for(country, TaxCategory.STANDARD, date(2026, 1, 1))


def test_a_day_before_the_table_is_refused():
    with pytest.raises(tax.UnknownCountry):
        tax.rate_for("IS", TaxCategory.STANDARD, date(2009, 12, 31))


@pytest.mark.parametrize(
    ("total", "rate", "included"),
    [
        (11900, "0.19", 1900),
        (8420, "0.19", 1344),
        (3, "0.20", 1),
        (-11900, "0.19", -1900),
        (500, "0.00", 0),
        (1255, "0.255", 255),
    ],
)
def test_tax_within_a_price(total, rate, included):
    assert tax.tax_included(total, Decimal(rate)) == included


@given(st.integers(0, 10**12), st.sampled_from(["0.19", "0.055", "0.255", "0.081", "0.20"]))
def test_tax_within_a_price_is_half_up(total, rate):
    exact = Decimal(total) * Decimal(rate) / (1 + Decimal(rate))
    assert abs(tax.tax_included(total, Decimal(rate)) - exact) <= Decimal("0.5") + Decimal("1e-12")
    if (exact * 2) % 2 != 1:
        assert tax.tax_included(total, Decimal(rate)) == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_rates_of_the_future_wait_for_their_day():
    for (country, category), dated in tax.rates().items():
        for before, after in pairwise(dated):
            assert tax.rate_for(country, category, after.valid_from - timedelta(days=1)) == before.rate
