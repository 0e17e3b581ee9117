"""Which schema a table is made in: the folder tells. Shop apps go into vendor schemas, all others into public."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections


class SchemaRouter:
    """Asked by `migrate` for every app: does its table belong into the schema at hand?"""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        # The connection has no schema set while public tables are made, so public is the default.
        in_public = getattr(connections[db], "schema_name", "public") == "public"
        shop = apps.get_app_config(app_label).name in settings.TENANT_APPS
        return None if shop != in_public else False
