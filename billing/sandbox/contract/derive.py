"""Derive an OpenAPI-shaped contract from the installed stripe-python package.

stripe-python is generated from Stripe's own OpenAPI document: its service methods carry every path, its ``params``
TypedDicts every request field, and its resource classes every response field. Reading those back gives a contract
pinned to exactly the API version that the SDK sends.

What the SDK cannot tell, compared with Stripe's published document:

* ``Optional[X]`` on a response field means "may be null *or* absent", so only other fields become ``required``;
* enums that the SDK leaves open (``Literal[...] | str``) are marked ``x-stripeBypassValidation``, as Stripe marks them;
* there is no ``maxLength`` and no ``pattern``.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import Any

# The SDK's generated code is regular: each place knows which node it meets, though the type checker does not.
Node = Any
PRIMITIVES = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "float": {"type": "number"},
    "Decimal": {"type": "string", "format": "decimal"},
    "datetime": {"type": "integer", "format": "unix-time"},
    "Any": {},
    "object": {},
}
LISTS = {"ListObject": "/v1", "SearchResultObject": "/v1"}


class Module:
    """One parsed SDK module: its top-level classes, and where its imports lead."""

    def __init__(self, name: str, path: Path):
        self.name = name
        tree = ast.parse(path.read_text())
        self.classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        self.imports: dict[str, tuple[str, str]] = {}
        self.assigned: dict[str, Node] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = (node.module, alias.name)
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.assigned[node.targets[0].id] = node.value


class Deriver:
    def __init__(self) -> None:
        found = importlib.util.find_spec("stripe")
        if found is None or found.origin is None:
            raise ModuleNotFoundError("The contract is derived from the stripe package, which is not installed.")
        self.root = Path(found.origin).parent
        self.schemas: dict[str, dict] = {}
        self.modules: dict[str, Module] = {}

    def module(self, name: str) -> Module:
        if name not in self.modules:
            path = self.root.joinpath(*name.split(".")[1:])
            file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
            self.modules[name] = Module(name, file)
        return self.modules[name]

    # -- types -----------------------------------------------------------
    def schema(self, node: Node, mod: Module, outer: list[ast.ClassDef]) -> dict:
        """Translate one annotation into a JSON schema."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.schema(ast.parse(node.value, mode="eval").body, mod, outer)
        if isinstance(node, ast.Constant) and node.value is None:
            return {"nullable": True}
        if isinstance(node, ast.Name):
            return dict(PRIMITIVES[node.id]) if node.id in PRIMITIVES else self.named(node.id, mod, outer)
        if isinstance(node, ast.BinOp):  # X | Y
            return self.union([node.left, node.right], mod, outer)
        if isinstance(node, ast.Attribute):  # Outer.Inner
            return self.named(ast.unparse(node), mod, outer)
        head = node.value.id if isinstance(node.value, ast.Name) else ast.unparse(node.value)
        args = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head in ("NotRequired", "Required", "ClassVar"):
            return self.schema(args[0], mod, outer)
        if head == "Optional":
            return self.nullable(self.schema(args[0], mod, outer))
        if head == "Union":
            return self.union(args, mod, outer)
        if head == "Literal":
            values = [ast.literal_eval(a) for a in args]
            kind = "boolean" if all(isinstance(v, bool) for v in values) else "string"
            return {"type": kind, "enum": values}
        if head in ("List", "Sequence"):
            return {"type": "array", "items": self.schema(args[0], mod, outer)}
        if head in ("Dict", "UntypedStripeObject", "Mapping"):
            return {"type": "object", "additionalProperties": self.schema(args[-1], mod, outer)}
        if head == "ExpandableField":
            target = self.schema(args[0], mod, outer)
            return {"anyOf": [{"type": "string"}, target], "x-expansionResources": {"oneOf": [target]}}
        if head in LISTS:
            item = self.schema(args[0], mod, outer)
            name = "list" if head == "ListObject" else "search_result"
            if mod.name.startswith("stripe.v2") or mod.imports.get(head, ("",))[0].startswith("stripe.v2"):
                return {
                    "type": "object",
                    "required": ["data"],
                    "properties": {
                        "data": {"type": "array", "items": item},
                        "next_page_url": {"type": "string", "nullable": True},
                        "previous_page_url": {"type": "string", "nullable": True},
                    },
                }
            return {
                "type": "object",
                "required": ["data", "has_more", "object", "url"],
                "properties": {
                    "data": {"type": "array", "items": item},
                    "has_more": {"type": "boolean"},
                    "object": {"type": "string", "enum": [name]},
                    "url": {"type": "string"},
                    "next_page": {"type": "string", "nullable": True},
                    "total_count": {"type": "integer"},
                },
            }
        raise NotImplementedError(f"{mod.name}: {ast.unparse(node)}")

    @staticmethod
    def nullable(schema: dict) -> dict:
        if "$ref" in schema:
            return {"anyOf": [schema], "nullable": True}
        return {**schema, "nullable": True}

    def union(self, args: list[Node], mod: Module, outer: list[ast.ClassDef]) -> dict:
        members: list[dict] = []
        for arg in args:
            part = self.schema(arg, mod, outer)
            members += part["anyOf"] if set(part) == {"anyOf"} else [part]
        enums = [m for m in members if m.get("type") == "string" and any(m.get("enum", []))]
        plain = {"type": "string"}
        if enums and plain in members:  # an open enum: Literal[...] | str
            members.remove(plain)
            enums[0]["x-stripeBypassValidation"] = True
        unique = [m for i, m in enumerate(members) if m not in members[:i] and m]
        return unique[0] if len(unique) == 1 else {"anyOf": unique}

    def named(self, dotted: str, mod: Module, outer: list[ast.ClassDef]) -> dict:
        """Resolve a class name: nested in an enclosing class, this module, or imported."""
        first, *rest = dotted.split(".")
        for depth in range(len(outer), 0, -1):
            scope = outer[:depth]
            for child in scope[-1].body:
                if isinstance(child, ast.ClassDef) and child.name == first:
                    return self.ref(mod, self.descend([*scope, child], rest))
        if first in mod.classes:
            return self.ref(mod, self.descend([mod.classes[first]], rest))
        if first in mod.imports:
            target, name = mod.imports[first]
            other = self.module(target)
            return self.named(".".join([name, *rest]), other, [])
        raise KeyError(f"{dotted} in {mod.name}")

    @staticmethod
    def descend(chain: list[ast.ClassDef], names: list[str]) -> list[ast.ClassDef]:
        for name in names:
            chain = [*chain, next(c for c in chain[-1].body if isinstance(c, ast.ClassDef) and c.name == name)]
        return chain

    def ref(self, mod: Module, chain: list[ast.ClassDef]) -> dict:
        key = self.key(mod, chain)
        if key not in self.schemas:
            self.schemas[key] = {}  # reserve first: classes refer to each other
            self.schemas[key].update(self.class_schema(mod, chain))
        return {"$ref": f"#/components/schemas/{key}"}

    def key(self, mod: Module, chain: list[ast.ClassDef]) -> str:
        parts = [c.name for c in chain]
        for stmt in chain[0].body:
            if isinstance(stmt, ast.AnnAssign) and ast.unparse(stmt.target) == "OBJECT_NAME":
                return ".".join([ast.literal_eval(stmt.value or stmt.target), *parts[1:]])
        return ".".join([mod.name.replace("stripe.", "").replace("._", "."), *parts])

    def class_schema(self, mod: Module, chain: list[ast.ClassDef]) -> dict:
        cls = chain[-1]
        out: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        bases = [b.id for b in cls.bases if isinstance(b, ast.Name)]
        typed_dict = "params" in mod.name.split(".")
        if typed_dict:
            out["additionalProperties"] = False
        for base in bases:  # functional TypedDict bases hold reserved words such as "from"
            if base in mod.assigned:
                fields = mod.assigned[base].args[1]
                for key, value in zip(fields.keys, fields.values, strict=True):
                    self.field(out, key.value, value, mod, chain, typed_dict)
            elif typed_dict and base in mod.classes:
                parent = self.class_schema(mod, [mod.classes[base]])
                out["properties"].update(parent["properties"])
                out["required"] += parent["required"]
        remap: dict[str, str] = next(
            (
                ast.literal_eval(s.value)
                for s in cls.body
                if isinstance(s, ast.Assign) and ast.unparse(s.targets[0]) == "_field_remappings"
            ),
            {},
        )
        for stmt in cls.body:
            if isinstance(stmt, ast.AnnAssign) and "ClassVar" not in ast.unparse(stmt.annotation):
                name = ast.unparse(stmt.target)
                self.field(out, remap.get(name, name), stmt.annotation, mod, chain, typed_dict)
        return out

    def field(
        self, out: dict, name: str, annotation: Node, mod: Module, chain: list[ast.ClassDef], typed_dict: bool
    ) -> None:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            annotation = ast.parse(annotation.value, mode="eval").body
        text = ast.unparse(annotation)
        out["properties"][name] = self.schema(annotation, mod, chain)
        if not text.startswith("NotRequired" if typed_dict else "Optional"):
            out["required"].append(name)

    # -- operations ------------------------------------------------------
    def operations(self, prefix: str) -> dict:
        paths: dict[str, dict] = {}
        for file in sorted(self.root.rglob("*_service.py")):
            name = ".".join(["stripe", *file.relative_to(self.root).with_suffix("").parts])
            mod = self.module(name)
            for cls in mod.classes.values():
                for func in cls.body:
                    if isinstance(func, ast.FunctionDef):
                        self.operation(paths, mod, cls, func, prefix)
        return paths

    def operation(self, paths: dict, mod: Module, cls: ast.ClassDef, func: ast.FunctionDef, prefix: str) -> None:
        call: Node = next(
            (
                n
                for n in ast.walk(func)
                if isinstance(n, ast.Call)
                and isinstance(n.func, ast.Attribute)
                and n.func.attr in ("_request", "_request_stream")
                and len(n.args) > 1
            ),
            None,
        )
        if call is None:
            return
        verb, where = call.args[0].value, call.args[1]
        path = where.func.value.value if hasattr(where, "func") else getattr(where, "value", None)
        if not isinstance(path, str) or not path.startswith(prefix):
            return
        arg = next((a for a in func.args.args if a.arg == "params"), None)
        body, needed = {"type": "object", "properties": {}, "additionalProperties": False}, False
        annotation: Node = arg.annotation if arg else None
        if annotation is not None:
            needed = not ast.unparse(annotation).startswith("Optional")
            body = self.schema(annotation if needed else annotation.slice, mod, [cls])
        media = "application/json" if path.startswith("/v2/") else "application/x-www-form-urlencoded"
        result = self.result(verb, self.schema(func.returns, mod, [cls]))
        paths.setdefault(path, {})[verb] = {
            "operationId": f"{cls.name}.{func.name}",
            "requestBody": {"required": needed, "content": {media: {"schema": body}}},
            "responses": {
                "200": {"content": {"application/json": {"schema": result}}},
                "default": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["error"],
                                "properties": {
                                    "error": self.named("ErrorObject", self.module("stripe._error_object"), [])
                                },
                            }
                        }
                    }
                },
            },
        }

    def result(self, verb: str, schema: dict) -> dict:
        """A v1 object that can be deleted answers DELETE, and later GET, with a stub of itself."""
        full = self.schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        if verb == "post" or "deleted" not in full.get("properties", {}):
            return schema
        kept = {name: full["properties"][name] for name in ("id", "object") if name in full["properties"]}
        stub = {
            "type": "object",
            "required": [*kept, "deleted"],
            "properties": {**kept, "deleted": {"type": "boolean", "enum": [True]}},
        }
        # Some DELETEs answer with the whole object: a subscription is cancelled, not removed.
        return {"anyOf": [stub, schema]}

    def document(self, prefix: str) -> dict:
        paths = self.operations(prefix)
        self.thin_event()
        return {
            "openapi": "3.0.0",
            "info": {
                "title": "Stripe API (derived from stripe-python)",
                "version": self.constant("_api_version", "CURRENT"),
                "x-derived-from": f"stripe=={self.constant('_version', 'VERSION')}",
            },
            "paths": paths,
            "components": {"schemas": self.schemas},
        }

    def thin_event(self) -> None:
        """Add what the SDK declares for each event type (in ``stripe/events``) instead of once, on Event."""
        event = self.schemas.get("v2.core.event")
        if event:
            text = {"type": "string"}
            event["properties"]["related_object"] = {
                "type": "object",
                "nullable": True,
                "required": ["type", "url"],
                "properties": {"id": text, "type": text, "url": text},
            }
            event["properties"]["data"] = {"type": "object", "nullable": True}

    def constant(self, module: str, name: str) -> str:
        """Read one assigned constant without importing the package: importing it costs half a second."""
        mod = self.module(f"stripe.{module}")
        if name in mod.assigned:
            return ast.literal_eval(mod.assigned[name])
        cls = next(c for c in mod.classes.values())
        return next(
            ast.literal_eval(s.value)
            for s in cls.body
            if isinstance(s, ast.Assign) and ast.unparse(s.targets[0]) == name
        )


def derive(prefix: str = "/") -> dict:
    """Return the contract of the installed SDK as an OpenAPI document, for the paths that start with ``prefix``."""
    return Deriver().document(prefix)
