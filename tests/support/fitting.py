"""What fits an API: things that its answers told, and bodies made from its document."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kit import clock


class Known:
    """What answers held: whole things by what they are called, every text and number by the name of its member."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.values: dict[str, list[str | int]] = defaultdict(list)

    def learn(self, name: str, data: Any) -> None:
        """`name` is what the things are called: the last part of the address, or the member they stand under."""
        if isinstance(data, list):
            for each in data:
                self.learn(name, each)
        elif isinstance(data, dict):
            if data not in self.rows[name]:
                self.rows[name].append(data)
            for key, value in data.items():
                if isinstance(value, dict | list):
                    self.learn(name if key == "items" else key, value)
                elif isinstance(value, str | int) and value not in ("", True, False, *self.values[key]):
                    self.values[key].append(value)

    def in_path(self, template: str, parameter: str) -> list[str]:
        """For `/vendors/{vendor_id}`: the ids of the vendors; for `/orders/{number}`, their numbers."""
        above = re.search(rf"([^/]+)/{{{parameter}}}", template)
        things = above[1].replace("-", "_") if above else ""
        return self._of(things, "id" if parameter.endswith("id") else parameter) or [
            *(str(value) for value in self.values[parameter]),
            *self._of(f"{parameter.removesuffix('_id')}s", "id"),
        ]

    def for_member(self, key: str, like: Any) -> Sequence[Any]:
        """What may stand under `key` in place of `like`.

        For `offer_id`, or a filter `offer`, the ids of offers; for `offer_ids` all of them at once; for a list of things
        one that was read.
        """
        thing = key.removesuffix("s").removesuffix("_id")
        things = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
        if isinstance(like, list):
            found: Sequence[Any] = (
                [self._of(things, "id")] if key.endswith("_ids") else [[row] for row in self.rows[key]]
            )
            return [each for each in found if each]
        own = self.values[key] or self.values[f"{thing}_id"] or self._of(things, "id")
        return [each for each in own if type(each) is type(like)]

    def _of(self, things: str, member: str) -> list[str]:
        return [str(row[member]) for row in self.rows[things] if row.get(member)]


class Fitting:
    """What fits a document: of everything only what must be given, and known ids where an id is asked for."""

    def __init__(self, document: Mapping[str, Any], known: Known):
        self.document, self.known = document, known

    def body(self, operation: Any) -> tuple[str | None, dict[str, Any]]:
        """(kind, body); (None, {}) for an operation that takes none."""
        content = self._described(operation).get("requestBody", {}).get("content", {})
        if not content:
            return None, {}
        kind = next(iter(content))
        return kind, self.value(content[kind]["schema"])

    def query(self, operation: Any) -> dict[str, Any]:
        return {
            each["name"]: self.value(each["schema"], each["name"])
            for each in self._described(operation).get("parameters", [])
            if each["in"] == "query" and each.get("required")
        }

    def shape(self, operation: Any, parameter: str | None = None) -> str:
        """What it takes, or the one parameter: the same for operations that take the same."""
        told = self._described(operation)
        given = [
            each["schema"] if each["in"] == "path" else each
            for each in told.get("parameters", [])
            if parameter is None or each["name"] == parameter
        ]
        return json.dumps([given, {} if parameter else told.get("requestBody", {}).get("content", {})])

    def value(self, schema: Mapping[str, Any], name: str = "") -> Any:
        while "$ref" in schema or "allOf" in schema:
            schema = schema["allOf"][0] if "allOf" in schema else self._component(schema["$ref"])
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return self.value(choices[0], name)
        if "enum" in schema:
            return next((each for each in schema["enum"] if each), schema["enum"][0])
        kinds = schema.get("type", "string")
        kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
        if kind == "object":
            given = schema.get("properties", {})
            return {key: self.value(given[key], key) for key in schema.get("required", []) if key in given}
        if kind == "array":
            return [self.value(schema["items"], name)]
        if kind == "boolean":
            return True
        if kind in ("integer", "number"):
            return max(schema.get("minimum", 1), 1)
        return self._text(schema, name)

    def _text(self, schema: Mapping[str, Any], name: str) -> str:
        if schema.get("format") == "uuid":
            return str(next(iter(self.known.for_member(name, "")), UUID(int=0)))
        if schema.get("format") == "date":
            return clock.today().isoformat()
        if schema.get("format") == "date-time":
            return clock.now().isoformat()
        if schema.get("format") == "email":
            return "somebody@mail.example"
        return "Something"[: schema.get("maxLength", 9)]

    def _described(self, operation: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["paths"][operation.path][operation.method.lower()]
        return found

    def _component(self, reference: str) -> Mapping[str, Any]:
        found: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)
