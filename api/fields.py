"""Fields that take what JSON calls by their name and nothing that merely looks like it: "5" is no number, 5 is no text."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        # JSON knows one kind of number: 5.0 is 5.
        is_whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if isinstance(data, bool) or not is_whole:
            self.fail("invalid")
        return int(data)


class YesNo(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def unknown_fields(field: Any, data: Any) -> dict[str, Any]:
    """What of `data` no field takes, at any depth, as the detail of a ValidationError; empty when all is known."""
    found: dict[str, Any] = {}
    if isinstance(field, serializers.ListSerializer | serializers.ListField) and isinstance(data, list):
        found = {str(position): unknown_fields(field.child, each) for position, each in enumerate(data)}
    elif isinstance(field, serializers.BaseSerializer) and isinstance(data, Mapping):
        taken = {name: each for name, each in getattr(field, "fields", {}).items() if not each.read_only}
        for name, value in data.items():
            if name in taken:
                found[name] = unknown_fields(taken[name], value)
            else:
                found[name] = [ErrorDetail("There is no such field here.", code="unknown_field")]
    return {name: details for name, details in found.items() if details}
