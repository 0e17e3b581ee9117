"""Keyset pages: no COUNT(*), no OFFSET, stable while rows come and go."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q, QuerySet

from kit.errors import InvalidInput

Row = TypeVar("Row")


class DamagedCursor(InvalidInput):
    """A page link that is none of ours."""

    def __init__(self) -> None:
        super().__init__("This page link is damaged; start again from the first page.", field="cursor")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page: its rows, and the cursors of its neighbors (None where there is none)."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None


def _encode(direction: str, values: Sequence[Any]) -> str:
    raw = json.dumps([direction, *values], default=str).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor_after(*values: Any) -> str:
    """The cursor of the page after the row that has these values in the fields that order the pages."""
    return _encode("next", values)


def _decode(cursor: str, width: int) -> tuple[str, list[Any]]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        direction, *values = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise DamagedCursor from None
    if direction not in ("next", "previous") or len(values) != width:
        raise DamagedCursor
    return direction, values


def _beyond(fields: Sequence[str], values: Sequence[Any], backwards: bool) -> Q:
    """Rows after (or before) the given one in the order of `fields`, of which a leading "-" means descending."""
    condition = Q()
    for position, field in enumerate(fields):
        name = field.lstrip("-")
        descending = field.startswith("-") != backwards
        step = Q(**{f"{name}__{'lt' if descending else 'gt'}": values[position]})
        for earlier, value in zip(fields[:position], values, strict=False):
            step &= Q(**{earlier.lstrip("-"): value})
        condition |= step
    return condition


def keyset_page(rows: "QuerySet[Any]", *, order: Sequence[str], cursor: str | None = None, size: int = 24) -> Page[Any]:
    """A page of `rows` in `order` (field names, "-" for descending; the last one unique, never null).

    Raises DamagedCursor when the cursor is not one of ours.
    """
    direction, values = _decode(cursor, len(order)) if cursor else ("next", [])
    backwards = direction == "previous"
    if values:
        try:
            rows = rows.filter(_beyond(order, values, backwards))
        except (ValueError, TypeError, OverflowError, ValidationError):
            raise DamagedCursor from None
    shown = order if not backwards else [f[1:] if f.startswith("-") else f"-{f}" for f in order]
    try:
        found = list(rows.order_by(*shown)[: size + 1])
    except (ValidationError, DataError, OverflowError, UnicodeError):
        if not cursor:
            raise
        raise DamagedCursor from None
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()

    def key(row: Any) -> list[Any]:
        return [_value(row, field.lstrip("-")) for field in order]

    has_next = bool(found) and (more if not backwards else True)
    has_previous = bool(found) and (more if backwards else bool(values))
    return Page(
        rows=found,
        next_cursor=_encode("next", key(found[-1])) if has_next else None,
        previous_cursor=_encode("previous", key(found[0])) if has_previous else None,
    )


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row.isoformat() if hasattr(row, "isoformat") else row
