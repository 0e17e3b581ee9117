"""Whether this process lives."""

from django.http import HttpRequest, HttpResponse

LIVEZ = "/livez"


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks neither database nor Valkey: a restart would not mend those."""
    return HttpResponse("alive\n", content_type="text/plain", headers={"Cache-Control": "no-store"})
