"""Bringing existing shops up to this code's migrations: SQL built once, replayed for each in one transaction.

Running the migrations themselves costs Django up to a second a shop, most of it for rendering the state of all models.
Here the first shop of a version (a spare, if one waits) is migrated for real and what was sent is kept; all others of that
version get the same text. The version stands on the wall and changes in the same transaction, so a run that was
interrupted is simply repeated. Only what cannot be had as text (RunPython, non-atomic migrations) runs shop by shop.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

import psycopg
import structlog
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from kit import clock
from outbox.actions import announce
from tenants.isolation import shop_sql
from tenants.isolation.models import MAIN, Rollout, Wall, WallState

log = structlog.get_logger(__name__)
LOCK_TIMEOUT = "2s"  # rather come back later than keep a shop's customers waiting
ROUNDS = 4
CANARIES = 3
NOTED_EVERY_SECONDS = 1.0

Tell = Callable[[int, int], None]


class ReleaseStopped(Exception):
    """The first shops of a kind could not take the migrations: the fault is with these, not with the shops."""


@dataclass
class Outcome:
    """What became of the shops that were behind."""

    migrated: int = 0
    quarantined: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Planned:
    """Shops of one version and what they would be sent."""

    version: str
    spares: int
    shops: int
    migrations: tuple[str, ...]
    is_text: bool


def behind(version: str, only: Collection[str] = ()) -> list[Wall]:
    """The shops that have not seen all migrations of `version`, in the order in which they get them: of each version the
    spares first. With `only`, those of these names. A shop on another cluster follows when it is back."""
    walls = Wall.objects.exclude(version=version).exclude(state=WallState.RETIRED).filter(cluster=MAIN)
    if only:
        walls = walls.filter(name__in=only)
    return sorted(walls, key=lambda wall: (wall.version, wall.state != WallState.SPARE, wall.created_at))


def plan(version: str, only: Collection[str] = ()) -> list[Planned]:
    """What `bring_all_up_to_date` would do. Changes nothing; runs as the owner."""
    found = []
    for seen, group in groupby(behind(version, only), key=lambda wall: wall.version):
        walls = list(group)
        with _standing_in(walls[0]):
            migrations = tuple(f"{migration.app_label}.{migration.name}" for migration in _plan())
        spares = sum(wall.state == WallState.SPARE for wall in walls)
        found.append(Planned(seen, spares, len(walls) - spares, migrations, _can_be_replayed(walls[0])))
    return found


def bring_all_up_to_date(version: str, tell: Tell = lambda done, total: None, only: Collection[str] = ()) -> Outcome:
    """Migrate every shop that is behind `version` (or those named in `only`), quarantined ones too; runs as the owner.

    Of each version a spare goes first, which shows that the migrations run at all, then one vendor's shop after the other,
    which shows that they fit rows. A shop that fails is quarantined with the reason, left as it was, and tried again by the
    next run; one that stays locked is left for the next run. Raises ReleaseStopped when no spare, or no vendor's shop, of a
    version could be migrated, quarantining none.
    """
    walls, outcome = behind(version, only), Outcome()
    if not walls:
        return outcome
    progress = _Progress(version, len(walls), tell)
    try:
        for _, group in groupby(walls, key=lambda wall: wall.version):
            run = _Run(version)
            waiting, rounds = list(group), ROUNDS
            while waiting and rounds:
                busy = []
                for wall in waiting:
                    if not run.take(wall):
                        busy.append(wall)
                    progress.note(outcome.migrated + run.migrated, len(outcome.quarantined) + len(run.failed))
                waiting, rounds = busy, rounds - 1
            run.finish()
            outcome.migrated += run.migrated
            outcome.quarantined += [wall.name for wall, _ in run.failed]
            outcome.busy += [wall.name for wall in waiting]
    except ReleaseStopped as stopped:
        progress.end(outcome, str(stopped))
        raise
    progress.end(outcome)
    return outcome


class _Progress:
    """Says at the terminal and on the Rollout how far a run is: in statements of their own, so that others see them."""

    def __init__(self, version: str, total: int, tell: Tell) -> None:
        self._tell, self._total, self._noted = tell, total, time.monotonic()
        self._rollout = Rollout.objects.create(version=version, total=total)

    def note(self, migrated: int, quarantined: int) -> None:
        self._tell(migrated + quarantined, self._total)
        if time.monotonic() - self._noted > NOTED_EVERY_SECONDS:
            self._noted = time.monotonic()
            self._save(migrated=migrated, quarantined=quarantined)

    def end(self, outcome: Outcome, error: str = "") -> None:
        self._save(
            migrated=outcome.migrated,
            quarantined=len(outcome.quarantined),
            busy=len(outcome.busy),
            error=error[:500],
            finished_at=clock.now(),
        )

    def _save(self, **fields: object) -> None:
        Rollout.objects.filter(id=self._rollout.id).update(alive_at=clock.now(), **fields)


class _Run:
    """All shops of one version, which need the same."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.script: str | None = None
        self.by_python = False
        self.migrated = 0
        self.sound: set[str] = set()  # the states of which a shop was migrated
        self.failed: list[tuple[Wall, str]] = []

    def take(self, wall: Wall) -> bool:
        """Migrate one shop, or note why not; False when it is locked and worth another try."""
        try:
            self._migrate(wall)
        except DatabaseError as error:
            if isinstance(error.__cause__, (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)):
                return False
            self._fail(wall, str(error))
        except Exception as error:  # a migration may run any Python; one shop's trouble must not stop the others
            self._fail(wall, f"{type(error).__name__}: {error}")
        return True

    def finish(self) -> None:
        """Quarantine what failed, now that others of its kind show that the migrations themselves are sound."""
        if blamed := self._canaries():
            kind = "spare" if blamed[0][0].state == WallState.SPARE else "vendor's shop"
            raise ReleaseStopped(f"no {kind} could be migrated; the first said: {blamed[0][1]}")
        for wall, reason in self.failed:
            quarantine(wall, reason)

    def _fail(self, wall: Wall, reason: str) -> None:
        self.failed.append((wall, " ".join(reason.split())))
        log.error("shop_not_migrated", wall=wall.name, version=self.version)
        if len(self._canaries()) == CANARIES:
            self.finish()

    def _canaries(self) -> list[tuple[Wall, str]]:
        """What failed where no shop of its kind was migrated. A shop that failed in an earlier release tells nothing new."""
        return [
            (wall, reason)
            for wall, reason in self.failed
            if wall.state != WallState.QUARANTINED and wall.state not in self.sound
        ]

    def _migrate(self, wall: Wall) -> None:
        if not self.by_python and self.script is None:
            self.by_python = not _can_be_replayed(wall)
        if self.by_python:
            run_migrations(wall, self.version)
            self._count(wall)
            return
        with transaction.atomic():
            with _standing_in(wall), connection.cursor() as cursor:
                if not _claim(cursor, wall):
                    return  # another run was here
                if self.script is None:
                    script = _migrate_and_keep(cursor)
                else:
                    script = self.script
                    cursor.execute(script)
                _finish(cursor, wall, self.version)
            _tell_released(wall)
        self.script = script
        self._count(wall)

    def _count(self, wall: Wall) -> None:
        self.migrated += 1
        self.sound.add(wall.state)


