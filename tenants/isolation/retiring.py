"""Schemas that no vendor uses any more: kept for a while, then dropped with their roles."""

from datetime import timedelta

import structlog
from django.db import transaction

from kit import clock
from tenants.isolation.clusters import line_to
from tenants.isolation.models import Wall, WallState
from tenants.isolation.shop_sql import NAME, OLD_NAME

log = structlog.get_logger(__name__)


def retire(wall: Wall, *, keep: timedelta) -> Wall:
    """Take a wall from its vendor; its schema is kept for as long. Inside the transaction that gives the reason."""
    wall.last_vendor_id, wall.vendor_id = wall.vendor_id or wall.last_vendor_id, None
    wall.state, wall.reason = WallState.RETIRED, ""
    wall.retired_at = clock.now()
    wall.drop_after = wall.retired_at + keep
    wall.save(update_fields=["last_vendor_id", "vendor_id", "state", "reason", "retired_at", "drop_after"])
    return wall


def due() -> list[Wall]:
    """Retired walls whose time is over, the oldest first."""
    return list(Wall.objects.filter(state=WallState.RETIRED, drop_after__lte=clock.now()).order_by("drop_after"))


def drop_due() -> int:
    """Drop what is due, each in a transaction of its own: a schema has hundreds of tables to lock. Runs as the builder;
    gives how many."""
    walls = due()
    for wall in walls:
        _drop(wall)
    return len(walls)


@transaction.atomic
def _drop(wall: Wall) -> None:
    wall = Wall.objects.select_for_update().get(id=wall.id)
    assert NAME.fullmatch(wall.name) or OLD_NAME.fullmatch(wall.name)
    with line_to(wall.cluster) as line:
        line.execute(f"DROP SCHEMA IF EXISTS {wall.name} CASCADE")
        if NAME.fullmatch(wall.name):
            line.execute(f"SET LOCAL ROLE NONE; DROP ROLE IF EXISTS {wall.name}; SET LOCAL ROLE owner")
    wall.delete()
    log.info("shop_dropped", wall=wall.name, cluster=wall.cluster)
