"""What imports of product files take and give."""

from typing import Any

from rest_framework import serializers

from tenants.shop.catalog.models import ImportState, RowResult
from tenants.shop.catalog.queries import ROW_FILTERS


class ImportInput(serializers.Serializer[Any]):
    """A form, `multipart/form-data`."""

    file = serializers.FileField(help_text="CSV with a header, best in UTF-8; the portal has a template. Up to 64 MB.")
    publish = serializers.BooleanField(default=True, help_text="False: new products are drafts.")


class RowFilterSerializer(serializers.Serializer[Any]):
    result = serializers.ChoiceField(list(ROW_FILTERS), required=False)


class ImportSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    filename = serializers.CharField()
    publish = serializers.BooleanField()
    state = serializers.ChoiceField(ImportState.choices)
    rows_total = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    created_count = serializers.IntegerField()
    updated_count = serializers.IntegerField()
    error_count = serializers.IntegerField(help_text="Rows that were not imported.")
    error = serializers.CharField(allow_blank=True, help_text="Why the whole file failed.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportRowSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file; the header is 1.")
    result = serializers.ChoiceField(RowResult.choices)
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    product_id = serializers.UUIDField(allow_null=True)
