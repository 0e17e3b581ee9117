"""The OpenAPI documents, one for each audience, and the page that shows them, from our own files."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import HEADER, LONGEST, SHORTEST
from kit.links import absolute_url
from kit.permission import open_to
from kit.problems import CONTENT_TYPE

VERSION = "1.0.0"
ABOUT_ALL = """
Amounts are whole numbers of minor units (`_minor`) beside a `currency`; instants are RFC 3339 in UTC; ids are UUIDs.
Lists come a page at a time: pass `next_cursor` as `cursor`. Every failure is a problem document (RFC 9457); its `code` stays.
Send an `Idempotency-Key` with every write: sent again, it is answered again and not done again. `ETag` and
`If-None-Match` spare what is known, `If-Match` keeps two writers apart. `RateLimit` says how many calls are left.
"""
PROBLEMS = {
    "400": "The body cannot be read.",
    "401": "Nobody is signed in, or the token or key is not good (any more).",
    "403": "The caller's role, or the key's scopes, do not include this.",
    "404": "There is no such thing, or not for this caller.",
    "405": "There is no such method here.",
    "409": "Something has changed, or is in a state that does not allow this; `code` says which.",
    "412": "`If-Match` named another version than the present one.",
    "413": "The body is too large.",
    "415": "The body is of another kind than this takes.",
    "422": "Some fields are not right; `errors` says which.",
    "429": "Too many calls; `Retry-After` says for how long.",
    "503": "The payment provider, or a part of ours, does not answer. Try again.",
}
WRITES = ("post", "put", "patch", "delete")
SIGN_IN = """
People sign in on the marketplace's host: `POST {login}` with `{{"email": ..., "password": ...}}`. Of the answer,
`meta.access_token` is the token to send as `Authorization: Bearer ...`, good for {minutes} minutes. A 401 asks for
a second step: `POST {second}` with `{{"code": ...}}` and the header `X-Session-Token`, which is `meta.session_token`.
`POST {refresh}` with `{{"refresh_token": ...}}` gives new tokens, once for each.
"""
# On which face an audience is served.
FACES = {"storefront": "market", "vendor": "portal", "platform": "office", "finance": "office"}


class _BearerScheme(OpenApiAuthenticationExtension):
    about: ClassVar[str] = ""

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": self.about}


class CustomerScheme(_BearerScheme):
    target_class = "api.auth.CustomerBearer"
    name = "customer"
    about = "A customer's access token, from `/_allauth/app/v1/auth/login` on this host."


class VendorScheme(_BearerScheme):
    target_class = "api.auth.VendorBearer"
    name = "vendor"
    about = "A key of this shop, made in the portal, or a member's access token from the marketplace's host."


class StaffScheme(_BearerScheme):
    target_class = "api.auth.StaffBearer"
    name = "staff"
    about = "The access token of a member of staff, from the marketplace's host."


def add_what_all_have(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's hook: the problem document, its statuses and the headers that every operation knows."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    result["components"]["headers"] = HEADERS
    _close_bodies(result)
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if method not in ("get", *WRITES):
                continue
            # What a view documents itself stays.
            for status, words in PROBLEMS.items():
                content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                operation["responses"].setdefault(status, {"description": words, "content": content})
            parameters = operation.setdefault("parameters", [])
            if method in WRITES:
                parameters.append(IDEMPOTENCY_KEY)
            else:
                parameters.append(IF_NONE_MATCH)
                operation["responses"].setdefault("304", {"description": "It is as it was: `If-None-Match` knows it."})
            for status, answer in operation["responses"].items():
                told = {name: {"$ref": f"#/components/headers/{name}"} for name in headers_of(method, status)}
                answer["headers"] = {**told, **answer.get("headers", {})}
    return result


def _close_bodies(document: dict[str, Any]) -> None:
    """Says of every object in a request's body that it takes no other field, as `api.views.body_of` has it."""
    schemas, seen = document["components"]["schemas"], set[str]()
    waiting: list[Any] = [each.get("requestBody") for path in document["paths"].values() for each in path.values()]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                if "properties" in schemas[name]:
                    schemas[name].setdefault("additionalProperties", False)
                waiting.append(schemas[name])
        elif isinstance(part, list):
            waiting.extend(part)


