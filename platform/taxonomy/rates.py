"""Rates of VAT that staff add: from tomorrow on at the earliest, each with the law that says so."""

import time
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from kit import clock
from kit.errors import InvalidInput
from taxonomy.models import TaxCategory, TaxRate
from taxonomy.tax import COUNTRY_NAMES, Rate, Rates, rates, with_rates

KEPT_SECONDS = 60


def add_rate(*, country: str, tax_category: str, rate: Decimal, valid_from: date, source: str, by: UUID) -> TaxRate:
    """A rate from a day to come on: what was sold before keeps its own. Raises InvalidInput naming the field."""
    if country not in COUNTRY_NAMES:
        raise InvalidInput("Choose a country that we sell to.", field="country")
    if tax_category not in TaxCategory.values or tax_category == TaxCategory.EXEMPT:
        raise InvalidInput("Choose what is taxed by it; what is exempt has no rate.", field="tax_category")
    if not 0 <= rate < 1:
        raise InvalidInput("A rate is from 0 to below 100 percent.", field="rate")
    if valid_from <= clock.today():
        # Whoever has the table in memory, for a minute at most, is never wrong about today.
        raise InvalidInput("It begins tomorrow at the earliest: today's sales are taxed already.", field="valid_from")
    source = " ".join(source.split())
    if not 0 < len(source) <= 200:
        raise InvalidInput("Name the law that says so, in 200 characters at most.", field="source")
    try:
        with transaction.atomic():
            return TaxRate.objects.create(
                country=country,
                tax_category=tax_category,
                rate=rate,
                valid_from=valid_from,
                source=source,
                made_by=by,
                made_at=clock.now(),
            )
    except IntegrityError:
        raise InvalidInput("There is a rate from that day on already.", field="valid_from") from None


_kept: tuple[float, Rates] | None = None


def rate_table() -> Rates:
    """The project's own rates and those that staff added. One query a minute and process: none begins sooner than that."""
    global _kept
    if _kept is None or _kept[0] < time.monotonic():
        added = TaxRate.objects.values_list("country", "tax_category", "valid_from", "rate", "source")
        table = with_rates((country, category, Rate(day, rate, law)) for country, category, day, rate, law in added)
        _kept = (time.monotonic() + KEPT_SECONDS, table if added else rates())
    return _kept[1]
