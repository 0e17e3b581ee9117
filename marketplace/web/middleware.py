"""What an action refused, said on a page of its own when the view did not say it in place."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from billing.payments.provider import ProviderUnavailable
from kit.errors import Conflict, NotAllowed, SoukError
from kit.pagination import DamagedCursor
from kit.problems import API_PATH
from kit.storage import StorageUnavailable
from marketplace.search.queries import SearchUnavailable

STATUSES: tuple[tuple[type[SoukError], int], ...] = (
    (NotAllowed, 403),
    (Conflict, 409),
    (ProviderUnavailable, 503),
    (StorageUnavailable, 503),
    (SearchUnavailable, 503),
)


# What addresses of pages call the place where a page begins.
CURSORS = ("cursor", "page")


def status_of(error: SoukError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


class SoukErrorMiddleware:
    """A SoukError that reaches the edge becomes its words and a fitting status; anything else is a bug and stays a 500.

    A damaged page link says where the first page is, and an address that takes forms only says so instead of nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path.startswith(API_PATH):
            page = render(request, "errors/405.html", {"takes_forms": "POST" in response["Allow"]}, status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, SoukError):
            return None
        status = status_of(exception)
        context = {"reason": str(exception), "status": status}
        if isinstance(exception, DamagedCursor):
            query = request.GET.copy()
            for name in CURSORS:
                query.pop(name, None)
            context["first_page_url"] = f"{request.path}?{query.urlencode()}" if query else request.path
        return render(request, "errors/refused.html", context, status=status)
