"""Errors as Django's handlers: `handler404 = "ui.errors.not_found"` in a URL configuration. Pages for people, and
problem documents below `/api/`."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kit.problems import API_PATH, problem_response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return problem_response(400, "bad_request", "This request cannot be read.")
    # Without the request: it may be refused for its host, before any face's middleware has seen it.
    return HttpResponse(render_to_string("errors/400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return problem_response(403, "forbidden", "You may not do this.")
    return HttpResponse(render_to_string("errors/403.html", request=request), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return problem_response(404, "not_found", "There is no such address.")
    return HttpResponse(render_to_string("errors/404.html", request=request), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke may be in a context processor."""
    if request.path.startswith(API_PATH):
        return problem_response(500, "error", "Something broke on our side; it has been noted. Try again.")
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For CSRF_FAILURE_VIEW: the form is too old, or cookies are off."""
    words = "This form was open too long, or your browser refuses cookies. Go back, reload the page and send it again."
    return HttpResponse(render_to_string("errors/403.html", {"reason": words}, request=request), status=403)
