"""What tests of the office's APIs have in common."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import OFFICE


@pytest.fixture
def at_office(program: Callable[..., Any], staff_token: Callable[..., str]) -> Callable[[str], Any]:
    """`at_office("finance")`: a program of somebody on the staff."""
    return lambda role="administrator": program(OFFICE, staff_token(role))


def items(caller: Any, path: str) -> list[dict[str, Any]]:
    """The rows of a list's first page."""
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
