"""Health checks are answered at the door; every other request has an id, is measured, and leaves one line."""

import time
from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from kit.context import RequestInfo, current_request
from kit.ids import uuid7
from observability import health
from observability.metrics import count_request

log = structlog.get_logger("request")
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HealthMiddleware:
    """Answers `/livez`, `/readyz` and `/metrics`, leaving no line. Stands first: a load balancer knows no host name."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = health.answer(request.path, request.headers.get("Authorization", ""))
        if found is None:
            return self.get_response(request)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **found.headers}
        response = HttpResponse(found.body, status=found.status, content_type=found.content_type, headers=headers)
        # Or Django would write an error for every 503; the causes are told already.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


class RequestMiddleware:
    """Sets `kit.context.current_request`, measures, and logs route, status, duration, vendor and person.

    The line names the route, not the address: query strings and one-time keys stay out. Of what a route captured only
    identifiers and numbers are told.
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        info = RequestInfo(request_id=str(uuid7()))
        token = current_request.set(info)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = info.request_id
            self._tell(request, response, info, time.perf_counter() - started)
            return response
        finally:
            current_request.reset(token)

    def _tell(self, request: HttpRequest, response: HttpResponseBase, info: RequestInfo, seconds: float) -> None:
        match = request.resolver_match
        captured = match.kwargs.items() if match else ()
        # Django keeps the user here once someone asked for it; asking now could cost a query.
        user = getattr(request, "_cached_user", None)
        person = info.person_id or (str(user.pk) if user is not None and user.pk else "")
        count_request(
            method=request.method or "",
            route=_route_of(request, response.status_code),
            status=response.status_code,
            seconds=seconds,
        )
        log.info(
            "request",
            method=request.method,
            route=match.route if match else None,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
            **{name: str(value) for name, value in captured if isinstance(value, UUID | int)},
            **({"person": person} if person else {}),
            **info.extra,
        )


def _route_of(request: HttpRequest, status: int) -> str:
    """The pattern that fitted; for what came to none, one of two words: whoever knocks must not make up series."""
    if request.resolver_match is not None:
        return "/" + request.resolver_match.route
    is_file = status < 400 and request.path.startswith(settings.STATIC_URL)
    return settings.STATIC_URL if is_file else "none"
