"""Stripe's search: ``status:"active" AND metadata["order"]:"o-1"`` over the objects of one kind.

Fields are compared whole (``:``), by part (``~``) or by size (``> >= < <=``); a minus denies, ``null`` asks whether a
value is there; AND or OR, never both. Source: https://docs.stripe.com/search#search-query-language
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import invalid
from .listing import page_size
from .store import Record
from .world import World

CLAUSE = re.compile(
    r"""\s*(?P<denied>-?)(?P<field>[a-z_.]+)(?:\[["'](?P<key>[^"']+)["']\])?\s*(?P<sign>:|~|>=|<=|>|<)\s*"""
    r"""(?:"(?P<text>(?:[^"\\]|\\.)*)"|'(?P<other>(?:[^'\\]|\\.)*)'|(?P<bare>null|-?\d+(?:\.\d+)?|true|false))\s*"""
)
GLUE = re.compile(r"(AND|OR)\b|(?=.)", re.IGNORECASE)
SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
Test = Callable[[dict[str, Any]], bool]


def search(
    world: World,
    account: str,
    kind: str,
    params: dict[str, Any],
    url: str,
    *,
    fields: tuple[str, ...],
    show: Callable[[Record], dict[str, Any]] = lambda record: record.body,
) -> dict[str, Any]:
    """Answer a search of an account's objects, newest first. ``fields``: those that may be asked for, and metadata.

    ``show`` says how an object is answered. Raises ApiError for a query that Stripe could not read.
    """
    matches = read_query(params["query"], fields)
    found = [record for record in world.store.all(kind) if record.account == account and matches(record.body)][::-1]
    start, limit = _start(params.get("page")), page_size(params)
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "data": [show(record) for record in found[start : start + limit]],
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
        "url": url,
    }


def read_query(text: str, fields: tuple[str, ...]) -> Test:
    """A predicate on an object's body; ApiError if the query cannot be read."""
    tests: list[Test] = []
    glue: set[str] = set()
    position = 0
    while position < len(text.rstrip()):
        if tests:
            word = GLUE.match(text, position)
            glue.add((word[1] or "AND").upper() if word else "AND")
            position = word.end() if word else position
        clause = CLAUSE.match(text, position)
        if clause is None or (clause["field"] not in fields and clause["field"] != "metadata"):
            raise invalid(f"We were unable to parse your search query: `{text}`", param="query")
        tests.append(_test(clause))
        position = clause.end()
    if not tests or len(glue) > 1:
        raise invalid("A search query needs at least one clause, joined by AND or by OR but not both.", param="query")
    return (lambda body: any(t(body) for t in tests)) if "OR" in glue else (lambda body: all(t(body) for t in tests))


def _test(clause: re.Match[str]) -> Test:
    field, key, sign = clause["field"], clause["key"], clause["sign"]
    asked = next(clause[name] for name in ("text", "other", "bare") if clause[name] is not None)
    asked = re.sub(r"\\(.)", r"\1", asked)
    absent = clause["bare"] == "null"

    def test(body: dict[str, Any]) -> bool:
        value: Any = body
        for part in field.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if key is not None:
            value = (value or {}).get(key)
        if absent:
            return value is None
        if value is None:
            return False
        if sign in SIGNS:
            return SIGNS[sign](float(value), float(asked))
        shown = str(value).lower()
        return asked.lower() in shown if sign == "~" else shown == asked.lower()

    return (lambda body: not test(body)) if clause["denied"] else test


def _start(page: str | None) -> int:
    if not page:
        return 0
    if not re.fullmatch(r"page_\d{1,9}", page):
        raise invalid(f"Invalid page: {page}", param="page")
    return int(page.removeprefix("page_"))
