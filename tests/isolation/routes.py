"""Every route of every face, read from the URL configurations, and who may use it: what the code declares, and the table
`routes.txt`, which says it a second time.

`python -m tests.isolation.routes` prints the table as the code has it now: compare, think, and take over what is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import getclosurevars, unwrap
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver

FACES = ("market", "portal", "office")
TABLE = Path(__file__).with_name("routes.txt")
READS, WRITES = {"GET", "HEAD"}, {"POST", "PUT", "PATCH", "DELETE"}
# Where no such method is answered.
NOBODY = "-"


@dataclass(frozen=True)
class Route:
    """One address of a face, as the URL configuration has it: `/orders/<uuid:order_id>/`."""

    face: str
    pattern: str
    view: Any

    def __str__(self) -> str:
        return f"{self.face} {self.pattern}"

    @property
    def names(self) -> list[str]:
        """What stands in angles in the address."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("/api/")

    def at(self, ids: Any) -> str:
        """The address with these ids. Raises KeyError for a name that nobody knows an id for."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids[found[1]]), self.pattern)


@dataclass(frozen=True)
class Allowed:
    """Who may look, and who may change: roles, or kinds of people; nobody where no such method is answered."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]

    def __str__(self) -> str:
        return " | ".join(" ".join(who) or NOBODY for who in (self.reads, self.writes))


@cache
def routes(face: str) -> tuple[Route, ...]:
    """A face's routes, but those of allauth, which are its own affair and people's own alone."""
    found = _routes(face, "/", import_module(f"config.urls_{face}").urlpatterns)
    return tuple(route for route in found if not route.view.__module__.startswith("allauth."))


def _routes(face: str, before: str, patterns: list[URLPattern | URLResolver]) -> Iterator[Route]:
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(face, here, each.url_patterns)
        else:
            yield Route(face, here, each.callback)


def declared(route: Route) -> Allowed | None:
    """What the route's view declares, for the methods that it answers."""
    from kit.permission import permission_of

    permission = permission_of(route.view)
    if permission is None:
        return None
    methods = _methods(route.view)
    return Allowed(
        *(
            tuple(sorted(who)) if methods & asked else ()
            for who, asked in ((permission.reads, READS), (permission.writes, WRITES))
        )
    )


def _methods(view: Any) -> set[str]:
    """What is left by `require_http_methods` and its like around a view, or by the class behind it."""
    methods = READS | WRITES
    if hasattr(view, "cls"):
        return {method for method in methods if hasattr(view.cls, method.lower())}

    def look(wrapper: Any) -> bool:
        if "request_method_list" in wrapper.__code__.co_freevars:
            methods.intersection_update(getclosurevars(wrapper).nonlocals["request_method_list"])
        return False

    unwrap(view, stop=look)
    return methods


def table() -> dict[str, Allowed]:
    """{"face pattern": who may}, as routes.txt has it."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            route, _, who = line.partition(" : ")
            reads, writes = (tuple(part.replace(NOBODY, "").split()) for part in who.split("|"))
            found[" ".join(route.split())] = Allowed(reads, writes)
    return found


def lines() -> Iterator[str]:
    """The table as the code declares it."""
    for face in FACES:
        for route in routes(face):
            yield f"{route} : {declared(route) or 'NOT DECLARED'}"


if __name__ == "__main__":
    import os

    os.environ |= {"SOUK_PROCESS": "test", "SOUK_WORLD": "test", "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django

    django.setup()
    print("\n".join(lines()))
