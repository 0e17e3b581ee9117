"""What a visitor narrows a list by: read from the address, and shown again as choices and chips."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, QueryDict

from kit.money import Money
from marketplace.catalog.queries import Facets, FacetValue, Filters

SORTS = (
    ("newest", "Newest"),
    ("trending", "Most bought"),
    ("price", "Price, low first"),
    ("-price", "Price, high first"),
)
# Ends of the price bands, in minor units.
BANDS = (2_500, 5_000, 10_000, 25_000, 50_000)
MOST = 20


@dataclass(frozen=True)
class Narrowing:
    """The filters and the sort of a request, and how its list page offers them."""

    filters: Filters
    sort: str
    cursor: str | None
    band: str
    query: QueryDict

    @property
    def count(self) -> int:
        found = self.filters
        return len(found.brands) + len(found.vendors) + bool(self.band) + found.in_stock

    def groups(self, facets: Facets, currency: str, *, with_vendors: bool = True) -> list[dict[str, Any]]:
        """The choices beside the list; a facet with one value narrows nothing and is left out unless it is active."""
        groups = [
            _group("vendor", "Shop", facets.vendors, self.filters.vendors) if with_vendors else None,
            _group("brand", "Brand", facets.brands, self.filters.brands),
            self._prices(facets, currency),
            {
                "name": "stock",
                "label": "Availability",
                "options": [
                    {"value": "1", "label": "In stock", "count": facets.in_stock, "selected": self.filters.in_stock}
                ],
            },
        ]
        return [group for group in groups if group]

    def chips(self, facets: Facets, currency: str) -> list[dict[str, str]]:
        """What is active, each with the address of the list without it."""
        names = {value.value: value.label for value in facets.vendors}
        chips = [_chip(names.get(slug, slug), self._without("vendor", slug)) for slug in self.filters.vendors]
        chips += [_chip(brand, self._without("brand", brand)) for brand in self.filters.brands]
        if self.band:
            chips.append(_chip(_band_words(self.band, currency), self._without("price", self.band)))
        if self.filters.in_stock:
            chips.append(_chip("In stock", self._without("stock", "1")))
        return chips

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """What a form must carry along so as not to lose it."""
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in (*but, "cursor")
            for value in values
            if isinstance(value, str)
        ]

    def page_url(self, cursor: str | None) -> str:
        if cursor is None:
            return ""
        query = self.query.copy()
        query["cursor"] = cursor
        return f"?{query.urlencode()}"

    def clear_url(self) -> str:
        query = self.query.copy()
        for name in ("vendor", "brand", "price", "stock", "cursor"):
            query.pop(name, None)
        return f"?{query.urlencode()}"

    def _without(self, name: str, value: str) -> str:
        query = self.query.copy()
        query.setlist(name, [kept for kept in query.getlist(name) if kept != value])
        query.pop("cursor", None)
        return f"?{query.urlencode()}"

    def _prices(self, facets: Facets, currency: str) -> dict[str, Any] | None:
        ends = (0, *BANDS, 0)
        bands = [
            f"{low}-{high or ''}"
            for low, high in pairwise(ends)
            if facets.price_high >= low and (not high or facets.price_low < high)
        ]
        if self.band and self.band not in bands:
            bands.append(self.band)
        if len(bands) < 2:
            return None
        values = [{"value": "", "label": "Any price", "selected": not self.band}]
        values += [
            {"value": band, "label": _band_words(band, currency), "selected": band == self.band} for band in bands
        ]
        return {"name": "price", "label": "Price", "kind": "radio", "options": values}


def narrowing(request: HttpRequest, *, default_sort: str = "newest") -> Narrowing:
    """Read a list page's address. What does not parse is left out: a link from elsewhere never breaks the page."""
    query = request.GET
    low, high, band = _band(query.get("price", ""))
    sort = query.get("sort", "")
    return Narrowing(
        filters=Filters(
            price_from=low,
            price_to=high,
            in_stock=query.get("stock") == "1",
            brands=_texts(query.getlist("brand")),
            vendors=_texts(query.getlist("vendor")),
        ),
        sort=sort if sort in dict(SORTS) else default_sort,
        cursor=query.get("cursor") or None,
        band=band,
        query=query,
    )


def _band(text: str) -> tuple[int | None, int | None, str]:
    """ "2500-5000" as (from, to, itself): the upper end belongs to the next band."""
    low, dash, high = text.partition("-")
    if not dash or not all(part.isascii() and len(part) <= 9 and (part.isdigit() or not part) for part in (low, high)):
        return None, None, ""
    if not low and not high:
        return None, None, ""
    return int(low) if low else None, int(high) - 1 if high else None, text


def _band_words(band: str, currency: str) -> str:
    low, _, high = band.partition("-")
    if not high:
        return f"From {_short(low)} {currency}"
    return f"Up to {_short(high)} {currency}" if int(low or 0) == 0 else f"{_short(low)} to {_short(high)} {currency}"


def _short(minor: str) -> str:
    amount = Money(int(minor or 0), "EUR").major
    return f"{amount:f}".removesuffix(".00")


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value and len(value) <= 100 and "\0" not in value))[:MOST]


def _group(name: str, label: str, values: list[FacetValue], chosen: tuple[str, ...]) -> dict[str, Any] | None:
    known = {value.value for value in values}
    shown = [*values, *(FacetValue(value, value, 0) for value in chosen if value not in known)]
    if len(shown) < 2 and not chosen:
        return None
    return {
        "name": name,
        "label": label,
        "options": [
            {"value": v.value, "label": v.label, "count": v.count, "selected": v.value in chosen} for v in shown
        ],
    }


def _chip(label: str, url: str) -> dict[str, str]:
    return {"label": label, "url": url}
