"""Making walls, giving them to vendors, and bringing the database in line with the code."""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from kit import clock
from kit.errors import Conflict
from tenants.isolation import policies, shop_sql
from tenants.isolation.drift import public_drift
from tenants.isolation.models import ShopScript, Wall, WallState
from tenants.isolation.passwords import verifier_of
from tenants.isolation.replay import Outcome, Tell, bring_all_up_to_date

CONNECTION_LIMIT = 20


class NoSpareWall(Conflict):
    """Every prepared shop is taken; the builder makes more within seconds."""

    code = "no_spare_wall"


class ShopsBehind(Exception):
    """No script for the present shop migrations: `manage.py walls apply` has not run since they changed."""


class ReleaseRunning(Exception):
    """Two releases at a time would make the template under each other's hands."""


@dataclass(frozen=True)
class Applied:
    """What a release changed in the database."""

    tables: int
    scripts: int
    shops: Outcome


def apply(tell: Tell = lambda done, total: None) -> Applied:
    """The release job's part, run as the owner: template, script, grants and policies, then every shop that is behind.

    Safe to repeat; interrupted, it is simply run again. Raises ReleaseRunning, ReleaseStopped.
    """
    version = shop_sql.fingerprint()
    with _one_at_a_time():
        made = _make_script(version)
        # Making policies locks every table for a moment, so it is left alone where nothing differs.
        tables = policies.apply() if public_drift() else 0
        return Applied(tables, made, bring_all_up_to_date(version, tell))


def migrate_shops(version: str, tell: Tell = lambda done, total: None, only: Collection[str] = ()) -> Outcome:
    """`apply` without the public tables: every shop that is behind (or those of these walls), run as the owner.

    `version` is this code's, `shop_sql.fingerprint()`.

    Raises ReleaseRunning, ReleaseStopped.
    """
    with _one_at_a_time():
        _make_script(version)
        return bring_all_up_to_date(version, tell, only)


def _make_script(version: str) -> int:
    """The script that makes a shop of this code's version; 0 when it was there."""
    if ShopScript.objects.filter(version=version).exists():
        return 0
    shop_sql.build_template()
    ShopScript.objects.create(version=version, sql=shop_sql.dump_template())
    return 1


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('walls apply'))")
        if cursor.fetchone() == (False,):
            raise ReleaseRunning("another `manage.py walls apply` or `shops migrate` is at work")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('walls apply'))")


def make_wall() -> Wall:
    """A spare: login role, schema, tables and grants in one round trip. Runs as the builder.

    Raises ShopsBehind when the script for the present migrations has not been made.
    """
    version = shop_sql.fingerprint()
    script = ShopScript.objects.filter(version=version).values_list("sql", flat=True).first()
    if script is None:
        raise ShopsBehind("run `manage.py walls apply` first")
    name = f"v_{secrets.token_hex(6)}"
    assert shop_sql.NAME.fullmatch(name)
    # `role none` is the builder itself, which may make roles; everything else is made, and owned, by the owner. The
    # password is a machine's 256 bits, so one SCRAM iteration is as good as thousands, and connecting stays quick.
    sql = f"""
        SET LOCAL ROLE NONE;
        CREATE ROLE {name} LOGIN PASSWORD '{verifier_of(name)}' CONNECTION LIMIT {CONNECTION_LIMIT} IN ROLE vendor_base;
        SET LOCAL ROLE owner;
        {script.replace(shop_sql.PLACEHOLDER, name)}
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql)
        return Wall.objects.create(name=name, version=version)


def fill_spares(target: int) -> int:
    """Make spares until `target` are waiting; gives how many were made."""
    missing = target - Wall.objects.filter(state=WallState.SPARE).count()
    for _ in range(missing):
        make_wall()
    return max(missing, 0)


def assign_wall(vendor_id: UUID) -> Wall:
    """Give the vendor a prepared shop: one UPDATE. The same vendor gets the same wall again. Raises NoSpareWall."""
    wall = Wall.objects.filter(vendor_id=vendor_id).first()
    if wall is not None:
        return wall
    try:
        with transaction.atomic():
            return _take_spare(vendor_id)
    except IntegrityError:
        # Asked twice at the same moment: the other one was first.
        return Wall.objects.get(vendor_id=vendor_id)


def _take_spare(vendor_id: UUID) -> Wall:
    wall = Wall.objects.select_for_update(skip_locked=True).filter(state=WallState.SPARE).order_by("created_at").first()
    if wall is None:
        raise NoSpareWall("All prepared shops are taken. New ones are being made; try again in a few seconds.")
    wall.state, wall.vendor_id, wall.assigned_at = WallState.ASSIGNED, vendor_id, clock.now()
    wall.save(update_fields=["state", "vendor_id", "assigned_at"])
    return wall
