"""How one operation is described. A module of its own, for drf-spectacular's own views ask for it (DEFAULT_SCHEMA_CLASS)."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from api.auth import InScope, scope_of


class ApiSchema(AutoSchema):
    """Describes an operation by what its method says, not its class, and says which scope it needs."""

    def get_description(self) -> str:
        method = getattr(self.view, self.method.lower(), None)
        words: str = getattr(method, "__doc__", None) or ""
        return words.strip()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None and InScope in getattr(self.view, "permission_classes", []):
            words = f"Needs the scope `{scope_of(self.view, self.method)}`."
            operation["description"] = f"{operation.get('description', '')}\n\n{words}".strip()
        return operation
