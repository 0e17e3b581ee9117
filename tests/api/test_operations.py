"""What every operation of every audience has: a name, words, schemas, and a guard against being done twice."""

from collections import Counter
from importlib import import_module
from typing import Any

import pytest
from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tests.support.api import AUDIENCES, WRITES, operations, routes

WRITING = {"storefront": 8, "vendor": 15, "platform": 5, "finance": 3}


def writing_methods(audience: str) -> list[tuple[str, Any]]:
    found = []
    for route in routes(audience):
        view = route.callback.view_class  # type: ignore[union-attr]
        found += [(f"{view.__name__}.{name}", getattr(view, name)) for name in WRITES if hasattr(view, name)]
    return found


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_write_that_is_sent_again_is_not_done_again(audience: str) -> None:
    found = writing_methods(audience)
    assert len(found) >= WRITING[audience]
    assert [name for name, method in found if not getattr(method, "is_idempotent", False)] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_operation_is_described(audience: str) -> None:
    found = operations(audience)
    ids = Counter(operation.described["operationId"] for operation in found)
    assert [name for name, count in ids.items() if count > 1] == []
    for operation in found:
        described = operation.described
        assert described["summary"], operation
        assert len(described["tags"]) == 1, operation
        good = {status: said for status, said in described["responses"].items() if status.startswith("2")}
        assert len(good) == 1, operation
        (status, said), *_ = good.items()
        assert status == "204" or said["content"], operation
        for content in [
            *said.get("content", {}).values(),
            *described.get("requestBody", {}).get("content", {}).values(),
        ]:
            assert content["schema"], operation
        assert described["security"] != [], operation


@pytest.mark.parametrize("audience", AUDIENCES)
def test_nothing_of_a_document_is_guessed(audience: str) -> None:
    urls = import_module(f"api.v1.{audience}.urls")
    patterns = [path(f"api/v1/{audience}/", include(routes(audience)))]
    assert urls.app_name == f"api_{audience}"
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
        warned = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert warned == []
