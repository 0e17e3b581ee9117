"""Absolute links between the faces: the one place that knows hosts and ports."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def host_of(face: str, vendor: str | None = None) -> str:
    """`host[:port]` of a face: market, shop, portal (both need the vendor's slug) or office."""
    place = settings.FACES[face]
    if "{vendor}" in place["host"] and not vendor:
        raise ValueError(f"a link to the {face} needs a vendor")
    host = place["host"].format(vendor=vendor)
    usual = {"http": "80", "https": "443"}[settings.SCHEME]
    return host if place["port"] == usual else f"{host}:{place['port']}"


def absolute_url(face: str, route: str, vendor: str | None = None, **kwargs: Any) -> str:
    """The address of a route on a face. `route` is a URL name, or a path beginning with "/"."""
    path = route if route.startswith("/") else reverse(route, urlconf=settings.FACES[face]["urlconf"], kwargs=kwargs)
    return f"{settings.SCHEME}://{host_of(face, vendor)}{path}"


def front_url(host: str, path: str) -> str:
    """The address of a path on a shop front, by the host name it is found under: the vendor's slug's, or its own."""
    port = host_of("market").partition(":")[2]
    return f"{settings.SCHEME}://{host}{f':{port}' if port else ''}{path}"
