"""What an action refused, said on a page of its own when the view did not say it in place."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from billing.payments.provider import ProviderUnavailable
from kit.errors import Conflict, NotAllowed, SoukError
from kit.storage import StorageUnavailable

STATUSES: tuple[tuple[type[SoukError], int], ...] = (
    (NotAllowed, 403),
    (Conflict, 409),
    (ProviderUnavailable, 503),
    (StorageUnavailable, 503),
)


def status_of(error: SoukError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


class SoukErrorMiddleware:
    """A SoukError that reaches the edge becomes its words and a fitting status; anything else is a bug and stays a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, SoukError):
            return None
        status = status_of(exception)
        return render(request, "errors/refused.html", {"reason": str(exception), "status": status}, status=status)
