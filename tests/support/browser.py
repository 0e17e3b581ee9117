"""A browser for tests: goes by absolute address to whichever face lives there, with cookies for each host alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db import connection
from django.http import HttpResponse
from django.test import Client

ROLES = {"market": "store", "portal": "doorman", "office": "platform"}


def face_of(address: str) -> str:
    host = urlsplit(address).hostname or ""
    if host == "office.localhost":
        return "office"
    return "portal" if host.endswith(".portal.localhost") else "market"


@contextmanager
def served_by(face: str) -> Iterator[None]:
    """What is asked within is asked with the rights of the face's database role."""
    if not connection.in_atomic_block:
        yield
        return
    connection._authorize(ROLES[face])
    try:
        yield
    finally:
        connection._authorize(None)


class Browser:
    """`Browser(settings).get("http://acme.portal.localhost:8001/")` follows redirects from face to face.

    Each host is served as in its own process: URLs, middleware, cookie names and database role are those of its face.
    (The role only within a test's own transaction; with real commits the superuser serves all, and portals log in as
    their vendor.)
    """

    def __init__(self, settings: Any):
        self.settings = settings
        self.clients: dict[str, Client] = {}
        self.address = ""

    def get(self, address: str, *, follow: bool = True, **headers: str) -> HttpResponse:
        return self._ask("get", address, {}, follow, headers)

    def post(
        self, address: str, data: dict[str, Any] | None = None, *, follow: bool = True, **headers: str
    ) -> HttpResponse:
        return self._ask("post", urljoin(self.address, address), data or {}, follow, headers)

    def client(self, address: str) -> Client:
        """The client of that host, with the settings of its face in force."""
        host, face = urlsplit(address).netloc, face_of(address)
        of_the_face = {
            "ROOT_URLCONF": self.settings.FACES[face]["urlconf"],
            "MIDDLEWARE": self.settings.FACE_MIDDLEWARE[face],
            "SESSION_COOKIE_NAME": f"souk_{face}",
            "CSRF_COOKIE_NAME": f"souk_{face}_csrf",
        }
        for name, value in of_the_face.items():
            # Each setting that is set lies upon the last one: a test that asks a thousand times sets them once.
            if getattr(self.settings, name) != value:
                setattr(self.settings, name, value)
        if host not in self.clients:
            self.clients[host] = Client(HTTP_HOST=host)
        return self.clients[host]

    def _ask(
        self, method: str, address: str, data: dict[str, Any], follow: bool, headers: dict[str, str]
    ) -> HttpResponse:
        for _ in range(12):
            parts = urlsplit(address)
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            self.address = address
            client = self.client(address)
            with served_by(face_of(address)):
                response = (
                    client.get(path, headers=headers) if method == "get" else client.post(path, data, headers=headers)
                )
            if not (follow and response.status_code in (301, 302, 303, 307)):
                return response
            address, method = urljoin(address, response["Location"]), "get"
        raise AssertionError(f"redirected without end, last to {address}")
