"""Lists: newest first, by cursor, filtered as the endpoint allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import invalid, missing
from .store import Record, read_record
from .world import World

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page_size(params: dict[str, Any]) -> int:
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid(f"This value must be between 1 and {MAX_LIMIT}.", param="limit", code="parameter_invalid_integer")
    return limit


def select_page(
    world: World, table: str, conditions: list[str], values: list[Any], params: dict[str, Any], kind: str
) -> tuple[list[Any], bool]:
    """Read one page of rows of ``table`` (with the columns id, seq, created), newest first, and whether there are more.

    ``conditions`` and ``values`` are SQL on the table's alias ``o``. Raises ApiError for a cursor that does not exist.
    """
    limit = page_size(params)
    conditions, values = list(conditions), list(values)
    created = params.get("created")
    for name, bound in (created if isinstance(created, dict) else {"": created} if created is not None else {}).items():
        conditions.append(f"o.created {COMPARISONS.get(name, '=')} ?")
        values.append(bound)
    if params.get("starting_after") and params.get("ending_before"):
        raise invalid("You cannot use both starting_after and ending_before.", code="parameters_exclusive")
    backwards = False
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if params.get(name):
            row = world.store.one(f"SELECT seq FROM {table} WHERE id = ?", params[name])
            if row is None:
                raise missing(kind, params[name], param=name, status=400)
            conditions.append(f"o.seq {sign} ?")
            values.append(row["seq"])
            backwards = sign == ">"
    where = " AND ".join(conditions) or "1"
    order = "ASC" if backwards else "DESC"
    rows = world.store.sql(
        f"SELECT o.* FROM {table} o WHERE {where} ORDER BY o.seq {order} LIMIT ?", *values, limit + 1
    ).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    return (rows[::-1] if backwards else rows), more


def page(
    world: World,
    account: str,
    kind: str,
    params: dict[str, Any],
    url: str,
    *,
    by: tuple[str, ...] = (),
    show: Callable[[Record], dict[str, Any]] = lambda record: record.body,
) -> dict[str, Any]:
    """Answer a v1 list of an account's objects. ``by``: parameters that filter by a field of the same name."""
    conditions, values = ["o.account = ?", "o.kind = ?"], [account, kind]
    for name in by:
        if params.get(name) is not None:
            conditions.append("o.seq IN (SELECT seq FROM references_ WHERE name = ? AND value = ? AND kind = o.kind)")
            values += [name, params[name]]
    rows, more = select_page(world, "objects", conditions, values, params, kind)
    return envelope([show(read_record(row)) for row in rows], more, url)


def envelope(data: list[dict[str, Any]], more: bool, url: str) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": more, "url": url}
