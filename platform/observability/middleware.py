"""Every request has an id and leaves one line."""

import time
from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponseBase

from kit.context import RequestInfo, current_request
from kit.ids import uuid7
from observability.views import LIVEZ

log = structlog.get_logger("request")


class RequestMiddleware:
    """Sets `kit.context.current_request` and logs route, status, duration, vendor and person.

    The line names the route, not the address: query strings and one-time keys stay out. Of what a route captured only
    identifiers and numbers are told.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        info = RequestInfo(request_id=str(uuid7()))
        token = current_request.set(info)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = info.request_id
            if request.path != LIVEZ:
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
