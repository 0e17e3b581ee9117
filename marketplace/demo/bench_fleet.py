"""The suite of `manage.py bench` that measures a fleet of a thousand shops: opening one more, and migrating them all.

In a database of its own beside the bench's, dropped at the end with the roles of its shops.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.test import override_settings

from accounts.models import User
from embedded.processes import valkey_users
from embedded.servers import ensure_postgres, ensure_valkey
from kit import clock
from kit.ids import uuid7
from marketplace.demo.bench import Bench, Figures, select_1, spread
from tenants.isolation import replay, shop_sql
from tenants.isolation.actions import make_wall, migrate_shops
from tenants.isolation.doors import acting_as, bind_vendor, building
from tenants.isolation.measuring import measure
from tenants.isolation.models import Wall, WallState
from tenants.isolation.postgresql.base import POOL
from tenants.shop.catalog.models import Product
from tenants.vendors.actions import open_shop
from tenants.vendors.models import Vendor, VendorState

DATABASE = "souk_fleet"
SHOPS, ROUNDS = 1_000, 20
NEW_SHOP_MS, FROM_SPARE_MS, NO_OP_SECONDS, MIGRATION_SECONDS, DELETION_MS = 300, 30, 5, 60, 50
Thing = TypeVar("Thing")
MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
MORE_MIGRATIONS = {"shop_inventory": "marketplace.demo.fleet_migrations"}


def fleet(bench: Bench) -> Figures:
    """A new shop with and without a spare at hand, migrations of a thousand shops, and the deletion of a customer."""
    bench.progress.step("Start PostgreSQL and Valkey")
    ensure_postgres(bench.world)
    ensure_valkey(bench.world, acl=valkey_users(bench.world))
    with _database_of_its_own(bench):
        _fill(bench)
        bench.tidy()
        with acting_as("platform"):
            began = time.perf_counter()
            measured = measure()
            sizes = {"shops": measured, "seconds": round(time.perf_counter() - began, 2)}
        load = {"new shops": os.getloadavg()[0]}
        new = [_milliseconds(_new_shop, _vendor()) for _ in _rounds(bench, "Open shops, no spare at hand", ROUNDS)]
        with building():
            for _ in range(ROUNDS):
                make_wall()
        from_spare = [
            _milliseconds(_shop_of_a_spare, _vendor()) for _ in _rounds(bench, "Open shops of spares", ROUNDS)
        ]
        customers = [_milliseconds(_delete, _customer()) for _ in _rounds(bench, "Delete customers", ROUNDS)]
        load["migrations"] = os.getloadavg()[0]
        bench.progress.step("Migrate shops that are up to date")
        no_op = [_command("shops", "migrate") for _ in range(3)]
        bench.progress.step("Add a column, a table and an index to every shop")
        seconds, outcome = _migrate(bench)
        load["after"] = os.getloadavg()[0]
        figures = {
            "new_shop_without_spare": _spread(new),
            "new_shop_from_spare": _spread(from_spare),
            "no_op_migrate_seconds": round(median(seconds for seconds, _ in no_op), 2),
            "no_op_migrate_processor_seconds": round(median(processor for _, processor in no_op), 2),
            "migrate_seconds": round(seconds, 1),
            "migrated": outcome.migrated,
            "left_behind": len(outcome.quarantined) + len(outcome.busy),
            "customer_deleted": _spread(customers),
        }
        return {
            "figure": {**figures, "meets_target": _meets(figures)},
            "calibration": {"select_1": select_1()},
            "target": {
                "new_shop_without_spare_p50_ms": NEW_SHOP_MS,
                "new_shop_from_spare_p50_ms": FROM_SPARE_MS,
                "no_op_migrate_seconds": NO_OP_SECONDS,
                "migrate_seconds": MIGRATION_SECONDS,
                "customer_deleted_p50_ms": DELETION_MS,
            },
            "load": {name: round(value, 1) for name, value in load.items()},
            "sizes_measured": sizes,
        }


def _meets(figures: Figures) -> bool:
    return bool(
        figures["new_shop_without_spare"]["p50_ms"] < NEW_SHOP_MS
        and figures["new_shop_from_spare"]["p50_ms"] < FROM_SPARE_MS
        and figures["no_op_migrate_seconds"] < NO_OP_SECONDS
        and figures["migrate_seconds"] < MIGRATION_SECONDS
        and figures["customer_deleted"]["p50_ms"] < DELETION_MS
        and figures["migrated"] >= SHOPS
        and not figures["left_behind"]
    )


@contextmanager
def _database_of_its_own(bench: Bench) -> Iterator[None]:
    """Made by the commands an operator uses; one that an interrupted run left is gone on with."""
    bench.progress.step("Make a database for the fleet")
    for command in (["walls", "bootstrap"], ["migrate", "-v0"], ["walls", "apply"]):
        _command(*command)
    before = str(connection.settings_dict["NAME"])
    _stand_in(DATABASE)
    try:
        yield
        roles = list(Wall.objects.values_list("name", flat=True))
    finally:
        _stand_in(before)
    address = ensure_postgres(bench.world)
    server = {"host": address.host, "port": address.port, "user": address.superuser, "password": address.password}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as superuser:  # type: ignore[arg-type]
        superuser.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        for role in roles:
            superuser.execute(f'DROP ROLE "{role}"')  # type: ignore[arg-type]


def _stand_in(database: str) -> None:
    POOL.clear()
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database


def _fill(bench: Bench) -> None:
    """Shops until there are a thousand, each a vendor's."""
    missing = SHOPS - Wall.objects.filter(state=WallState.ASSIGNED).count()
    with building():
        for _ in _rounds(bench, "Make a thousand shops", missing):
            make_wall()
    with acting_as("platform"):
        for wall in Wall.objects.filter(state=WallState.SPARE):
            open_shop(vendor=_vendor(wall.name))


