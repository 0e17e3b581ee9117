"""Thousands of values in a condition."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup
from django.db.models.fields import BooleanField


class Among(Lookup):  # type: ignore[type-arg]
    """`.filter(Among("source_id", ids))`: as `source_id__in`, with all values in one array.

    `__in` writes a parameter for each value; with thousands of them, Python takes longer to prepare the statement than
    PostgreSQL to answer it. Values are given as the column has them: an id, not the row it names.
    """

    lookup_name = "among"
    prepare_rhs = False
    output_field = BooleanField()

    def __init__(self, field: str, values: Iterable[Any]):
        super().__init__(F(field), list(values))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]
