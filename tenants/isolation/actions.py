"""Making walls, giving them to vendors, and bringing the database in line with the code."""

import secrets
from uuid import UUID

import structlog
from django.db import connection, transaction

from kit import clock
from kit.errors import Conflict
from tenants.isolation import policies, shop_sql
from tenants.isolation.models import ShopScript, Wall, WallState
from tenants.isolation.passwords import verifier_of

log = structlog.get_logger(__name__)
CONNECTION_LIMIT = 20


class NoSpareWall(Conflict):
    """Every prepared shop is taken; the builder makes more within seconds."""

    code = "no_spare_wall"


class ShopsBehind(Exception):
    """No script for the present shop migrations: `manage.py walls apply` has not run since they changed."""


def apply() -> dict[str, int]:
    """The release job's part, run as the owner: template, script, grants and policies, then every shop that is behind.

    Gives counts. Safe to repeat; interrupted, it is simply run again.
    """
    version = shop_sql.fingerprint()
    made = 0
    if not ShopScript.objects.filter(version=version).exists():
        shop_sql.build_template()
        ShopScript.objects.create(version=version, sql=shop_sql.dump_template())
        made = 1
    tables = policies.apply()
    behind = list(Wall.objects.exclude(version=version).exclude(state=WallState.RETIRED).order_by("created_at"))
    for wall in behind:
        bring_up_to_date(wall, version)
    return {"tables": tables, "scripts": made, "shops": len(behind)}


def bring_up_to_date(wall: Wall, version: str) -> None:
    """Run the shop migrations a wall has not seen, and its grants, in one transaction; a failure leaves it as it was."""
    with transaction.atomic():
        connection.set_schema(wall.name, include_public=False)  # type: ignore[attr-defined]
        try:
            shop_sql.migrate_schema()
        finally:
            connection.set_schema_to_public()  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute("\n".join(shop_sql.shop_grants()).replace(shop_sql.PLACEHOLDER, wall.name))
        Wall.objects.filter(id=wall.id).update(version=version)
    log.info("shop_migrated", wall=wall.name, version=version)


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
    with transaction.atomic():
        wall = Wall.objects.filter(vendor_id=vendor_id).first()
        if wall is not None:
            return wall
        wall = (
            Wall.objects.select_for_update(skip_locked=True)
            .filter(state=WallState.SPARE)
            .order_by("created_at")
            .first()
        )
        if wall is None:
            raise NoSpareWall("All prepared shops are taken. New ones are being made; try again in a few seconds.")
        wall.state, wall.vendor_id, wall.assigned_at = WallState.ASSIGNED, vendor_id, clock.now()
        wall.save(update_fields=["state", "vendor_id", "assigned_at"])
        return wall