def _vendor(word: str = "") -> Vendor:
    slug = f"bench-{word or uuid7().hex}"[:40].replace("_", "-")
    with acting_as("platform"):
        return Vendor.objects.create(
            slug=slug,
            name=slug,
            legal_name=slug,
            country="NL",
            email=f"{slug}@example.org",
            state=VendorState.ONBOARDING,
            approved_at=clock.now(),
        )


def _new_shop(vendor: Vendor) -> None:
    """From nothing to a vendor that works in its shop: made, given, logged in to, asked."""
    with building():
        make_wall()
    _shop_of_a_spare(vendor)


def _shop_of_a_spare(vendor: Vendor) -> None:
    with acting_as("platform"):
        vendor = open_shop(vendor=vendor)
    with bind_vendor(vendor):
        if Product.objects.exists():
            raise RuntimeError("a new shop has products")


def _customer() -> User:
    with acting_as("platform"):
        return User.objects.create_user(f"{uuid7().hex}@example.org", name="Ada Vermeer")


def _delete(user: User) -> None:
    with acting_as("platform"):
        user.delete()


def _migrate(bench: Bench) -> tuple[float, replay.Outcome]:
    """One more migration than the product has, replayed over all shops."""
    with override_settings(MIGRATION_MODULES=MORE_MIGRATIONS), building():
        if len(replay.behind(shop_sql.fingerprint())) < SHOPS:
            raise RuntimeError("the bench's migration is not seen")
        began = time.perf_counter()
        outcome = migrate_shops(shop_sql.fingerprint(), lambda done, total: bench.progress.note(f"{done} of {total}"))
        return time.perf_counter() - began, outcome


def _rounds(bench: Bench, words: str, count: int) -> Iterator[int]:
    bench.progress.step(words)
    yield from bench.progress.over(range(count))
    bench.progress.finish()


def _milliseconds(work: Callable[[Thing], None], thing: Thing) -> float:
    began = time.perf_counter()
    work(thing)
    return (time.perf_counter() - began) * 1000


def _spread(takes: list[float]) -> Figures:
    """With the best of them, which says most on a machine where others are at work."""
    return {**spread(takes), "best_ms": round(min(takes), 3)}


def _command(*words: str) -> tuple[float, float]:
    """A command as an operator runs it, in a process of its own: seconds with its start, and of the processor's in it."""
    environment = {**os.environ, "SOUK_PROCESS": "builder", "SOUK_DATABASE": DATABASE, "SOUK_DOORBELL": "0"}
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, str(MANAGE), *words], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(words)} ended with {done.returncode}: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, spent
