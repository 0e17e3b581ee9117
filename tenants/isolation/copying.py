"""The rows of a shop as text, in an order that does not change: to carry them elsewhere, and to prove that they arrived.

Works on a plain connection and a schema's name, so that it is the same for this cluster and for another. What a shop is made
of is read from the database: a quarantined shop is of another version than this code.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

# Which migrations a shop has seen is told by its version.
RECORD = "django_migrations"
# What lets programs into a shop. It goes with the shop to another cluster, and into no file.
KEYS = "shop_integrations_"

Line = Connection[Any]


@dataclass(frozen=True)
class Table:
    """A table of a shop: its columns as they stand, and those of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """What a table's rows amount to: how many, and the sha256 of them as CSV, ordered by primary key."""

    rows: int
    sha256: str


def tables_of(line: Line, schema: str, *, with_keys: bool = False) -> list[Table]:
    """The tables with a shop's own rows, by name; those that hold keys only `with_keys`."""
    rows = line.execute(
        """
        SELECT c.relname,
               array(SELECT attname FROM pg_attribute
                     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attname),
               array(SELECT attname FROM unnest(i.indkey) WITH ORDINALITY AS k (number, position)
                     JOIN pg_attribute ON attrelid = c.oid AND attnum = k.number ORDER BY k.position)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY c.relname
        """,
        [schema],
    ).fetchall()
    return [
        Table(name, tuple(columns), tuple(key))
        for name, columns, key in rows
        if name != RECORD and (with_keys or not name.startswith(KEYS))
    ]


def read_csv(line: Line, schema: str, table: Table) -> Iterator[bytes]:
    """The table's rows as CSV with a head; NULL is an empty cell, an empty text is quoted."""
    with line.cursor() as cursor, cursor.copy(_copy_out(schema, table)) as copy:
        for part in copy:
            yield bytes(part)


def write_csv(line: Line, schema: str, table: Table, parts: Iterable[bytes]) -> None:
    """Put rows that `read_csv` gave into the (empty) table, in its columns."""
    statement = sql.SQL("COPY {}.{} ({}) FROM STDIN (FORMAT csv, HEADER match)").format(
        sql.Identifier(schema), sql.Identifier(table.name), _names(table.columns)
    )
    with line.cursor() as cursor, cursor.copy(statement) as copy:
        for part in parts:
            copy.write(part)


def read_json(line: Line, schema: str, table: Table) -> Iterator[str]:
    """Each row as a JSON object, in the same order. Inside a transaction, for it is read part by part."""
    statement = sql.SQL("SELECT row_to_json(rows)::text FROM (SELECT {} FROM {}.{} ORDER BY {}) AS rows").format(
        _names(table.columns), sql.Identifier(schema), sql.Identifier(table.name), _names(table.key)
    )
    with line.cursor(name="rows_as_json") as cursor:
        cursor.itersize = 1000
        cursor.execute(statement)
        for (text,) in cursor:
            yield text


def digest(line: Line, schema: str, table: Table) -> Digest:
    """What the table's rows amount to now."""
    told = Teller()
    for part in read_csv(line, schema, table):
        told.hear(part)
    return told.digest(count(line, schema, table))


def count(line: Line, schema: str, table: Table) -> int:
    row = line.execute(
        sql.SQL("SELECT count(*) FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(table.name))
    ).fetchone()
    assert row is not None
    return int(row[0])


def empty(line: Line, schema: str, tables: Iterable[Table]) -> None:
    """Delete all rows. Foreign keys among them are looked at when the transaction ends."""
    line.execute("SET CONSTRAINTS ALL DEFERRED")
    for table in tables:
        line.execute(sql.SQL("DELETE FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(table.name)))


def hold(line: Line, schema: str, tables: Iterable[Table]) -> None:
    """Let nobody write these tables until the transaction ends, once those who are writing have finished."""
    names = sql.SQL(", ").join(sql.Identifier(schema, table.name) for table in tables)
    line.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names))


class Teller:
    """Digests what passes by."""

    def __init__(self, onward: Callable[[bytes], object] = lambda part: None) -> None:
        self._sum, self._onward = hashlib.sha256(), onward

    def hear(self, part: bytes) -> None:
        self._sum.update(part)
        self._onward(part)

    def digest(self, rows: int) -> Digest:
        return Digest(rows, self._sum.hexdigest())


def _copy_out(schema: str, table: Table) -> sql.Composed:
    return sql.SQL("COPY (SELECT {} FROM {}.{} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER)").format(
        _names(table.columns), sql.Identifier(schema), sql.Identifier(table.name), _names(table.key)
    )


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
