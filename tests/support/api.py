"""What tests of the APIs have in common."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern
from jsonschema import Draft202012Validator, FormatChecker

from kit.links import absolute_url
from tests.api.conftest import OFFICE
from tests.support.browser import face_of, served_by


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


class AnyId(dict[str, Any]):
    """Some id for whatever name: for where nobody gets so far as to look."""

    def __missing__(self, name: str) -> str:
        return str(uuid4())


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- The documents --------------------------------------------------------------------------------------------------------

AUDIENCES = ("storefront", "vendor", "platform", "finance")
WRITES = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one address, as an audience's document has it."""

    method: str
    path: str
    described: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def names(self) -> list[str]:
        """What stands in braces in the address."""
        return re.findall(r"{(\w+)}", self.path)

    def at(self, ids: Mapping[str, Any]) -> str:
        """The address with these ids. Raises KeyError for a name that nobody knows an id for."""
        return re.sub(r"{(\w+)}", lambda found: str(ids[found[1]]), self.path)


def document_of(audience: str) -> dict[str, Any]:
    """The audience's OpenAPI document, which names the addresses that hold for this test."""
    return _document(audience, absolute_url("market", "/"))


@cache
def _document(audience: str, market: str) -> dict[str, Any]:
    urls = import_module(f"api.v1.{audience}.urls")
    view = next(route.callback for route in urls.urlpatterns if str(route.pattern) == "openapi.json")
    found: dict[str, Any] = json.loads(view(RequestFactory().get("/")).content)
    return found


def operations(audience: str) -> list[Operation]:
    return [
        Operation(method, path, described)
        for path, methods in document_of(audience)["paths"].items()
        for method, described in methods.items()
    ]


def routes(audience: str) -> list[URLPattern]:
    """The audience's routes that have a view of the API: without its document and that one's viewer."""
    urls = import_module(f"api.v1.{audience}.urls")
    return [route for route in urls.urlpatterns if str(route.pattern) not in ("openapi.json", "docs")]


def check_answer(audience: str, method: str, path: str, answer: HttpResponse, *, exact: bool = False) -> None:
    """That the document knows such an answer: its status, its kind, and its body.

    `exact`: it must also know the address, and the body may have no member that it does not name.
    """
    document, address = document_of(audience), path.partition("?")[0]
    described = next(
        (
            each.described
            for each in operations(audience)
            if each.method == method.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", each.path), address)
        ),
        None,
    )
    if described is None:
        assert not exact, f"{method} {path} is not documented"
        assert answer.status_code in (404, 405), f"{method} {path} is not documented"
        return
    said = described["responses"].get(str(answer.status_code))
    assert said is not None, (
        f"{method} {path} answers {answer.status_code}, which is not documented: {answer.content!r}"
    )
    if not said.get("content"):
        assert answer.content == b"", f"{method} {path} has a body that is not documented"
        return
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in said["content"], f"{method} {path} answers {kind}"
    if not kind.endswith("json"):
        return
    components = _closed(document["components"]) if exact else document["components"]
    schema = {**said["content"][kind]["schema"], "components": components}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(answer.content))


def _closed(components: dict[str, Any]) -> dict[str, Any]:
    """The same, with no member allowed that is not named there; problems may tell more."""
    schemas = {
        name: schema if name == "Problem" or "properties" not in schema else {"additionalProperties": False, **schema}
        for name, schema in components["schemas"].items()
    }
    return {**components, "schemas": schemas}


class Held:
    """A program every answer to which is held against the audience's document."""

    def __init__(self, caller: Any, audience: str):
        self.caller, self.audience = caller, audience

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        answer: HttpResponse = self.caller.ask(method, path, body, **headers)
        check_answer(self.audience, method, path, answer)
        return answer

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("PATCH", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("DELETE", path, **headers)

    def send(self, path: str, form: dict[str, Any], **headers: str) -> HttpResponse:
        """POST a form with files."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.caller.browser.client(self.caller.host)
        with served_by(face_of(self.caller.host)):
            answer: HttpResponse = client.post(path, form, headers={**self.caller.headers, **named})
        check_answer(self.audience, "POST", path, answer)
        return answer
