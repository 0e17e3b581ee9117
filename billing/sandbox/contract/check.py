"""Judge and read single exchanges by an OpenAPI document.

One walk over schema and value does both: it decodes what a form can only send as text (``"400"`` becomes 400 where an
integer is due) and lists every way in which the value breaks the schema.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

INTEGER = re.compile(r"-?\d+\Z", re.ASCII)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?\Z", re.ASCII)
PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "integer": int,
    "number": (int, float),
}
Schema = dict[str, Any]


class FormError(ValueError):
    """The form body cannot be read as one nested structure."""


@dataclass(frozen=True)
class Problem:
    """One breach: ``kind`` is unknown, missing, null, enum, form or the type that was due; ``where`` is ``a[b][0]``."""

    kind: str
    where: str
    message: str


@dataclass(frozen=True)
class Operation:
    method: str
    template: str
    request: Schema
    response: Schema
    is_json: bool


def parse_form(text: str) -> dict[str, Any]:
    """Decode Stripe's bracketed form encoding: ``a[b][]=1``, ``a[0][c]=2``, ``metadata[x]=y``.

    Raises FormError if brackets do not balance, a name is sent twice, or is both a value and a container.
    """
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=2000):
        head, _, rest = name.partition("[")
        if rest and not rest.endswith("]"):
            raise FormError(f"Invalid name: {name}")
        keys = [head, *(rest[:-1].split("][") if rest else [])]
        node = root
        for key, following in zip(keys, [*keys[1:], None], strict=True):
            if key == "":  # ``a[]``: a new item, unless it goes on filling the last one (``a[][b]=1&a[][c]=2``)
                last = node.get(str(len(node) - 1))
                going_on = following is not None and isinstance(last, dict) and following not in last
                key = str(len(node) - going_on)
            if following is None:
                if key in node:
                    raise FormError(f"{name} was sent twice")
                node[key] = value
            elif not isinstance(node.setdefault(key, {}), dict):
                raise FormError(f"{name} is used both as a value and as a container")
            else:
                node = node[key]
    return root


def as_list(value: Any) -> Any:
    """A form cannot tell ``a[0]=x`` from an object with key "0": read it as a list where a list is due."""
    if isinstance(value, dict) and list(value) == [str(i) for i in range(len(value))]:
        return list(value.values())
    return value


class Contract:
    """An OpenAPI document that finds operations, reads requests and judges answers."""

    def __init__(self, spec: Schema):
        self.version: str = spec["info"]["version"]
        self.schemas: dict[str, Schema] = spec["components"]["schemas"]
        self.tree: dict[str, Any] = {}
        for template, methods in spec["paths"].items():
            node = self.tree
            for part in template.strip("/").split("/"):
                node = node.setdefault("{}" if part.startswith("{") else part, {})
            node["/"] = (template, methods)
        self.operations: dict[tuple[str, str], Operation] = {}

    # -- finding ---------------------------------------------------------
    def find(self, method: str, path: str) -> tuple[Operation, list[str]] | None:
        """Return the operation at a path and the values of its placeholders.

        A fixed segment wins over a placeholder.
        """
        found = self._descend(self.tree, path.strip("/").split("/"), [])
        if found is None or method.lower() not in found[0][1]:
            return None
        (template, methods), values = found
        return self.operation(method.upper(), template, methods[method.lower()]), values

    def _descend(self, node: dict[str, Any], parts: list[str], values: list[str]) -> tuple[Any, list[str]] | None:
        if not parts:
            return (node["/"], values) if "/" in node else None
        head, *rest = parts
        if head in node and head not in ("{}", "/"):
            found = self._descend(node[head], rest, values)
            if found:
                return found
        return self._descend(node["{}"], rest, [*values, head]) if "{}" in node and head else None

    def operation(self, method: str, template: str, source: Schema) -> Operation:
        key = (method, template)
        if key not in self.operations:
            media, entry = next(iter(source["requestBody"]["content"].items()))
            request = {
                "type": "object",
                "additionalProperties": False,
                "properties": {},
                "required": [],
                **self.deref(entry["schema"]),
            }
            answer = source["responses"]["200"]["content"]["application/json"]["schema"]
            self.operations[key] = Operation(
                method, template, request, answer, media == "application/json" and method == "POST"
            )
        return self.operations[key]

    def schema_of(self, name: str) -> Schema | None:
        """Return the schema of an object by its ``object`` tag, such as ``"transfer"``."""
        return self.schemas.get(name)

    # -- reading a request -----------------------------------------------
    def read(self, operation: Operation, query: str, body: str) -> tuple[dict[str, Any], list[Problem]]:
        """Decode what was sent into Python values; problems in the order in which they were met."""
        try:
            if operation.is_json:
                sent = json.loads(body or "{}")
                if query:
                    sent = {**parse_form(query), **sent}
            else:  # Stripe reads query and form alike, and the SDK sends a DELETE's parameters in the query
                sent = parse_form("&".join(part for part in (query, body) if part))
        except FormError as error:
            return {}, [Problem("form", "", str(error))]
        except ValueError:
            return {}, [Problem("form", "", "The request body is not valid JSON.")]
        if not isinstance(sent, dict):
            return {}, [Problem("object", "", "Invalid object")]
        problems: list[Problem] = []
        value = self.walk(operation.request, sent, "", problems, form=not operation.is_json, request=True)
        return value, problems

    def judge(self, schema: Schema, value: Any) -> list[Problem]:
        """List every breach of ``schema`` in an answer."""
        problems: list[Problem] = []
        self.walk(schema, value, "", problems, form=False, request=False)
        return problems

    # -- the walk --------------------------------------------------------
    def deref(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].removeprefix("#/components/schemas/")]
        return schema

    def walk(self, schema: Schema, value: Any, where: str, found: list[Problem], *, form: bool, request: bool) -> Any:
        schema = self.deref(schema)
        if value is None:
            # A v2 body unsets with null, whatever the type.
            if not request and not self.may_be_null(schema):
                found.append(Problem("null", where, f"{where}: null is not allowed"))
            return None
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            return self.walk_any(options, value, where, found, form=form, request=request)
        return self.walk_one(schema, value, where, found, form=form, request=request)

    def may_be_null(self, schema: Schema) -> bool:
        options = schema.get("anyOf") or schema.get("oneOf") or []
        typed = {"type", "$ref", "anyOf", "oneOf"} & schema.keys()
        return schema.get("nullable", False) or not typed or any(self.may_be_null(self.deref(o)) for o in options)

    def walk_any(
        self, options: list[Schema], value: Any, where: str, found: list[Problem], *, form: bool, request: bool
    ) -> Any:
        """Take the first branch without a breach, else report the branch that the value most plainly means to be."""
        attempts: list[tuple[int, int, int, list[Problem]]] = []
        for option in map(self.deref, options):
            problems: list[Problem] = []
            result = self.walk(option, value, where, problems, form=form, request=request)
            if not problems:
                return result
            attempts.append((self.likeness(option, value), -len(problems), len(attempts), problems))
        found += max(attempts)[3]
        return value

    def likeness(self, schema: Schema, value: Any) -> int:
        if not isinstance(value, dict):
            return int(isinstance(value, str) and schema.get("type") not in ("object", "array"))
        if schema.get("type") != "object" and "properties" not in schema:
            return 0
        properties = schema.get("properties", {})
        tags = [
            (self.deref(properties[t]).get("enum"), value[t])
            for t in ("object", "type")
            if t in properties and t in value
        ]
        matches = sum(4 if enum and tag in enum else -2 for enum, tag in tags)
        return 1 + matches + 2 * (("deleted" in properties) == ("deleted" in value))

    def walk_one(
        self, schema: Schema, value: Any, where: str, found: list[Problem], *, form: bool, request: bool
    ) -> Any:
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if form and kind == "array":
            value = as_list(value)
        if form and isinstance(value, str) and kind in ("integer", "number", "boolean"):
            decoded = decode(kind, value)
            if decoded is None:
                found.append(Problem(kind, where, f"Invalid {kind}: {value}"))
                return value
            value = decoded
        if kind and not is_kind(kind, value):
            found.append(
                Problem(kind, where, f"Invalid {kind}" if request else f"{where}: expected {kind}, got {value!r:.60}")
            )
            return value
        enum = schema.get("enum")
        if enum and value not in enum:
            shown = ", ".join(str(item) for item in enum[:20]) + (", ..." if len(enum) > 20 else "")
            found.append(Problem("enum", where, f"Invalid {where}: must be one of {shown}"))
        if kind == "array":
            items = schema.get("items", {})
            return [
                self.walk(items, item, f"{where}[{i}]", found, form=form, request=request)
                for i, item in enumerate(value)
            ]
        if kind == "object":
            return self.walk_object(schema, value, where, found, form=form, request=request)
        return value

    def walk_object(
        self, schema: Schema, value: dict[str, Any], where: str, found: list[Problem], *, form: bool, request: bool
    ) -> Any:
        properties, extra = schema.get("properties", {}), schema.get("additionalProperties")
        result = {}
        for name, item in value.items():
            inside = f"{where}[{name}]" if where else name
            if name in properties:
                result[name] = self.walk(properties[name], item, inside, found, form=form, request=request)
            elif isinstance(extra, dict):
                result[name] = self.walk(extra, item, inside, found, form=form, request=request)
            elif extra is not True and "properties" in schema:
                found.append(
                    Problem(
                        "unknown",
                        inside,
                        f"Received unknown parameter: {inside}" if request else f"{inside}: unknown field",
                    )
                )
            else:
                result[name] = item
        for name in schema.get("required", []):
            if name not in value:
                inside = f"{where}[{name}]" if where else name
                found.append(Problem("missing", inside, f"Missing required param: {inside}."))
        return result


def decode(kind: str, text: str) -> int | float | bool | None:
    """Read a form's text as an integer, number or boolean; None if it is not one."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(text)
    if kind == "integer":
        return int(text) if INTEGER.match(text) and len(text) < 20 else None
    return float(text) if NUMBER.match(text) else None


def is_kind(kind: str, value: Any) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, PYTHON_TYPES[kind])
