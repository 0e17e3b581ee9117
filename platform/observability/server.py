"""The health paths of a process without a face: a worker's own small server, where `SOUK_METRICS_PORT` says."""

import threading
from collections.abc import Iterable
from http.client import responses
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from django.db import close_old_connections

from observability import health

log = structlog.get_logger(__name__)


class _Quiet(WSGIRequestHandler):
    # One who connects and says nothing must not keep the next from asking.
    timeout = 5

    def log_message(self, format: str, *arguments: Any) -> None:
        """Health checks leave no line."""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """WSGI: the health paths, 404 for all else."""
    close_old_connections()
    try:
        found = health.answer(environ["PATH_INFO"], environ.get("HTTP_AUTHORIZATION", ""))
    finally:
        close_old_connections()
    found = found or health.Answer(404, b"not found\n")
    headers = {"Content-Type": found.content_type, "Cache-Control": "no-store", **found.headers}
    start_response(f"{found.status} {responses[found.status]}", list(headers.items()))
    return [found.body]


def serve(host: str, port: int) -> WSGIServer | None:
    """Answer on this address in a thread of its own; None, and a line that says so, when something else listens there."""
    try:
        server = make_server(host, port, application, handler_class=_Quiet)
    except OSError as error:
        log.error("metrics_not_served", port=port, cause=type(error).__name__)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
