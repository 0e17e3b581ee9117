"""Expansion: ids become objects, where the contract says that they may, four levels deep, and only when asked.

Source: https://docs.stripe.com/api/expanding_objects
"""

from __future__ import annotations

from typing import Any

from .contract import Contract
from .errors import invalid
from .listing import envelope
from .objects import show_by_id
from .world import World

MAX_DEPTH = 4
# Lists that an object leaves out until they are asked for: (object, field) -> how to find them.
LEFT_OUT = {("checkout.session", "line_items"), ("charge", "refunds")}


def check_paths(contract: Contract, schema: dict[str, Any], paths: list[str]) -> None:
    """Raises ApiError for a path that is too deep or names something that cannot be expanded."""
    for path in paths:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > MAX_DEPTH:
            raise invalid(f"You cannot expand more than {MAX_DEPTH} levels of a property: {path}", param="expand")
        options, expandable = _flatten(contract, schema), False
        for part in parts:
            options, expandable = _step(contract, options, part)
            if not options:
                raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        if not expandable:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")


def _step(contract: Contract, options: list[dict[str, Any]], part: str) -> tuple[list[dict[str, Any]], bool]:
    """The schemas that a property may have, and whether it can itself be expanded."""
    found: list[dict[str, Any]] = []
    expandable = False
    for option in options:
        tag = (option.get("properties", {}).get("object", {}).get("enum") or [""])[0]
        prop = option.get("properties", {}).get(part)
        if prop is None:
            continue
        if "x-expansionResources" in prop:
            expandable = True
            found += _flatten(contract, prop["x-expansionResources"])
        else:
            expandable = expandable or (tag, part) in LEFT_OUT
            found += _flatten(contract, prop)
    return found, expandable


def _flatten(contract: Contract, schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = contract.deref(schema)
    if schema.get("type") == "array":
        return _flatten(contract, schema["items"])
    options = schema.get("anyOf") or schema.get("oneOf")
    return [leaf for option in options for leaf in _flatten(contract, option)] if options else [schema]


def expand(world: World, body: dict[str, Any], paths: list[str]) -> None:
    """Replace ids by objects in ``body``, along paths that ``check_paths`` has let pass."""
    for path in paths:
        _expand(world, body, path.split("."))


def _expand(world: World, node: Any, parts: list[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _expand(world, item, parts)
        return
    if not isinstance(node, dict) or not parts:
        return
    head, rest = parts[0], parts[1:]
    if (node.get("object"), head) in LEFT_OUT and head not in node:
        node[head] = _left_out(world, node, head)
    if isinstance(node.get(head), str):
        node[head] = show_by_id(world, node[head]) or node[head]
    _expand(world, node.get(head), rest)


def _left_out(world: World, node: dict[str, Any], name: str) -> dict[str, Any]:
    if name == "payments":
        from .billing.invoices import payments_of  # which stands on this module

        return payments_of(world, node["id"])
    if name == "refunds":
        refunds = [r.body for r in reversed(world.store.where("refund", "charge", node["id"]))]
        return envelope(refunds[:10], len(refunds) > 10, f"/v1/charges/{node['id']}/refunds")
    session = world.store.find(node["id"])
    items = session.hidden["line_items"] if session else []
    return envelope(items[:10], len(items) > 10, f"/v1/checkout/sessions/{node['id']}/line_items")
