"""Lists: a page at a time, by cursor."""

from collections.abc import Callable
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from kit.errors import InvalidInput
from kit.pagination import Page

SIZE, MAX_SIZE = 25, 100

CURSOR = OpenApiParameter(
    "cursor", str, description="`next_cursor` or `previous_cursor` of another page of this list; none: the first page."
)
LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": SIZE},
    description="How many a page has at most.",
)
PAGE_PARAMETERS = [CURSOR, LIMIT]


def cursor_of(request: Request) -> str | None:
    return request.query_params.get("cursor") or None


def limit_of(request: Request) -> int:
    """How many the caller wants on a page. Raises InvalidInput for what is no number from 1 to 100."""
    text = request.query_params.get("limit", str(SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6] or 0) <= MAX_SIZE):
        raise InvalidInput(f"`limit` is a whole number from 1 to {MAX_SIZE}.", field="limit")
    return int(text)


def page_data(page: Page[Any], shown: Callable[[Any], Any]) -> dict[str, Any]:
    """A page as the API answers it, each row as `shown` has it."""
    return {
        "items": [shown(row) for row in page.rows],
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }


@cache
def page_of(serializer: type[BaseSerializer[Any]]) -> Any:
    """For `extend_schema(responses=…)`: a page of these, the same one wherever it is asked for."""
    return inline_serializer(
        f"{serializer.__name__.removesuffix('Serializer')}Page",
        {
            "items": serializer(many=True),
            "next_cursor": serializers.CharField(allow_null=True),
            "previous_cursor": serializers.CharField(allow_null=True),
        },
    )
