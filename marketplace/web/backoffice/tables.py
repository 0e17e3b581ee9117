"""Work lists: a page of rows with links to its neighbors, tabs that keep the filters, the same rows as CSV."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse

from kit.money import Money
from kit.pagination import Page

CSV_PART = 500
NOBODY = UUID(int=0)
# A spreadsheet takes a cell that begins so for a formula; people's words may come from anywhere.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Filter(forms.Form):
    """What a list is narrowed to, from the address. A value that does not parse is left out, and said at its field."""

    def __init__(self, request: HttpRequest):
        super().__init__(request.GET)
        for name, field in self.fields.items():
            field.required = False
            field.widget.attrs["aria-label"] = str(field.label or name.replace("_", " ").capitalize())
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "input input--select"
            elif not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs["class"] = "input"

    @property
    def chosen(self) -> dict[str, Any]:
        """Every field's value, empty where nothing (or nothing sensible) was chosen."""
        self.is_valid()
        found: dict[str, Any] = self.cleaned_data
        return {name: found.get(name, getattr(field, "empty_value", "")) for name, field in self.fields.items()}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen beside what the tabs set."""
        return any(self.data.get(bound.name) for bound in self.visible_fields())


# Days that the books can have: a browser's control also gives years that no calendar goes beyond.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class DayField(forms.DateField):
    """A day, as the browser's own control gives it."""

    empty_value = None

    def __init__(self, label: str):
        bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        super().__init__(label=label, widget=forms.DateInput(attrs={"type": "date", **bounds}, format="%Y-%m-%d"))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise forms.ValidationError(f"Choose a day from {FIRST_DAY.year} to {LAST_DAY.year}.")


def choice(label: str, choices: Iterable[tuple[str, str]], everything: str = "") -> forms.ChoiceField:
    """A choice of a filter; with `everything`, that is what no choice is called."""
    options = [("", everything), *choices] if everything else list(choices)
    return forms.ChoiceField(label=label, choices=options)


def starts(day: date | None) -> datetime | None:
    """The first instant of a day, in UTC."""
    return datetime.combine(day, time.min, UTC) if day else None


def ends(day: date | None) -> datetime | None:
    """The first instant after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC) if day else None


def link(request: HttpRequest, **changes: str | None) -> str:
    """This page's address with other parameters; from its first page, unless a cursor is among them."""
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def pages(request: HttpRequest, page: Any) -> dict[str, str]:
    """Links to the pages before and after, for `components/pagination.html`; `page` has their cursors."""
    return {
        "previous_url": link(request, cursor=page.previous_cursor) if page.previous_cursor else "",
        "next_url": link(request, cursor=page.next_cursor) if page.next_cursor else "",
        "csv_url": link(request, format="csv"),
    }


def tabs(request: HttpRequest, name: str, choices: Iterable[tuple[str, str, int | None]]) -> list[dict[str, Any]]:
    """Tabs that set one parameter and keep the others: `choices` are (value, label, count)."""
    present = request.GET.get(name, "")
    return [
        {"label": label, "url": link(request, **{name: value}), "count": count, "current": present == value}
        for value, label, count in choices
    ]


def addresses(route: str) -> Callable[[UUID], str]:
    """The addresses of a route that takes one id, by the id: Django is asked once for a list, not for each of its rows."""
    before, after = reverse(route, args=[NOBODY]).split(str(NOBODY))
    return lambda row_id: f"{before}{row_id}{after}"


def wants_csv(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"


def every_row(fetch: Callable[..., Page[Any]]) -> Iterator[list[Any]]:
    """All rows of a keyset query in parts, each read when the one before has been sent."""
    cursor = None
    while True:
        page = fetch(cursor=cursor, size=CSV_PART)
        yield page.rows
        if (cursor := page.next_cursor) is None:
            return


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """`rows` as a CSV download, streamed. Text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([_cell(value) for value in row]) for row in _with_heads(heads, rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def major(amount_minor: int, currency: str) -> Any:
    """An amount for a CSV cell: a plain decimal number of the currency's major unit."""
    return Money(amount_minor, currency).major


def _with_heads(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield heads
    yield from rows


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    return "" if value is None else value


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