def run_migrations(wall: Wall, version: str) -> None:
    """Run the migrations that a shop has not seen, by Django itself: in one transaction, unless one of them forbids it."""
    with _standing_in(wall):
        atomic = all(migration.atomic for migration in _plan())
    if not atomic:
        with _standing_in(wall):
            shop_sql.migrate_schema()
    with transaction.atomic():
        with _standing_in(wall), connection.cursor() as cursor:
            if not _claim(cursor, wall):
                return
            shop_sql.migrate_schema()
            _finish(cursor, wall, version)
        _tell_released(wall)


@transaction.atomic
def quarantine(wall: Wall, reason: str) -> None:
    """Set a shop aside: closed to customers and to its vendor until it is mended and migrated. `reason` is the operator's."""
    # The vendor's row before the wall's, as whoever closes or restores a shop locks them.
    if wall.vendor_id is not None:
        announce("wall.quarantined", vendor_id=wall.vendor_id, payload={"wall": wall.name})
    Wall.objects.filter(id=wall.id).update(state=WallState.QUARANTINED, reason=reason[:500])


def _tell_released(wall: Wall) -> None:
    if wall.state == WallState.QUARANTINED and wall.vendor_id is not None:
        announce("wall.released", vendor_id=wall.vendor_id, payload={"wall": wall.name})


@contextmanager
def _standing_in(wall: Wall) -> Iterator[None]:
    connection.set_schema(wall.name, include_public=False)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.set_schema_to_public()  # type: ignore[attr-defined]


def _claim(cursor: CursorWrapper, wall: Wall) -> bool:
    """Lock the wall's row; False when its version is no longer the one we saw."""
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    cursor.execute(
        "SELECT 1 FROM public.isolation_wall WHERE id = %s AND version = %s FOR UPDATE", [wall.id, wall.version]
    )
    return cursor.fetchone() is not None


def _finish(cursor: CursorWrapper, wall: Wall, version: str) -> None:
    """Rights on what is new, and the version, in the same transaction as the rest."""
    grants = "\n".join(shop_sql.shop_grants()).replace(shop_sql.PLACEHOLDER, wall.name)
    cursor.execute(grants)
    cursor.execute(
        "UPDATE public.isolation_wall SET version = %s, reason = '', state = CASE WHEN state <> 'quarantined' THEN state "
        "WHEN vendor_id IS NULL THEN 'spare' ELSE 'assigned' END WHERE id = %s",
        [version, wall.id],
    )


def _plan() -> list[Migration]:
    """The migrations that the shop we stand in has not seen."""
    executor = MigrationExecutor(connection)
    labels = set(shop_sql.tenant_labels())
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    return [migration for migration, _ in executor.migration_plan(targets)]


def _can_be_replayed(wall: Wall) -> bool:
    with _standing_in(wall):
        return all(
            migration.atomic and all(_is_text(operation) for operation in migration.operations) for migration in _plan()
        )


def _is_text(operation: Operation) -> bool:
    """Can it be had as SQL? Operations that hold others say so only for themselves."""
    return operation.reduces_to_sql and all(_is_text(inner) for inner in getattr(operation, "database_operations", []))


def _migrate_and_keep(cursor: CursorWrapper) -> str:
    """Migrate the shop we stand in and give the SQL; one by one, since some look at what those before them made."""
    executor = MigrationExecutor(connection)
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    script = ""
    for migration in _plan():
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        statements = [text for text in editor.collected_sql if not text.startswith("--")]
        statements.append(
            "INSERT INTO django_migrations (app, name, applied) "
            f"VALUES ('{migration.app_label}', '{migration.name}', now());"
        )
        part = "\n".join(statements) + "\n"
        cursor.execute(part)
        script += part
    return script
