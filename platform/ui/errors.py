"""Error pages as Django's handlers: `handler404 = "ui.errors.not_found"` in a URL configuration."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("errors/400.html", request=request), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("errors/403.html", request=request), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("errors/404.html", request=request), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke may be in a context processor."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For CSRF_FAILURE_VIEW: the form is too old, or cookies are off."""
    words = "This form was open too long, or your browser refuses cookies. Go back, reload the page and send it again."
    return HttpResponse(render_to_string("errors/403.html", {"reason": words}, request=request), status=403)