def headers_of(method: str, status: str) -> list[str]:
    """The headers that answers of this status to this method may have, besides those of HTTP itself."""
    names = ["RateLimit", "RateLimit-Policy"]
    if method == "get" and status in ("200", "304"):
        names.append("ETag")
    if status == "201":
        names.append("Location")
    if method in WRITES and status.startswith("2"):
        names.append("Idempotency-Replayed")
    if status in ("429", "503"):
        names.append("Retry-After")
    return names


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:souk:problem:sold_out"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for machines."},
        "detail": {"type": "string", "description": "For people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
        "prices": {
            "type": "object",
            "description": "Of `prices_changed`: what each line of the cart costs now, in minor units, by the line's id.",
            "additionalProperties": {"type": "integer"},
        },
        "available": {
            "type": "object",
            "description": "Of `sold_out`: how many there still are, by the offer's id.",
            "additionalProperties": {"type": "integer"},
        },
        "digest": {"type": "string", "description": "Of `preview_changed`: of what it would do now."},
        "amount_minor": {
            "type": "integer",
            "description": "Of `preview_changed`: what the customer would get back now.",
        },
    },
}
HEADERS: dict[str, Any] = {
    "ETag": {"description": "Which version this is, for `If-None-Match`.", "schema": {"type": "string"}},
    "Location": {
        "description": "Where what was made is to be found.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "RateLimit": {
        "description": "What is left of each policy (`r`), and for how many seconds (`t`).",
        "schema": {"type": "string", "examples": ['"token";r=599;t=60']},
    },
    "RateLimit-Policy": {
        "description": "How many calls (`q`) within how many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"token";q=600;w=60']},
    },
    "Retry-After": {"description": "After how many seconds to try again.", "schema": {"type": "integer", "minimum": 1}},
    "Idempotency-Replayed": {
        "description": f"Only when the same `{HEADER}` was known: this is the answer of that time, and nothing was done now.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "description": "Chosen by you for this one request, and the same when you send it again. A UUID is good.",
    "schema": {"type": "string", "minLength": SHORTEST, "maxLength": LONGEST, "pattern": "^[ -~]*$"},
}
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an answer that you have.",
    "schema": {"type": "string"},
}


def sign_in() -> str:
    """How people come by a token, for the documents' introduction."""
    return SIGN_IN.format(
        login=absolute_url("market", "/_allauth/app/v1/auth/login"),
        second="/_allauth/app/v1/auth/2fa/authenticate",
        refresh="/_allauth/app/v1/tokens/refresh",
        minutes=settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN // 60,
    )


def server_of(face: str) -> dict[str, Any]:
    """The face's base address, as OpenAPI's Server Object. A portal's has the vendor's slug in its host."""
    if face != "portal":
        return {"url": absolute_url(face, "/").rstrip("/")}
    about = {"default": "vendor", "description": "The shop's address, as in its portal's host."}
    return {"url": absolute_url(face, "/", "{vendor}").rstrip("/"), "variables": {"vendor": about}}


class Viewer(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files, under a policy of its own: its style sheet is partly inline."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
            "frame-ancestors 'none'; object-src 'none'"
        )
        return response


def with_document(audience: str, title: str, about: str, patterns: Sequence[URLPattern]) -> list[URLPattern]:
    """These routes, and with them the audience's document and its viewer: `openapi.json` and `docs`."""
    prefix = f"api/v1/{audience}/"

    @cache
    def document(market: str) -> dict[str, Any]:
        """Built once for each address of the marketplace, which its words name."""
        from django.urls import include

        told = {
            "TITLE": title,
            "DESCRIPTION": about.strip() + "\n" + ABOUT_ALL + sign_in(),
            "VERSION": VERSION,
        }
        with patched_settings(told):
            generator = SchemaGenerator(patterns=[path(prefix, include(list(patterns)))])
            found: dict[str, Any] = generator.get_schema(request=None, public=True)
        return found

    @require_safe
    def openapi(request: HttpRequest) -> HttpResponse:
        # Where it is served is a matter of settings, not of the routes.
        whole = {**document(absolute_url("market", "/")), "servers": [server_of(FACES.get(audience, "market"))]}
        return JsonResponse(whole, headers={"Cache-Control": "public, max-age=300"})

    viewer = open_to("anybody")(Viewer.as_view(url=f"/{prefix}openapi.json", title=title))
    return [
        *patterns,
        path("openapi.json", open_to("anybody")(openapi), name=f"{audience}_openapi"),
        path("docs", viewer, name=f"{audience}_docs"),
    ]
