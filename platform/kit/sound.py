"""What may be kept because Python can read it back.

PostgreSQL keeps times without end, years before Christ, numbers of a hundred thousand digits, and lists in lists without
bottom. Psycopg and `json` raise over each, and not in the row but in whatever list it stands in: one such row, put there by
SQL in one vendor's connection, would stop what everybody's work goes through. So the database is asked to refuse them, by
the policies of what vendors write in public (`tenants.isolation.policies`) and by constraints inside their shops.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Func, Model

FROM, UNTIL = "1900-01-01", "2200-01-01"
MOST_BYTES = 1_000_000
# Of what is indexed by its words: a row's index has a megabyte for all of them.
MOST_BYTES_INDEXED = 200_000
MOST_DEEP = 16
# No attribute, no id and no amount has so many in a row; from 4,300 on Python reads no number.
MOST_DIGITS = 250

_TIME = f"{{0}} IS NULL OR {{0}} >= '{FROM} 00:00:00+00' AND {{0}} < '{UNTIL} 00:00:00+00'"
_DATE = f"{{0}} IS NULL OR {{0}} >= '{FROM}' AND {{0}} < '{UNTIL}'"
_TEXT = f"{{0}} IS NULL OR octet_length({{0}}) <= {MOST_BYTES}"
_SHALLOW = f"NOT jsonb_path_exists({{0}}, '$.**{{{{{MOST_DEEP} to last}}}}')"
# A number begins the text, or follows a colon, a comma or a bracket; digits in words may be as many as they like.
_JSON = (
    f"{{0}} IS NULL OR octet_length({{0}}::text) <= {MOST_BYTES} "
    f"AND {{0}}::text !~ '(^|[:,[] ?)-?[0-9]{{{{{MOST_DIGITS}}}}}' AND {_SHALLOW}"
)
_CONDITIONS = {
    models.DateTimeField: _TIME,
    models.DateField: _DATE,
    models.JSONField: _JSON,
    models.TextField: _TEXT,
}


def conditions_of(model: type[Model], columns: Iterable[str]) -> list[tuple[str, str]]:
    """(column, SQL condition) for those of these columns that can hold what Python cannot read, or no code of ours knows:
    a word that is none of the field's choices."""
    found, wanted = [], set(columns)
    for field in model._meta.local_concrete_fields:
        if field.column not in wanted:
            continue
        name = f'"{field.column}"'
        if field.flatchoices and isinstance(field, models.CharField):
            words = [str(word) for word, _ in field.flatchoices] + [""] * field.blank
            listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
            found.append((str(field.column), f"{name} IS NULL OR {name} IN ({listed})"))
            continue
        # A DateTimeField is a DateField too: the first that fits says it.
        for kind, condition in _CONDITIONS.items():
            if isinstance(field, kind):
                found.append((str(field.column), condition.format(name)))
                break
    return found


class _Sound(Func):
    """A condition on one column, for a CheckConstraint."""

    arity = 1
    output_field = models.BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        assert not parameters
        return f"({self.condition.format(column)})", ()

    condition = ""


class IsTime(_Sound):
    """An instant that Python knows, in a century that we do."""

    condition = _TIME


class IsDate(_Sound):
    condition = _DATE


class IsText(_Sound):
    """Text that still fits among all that a product is found by."""

    condition = f"octet_length({{0}}) <= {MOST_BYTES_INDEXED}"


class IsWords(_Sound):
    """A list of words, and nothing else."""

    condition = (
        f"jsonb_typeof({{0}}) = 'array' AND octet_length({{0}}::text) <= {MOST_BYTES_INDEXED} "
        """AND NOT jsonb_path_exists({0}, 'strict $[*] ? (@.type() != "string")')"""
    )


class IsFacts(_Sound):
    """Names with what each is."""

    condition = (
        f"jsonb_typeof({{0}}) = 'object' AND octet_length({{0}}::text) <= {MOST_BYTES_INDEXED} "
        f"AND ({{0}} IS NULL OR octet_length({{0}}::text) <= {MOST_BYTES} "
        f"AND {{0}}::text !~ '[0-9]{{{{{MOST_DIGITS}}}}}' AND {_SHALLOW})"
    )
