"""What both APIs of the office share."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Model
from rest_framework import serializers

from api.errors import there
from taxonomy.queries import tree
from tenants.vendors.models import Vendor
from tenants.vendors.queries import named


class VendorNameSerializer(serializers.Serializer):
    """A vendor by what it is called."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class With:
    """A row with more beside it: a serializer reads both alike."""

    def __init__(self, row: Any, **more: Any):
        self._row = row
        self.__dict__.update(more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def with_vendors(rows: Iterable[Any]) -> list[With]:
    """These rows, each with its `vendor` (None where it has none). One query."""
    kept = list(rows)
    vendors = named(row.vendor_id for row in kept)
    return [With(row, vendor=vendors.get(row.vendor_id)) for row in kept]


def vendor_called(vendor_id: UUID) -> Vendor:
    """Raises NotFound."""
    return there(named([vendor_id]).get(vendor_id))


def check_vendor(vendor_id: UUID) -> UUID:
    """For a serializer's field: the id of a vendor that is there."""
    if not Vendor.objects.filter(id=vendor_id).exists():
        raise serializers.ValidationError("There is no such vendor.", code="unknown")
    return vendor_id


def check_category(path: str) -> str:
    """The same for the path of a category."""
    if path not in tree().by_path:
        raise serializers.ValidationError("There is no such category.", code="unknown")
    return path


def known(model: type[Model], row_id: UUID) -> UUID:
    """The id itself, for an action that wants no more. Raises NotFound when there is no such row."""
    return there(model._default_manager.filter(pk=row_id).values_list("pk", flat=True).first())
