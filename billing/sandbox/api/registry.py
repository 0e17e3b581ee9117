"""Which function answers which endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import invalid
from ..store import Record
from ..world import World


@dataclass
class Call:
    """One request, read and found to be well-formed.

    ``account`` is who it acts for; ``ids`` are the path's placeholders.
    """

    world: World
    account: str
    params: dict[str, Any]
    ids: list[str]
    path: str

    @property
    def id(self) -> str:
        return self.ids[0]

    def need(self, name: str) -> Any:
        """A parameter that the contract calls optional but this call cannot do without."""
        if self.params.get(name) in (None, ""):
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
        return self.params[name]


Handler = Callable[[Call], dict[str, Any]]
HANDLERS: dict[tuple[str, str], Handler] = {}


def endpoint(method: str, template: str) -> Callable[[Handler], Handler]:
    """Register the function that answers an endpoint, given as in the contract: ``"/v1/transfers/{transfer}"``."""

    def register(function: Handler) -> Handler:
        HANDLERS[method, template] = function
        return function

    return register


def merge_metadata(old: dict[str, str] | None, new: Any) -> dict[str, str]:
    """Merge as Stripe does: an empty value removes its key, ``""`` in place of the object removes all."""
    if new == "":
        return {}
    return {key: value for key, value in {**(old or {}), **(new or {})}.items() if value != ""}


def change(record: Record, params: dict[str, Any], *names: str) -> None:
    """Set plain fields of an object from parameters of the same names (``""`` unsets), and merge its metadata."""
    for name in names:
        if name in params:
            record.body[name] = None if params[name] == "" else params[name]
    if "metadata" in params:
        record.body["metadata"] = merge_metadata(record.body["metadata"], params["metadata"])


def check_metadata(params: Any, where: str = "") -> None:
    """Raises ApiError if any ``metadata`` exceeds 50 keys, 40 characters a key or 500 a value."""
    if not isinstance(params, dict):
        return
    for name, value in params.items():
        inside = f"{where}[{name}]" if where else name
        if name != "metadata" or not isinstance(value, dict):
            check_metadata(value, inside)
            continue
        if len(value) > 50:
            raise invalid("Metadata can have at most 50 keys.", param=inside)
        for key, text in value.items():
            if len(key) > 40:
                raise invalid(f"Metadata keys can be at most 40 characters: {key[:50]}", param=f"{inside}[{key}]")
            if text is not None and len(text) > 500:
                raise invalid("Metadata values can be at most 500 characters.", param=f"{inside}[{key}]")
