"""Carrying a shop from one PostgreSQL cluster to another: its schema made anew there, its rows copied and proved.

The shop is out of service from before this until it is back on `main`: see docs/decisions on what that means for buying.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction

from kit import clock
from kit.errors import Conflict
from outbox.actions import announce
from tenants.isolation import shop_sql
from tenants.isolation.actions import CONNECTION_LIMIT
from tenants.isolation.clusters import line_to
from tenants.isolation.copying import Digest, Line, Table, Teller, count, digest, hold, read_csv, tables_of, write_csv
from tenants.isolation.models import MAIN, ShopScript, Wall, WallState
from tenants.isolation.passwords import verifier_of

log = structlog.get_logger(__name__)


class CannotMove(Conflict):
    """The shop stays where it is; nothing was changed."""

    code = "cannot_move"


@dataclass(frozen=True)
class Moved:
    """What arrived: the digest of each table, proved equal on both sides."""

    wall: Wall
    old: Wall
    tables: dict[str, Digest]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables.values())


def move_wall(
    *,
    wall: Wall,
    cluster: str,
    keep: timedelta,
    check: Callable[[], None] = lambda: None,
    note: Callable[[int, int], None] = lambda done, total: None,
) -> Moved:
    """Copy the shop to `cluster`, prove it, and let the wall point there. The old schema is renamed, and kept for as long.

    Reading goes on where it is until the end; writing waits, and then finds no shop. Killed at any point, the shop is whole
    where its wall says, with at most a copy left behind, and the same call does it again. `check` is called once
    nobody writes any more, and may refuse by raising. Runs as the builder. Announces `wall.moved`.
    Raises CannotMove, NoSuchCluster.
    """
    if wall.cluster == cluster:
        raise CannotMove(f"The shop is on {cluster} already.")
    with _lines(wall.cluster, cluster) as (source, target):
        wall = Wall.objects.select_for_update().get(id=wall.id, cluster=wall.cluster)
        if wall.state not in (WallState.ASSIGNED, WallState.QUARANTINED):
            raise CannotMove(f"Only a vendor's shop can be moved; this one is {wall.get_state_display().lower()}.")
        script = ShopScript.objects.filter(version=wall.version).values_list("sql", flat=True).first()
        if script is None:
            raise CannotMove("There is no script for the version of this shop: run `manage.py shops migrate` first.")
        tables = tables_of(source, wall.name, with_keys=True)
        hold(source, wall.name, tables)
        check()
        _make_room(target, wall.name, script)
        if tables_of(target, wall.name, with_keys=True) != tables:
            raise CannotMove("The shop's tables are not those of its version: it was changed by hand. See shops drift.")
        proved = _copy(source, target, wall.name, tables, note)
        old = _leave(source, wall, keep)
        wall.cluster = cluster
        wall.save(update_fields=["cluster"])
        announce("wall.moved", vendor_id=wall.vendor_id, payload={"wall": wall.name, "cluster": cluster})
    log.info("shop_moved", wall=wall.name, cluster=cluster)
    return Moved(wall, old, proved)


@contextmanager
def _lines(source: str, target: str) -> Iterator[tuple[Line, Line]]:
    """Both sides. What was copied is committed first, then the wall that points to it, then that the source is done with."""
    if source == MAIN:
        with transaction.atomic(), line_to(MAIN) as here, line_to(target) as there:
            yield here, there
    else:
        with line_to(source) as here, transaction.atomic(), line_to(target) as there:
            yield here, there


def _make_room(target: Line, name: str, script: str) -> None:
    """The vendor's role and an empty shop. A shop of that name is what a move that was killed left behind."""
    assert shop_sql.NAME.fullmatch(name)
    target.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
    known = target.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    group = "" if known else " IN ROLE vendor_base"
    target.execute(
        f"""
        SET LOCAL ROLE NONE;
        {"ALTER" if known else "CREATE"} ROLE {name} LOGIN PASSWORD '{verifier_of(name)}'
            CONNECTION LIMIT {CONNECTION_LIMIT}{group};
        SET LOCAL ROLE owner
        """
    )
    target.execute(script.replace(shop_sql.PLACEHOLDER, name))


def _copy(
    source: Line, target: Line, name: str, tables: list[Table], note: Callable[[int, int], None]
) -> dict[str, Digest]:
    """Rows from one side to the other, each table read back there. Raises CannotMove where they differ."""
    target.execute("SET CONSTRAINTS ALL DEFERRED")
    proved = {}
    for number, table in enumerate(tables):
        note(number, len(tables))
        told = Teller()
        write_csv(target, name, table, _hearing(told, source, name, table))
        proved[table.name] = told.digest(count(source, name, table))
        if (arrived := digest(target, name, table)) != proved[table.name]:
            raise CannotMove(f"{table.name} left with {proved[table.name].rows} rows and arrived with {arrived.rows}.")
    note(len(tables), len(tables))
    return proved


def _hearing(told: Teller, source: Line, name: str, table: Table) -> Iterator[bytes]:
    for part in read_csv(source, name, table):
        told.hear(part)
        yield part


def _leave(source: Line, wall: Wall, keep: timedelta) -> Wall:
    """What stays behind gets a name that nobody's search path or role has, and a row that says until when it is kept."""
    name = f"o_{secrets.token_hex(6)}"
    source.execute(f"ALTER SCHEMA {wall.name} RENAME TO {name}")
    now = clock.now()
    return Wall.objects.create(
        name=name,
        version=wall.version,
        cluster=wall.cluster,
        state=WallState.RETIRED,
        last_vendor_id=wall.vendor_id,
        created_at=wall.created_at,
        retired_at=now,
        drop_after=now + keep,
    )
