"""Who may use a route, declared where its view is guarded: `view.permission`.

tests/isolation walks every route as everybody and holds it to what it declares; one that declares nothing fails there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may look (GET, HEAD), and who may change (all other methods): roles, or kinds of people. Nobody: no such method."""

    reads: frozenset[str]
    writes: frozenset[str]


def declare(view: ViewT, reads: Iterable[str], writes: Iterable[str]) -> ViewT:
    """The view, saying of itself who may use it. Guards that wrap it with `functools.wraps` say the same."""
    view.permission = Permission(frozenset(map(str, reads)), frozenset(map(str, writes)))  # type: ignore[attr-defined]
    return view


def permission_of(view: Any) -> Permission | None:
    """What a view declares, or None."""
    found = getattr(view, "permission", None)
    return found if isinstance(found, Permission) else None


def open_to(*who: str) -> Callable[[ViewT], ViewT]:
    """For views without a guard of roles: `open_to("anybody")`. It says who may, and stops nobody."""
    return lambda view: declare(view, who, who)
