"""Whether answers are what an audience's document says."""

import copy
import importlib
import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory
from jsonschema import Draft202012Validator


@cache
def document(audience: str) -> dict[str, Any]:
    """The document of an audience, as it is served."""
    routes = importlib.import_module(f"api.v1.{audience}.urls").urlpatterns
    serve = next(route.callback for route in routes if route.name == f"{audience}_openapi")
    found: dict[str, Any] = json.loads(serve(RequestFactory().get("/")).content)
    return found


def check(audience: str, method: str, path: str, answer: HttpResponse) -> None:
    """Asserts that the document has this operation, this status and these headers' kind, and exactly this body's shape."""
    operation = _operation(audience, method, path.partition("?")[0])
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, (
        f"{method} {path} answered {answer.status_code}, which is not documented: {answer.content!r}"
    )
    content = told.get("content", {})
    if not content:
        assert answer.content == b"", f"{method} {path} answered a body that is not documented"
        return
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in content, f"{method} {path} answered {kind}"
    schema = {**content[kind]["schema"], "components": _exact(audience)}
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer.json())
    ]
    assert errors == [], f"{method} {path} {answer.status_code}"


def _operation(audience: str, method: str, path: str) -> dict[str, Any]:
    fits = [
        operations
        for template, operations in document(audience)["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations
    ]
    assert fits, f"{method} {path} is not documented"
    # `/a/b` before `/a/{c}`.
    found: dict[str, Any] = fits[0][method.lower()]
    return found


@cache
def _exact(audience: str) -> dict[str, Any]:
    """The document's components, with no member allowed that is not named there; problems may tell more."""
    components = copy.deepcopy(document(audience)["components"])
    for name, schema in components["schemas"].items():
        if name != "Problem" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return components
