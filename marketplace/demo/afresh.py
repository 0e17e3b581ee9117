"""Emptying a world: its database, its shops' roles, its Valkey, sandbox, files and clock. The servers stay."""

import shutil

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from embedded.servers import ensure_postgres
from embedded.world import World
from tenants.isolation.postgresql.base import POOL


def empty(world: World) -> None:
    """Forget all that happened in `world`, except its secrets. Nothing else may be running in it."""
    connection.close()
    POOL.clear()
    address = ensure_postgres(world)
    name = str(settings.DATABASES["default"]["NAME"])
    with psycopg.connect(
        host=str(address.host),
        port=address.port,
        user=address.superuser,
        password=address.password,
        dbname="postgres",
        autocommit=True,
    ) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^v_[0-9a-f]{12}$'").fetchall():
            admin.execute(f'DROP ROLE "{role}"')
    cache.clear()
    for folder in (world.sandbox, world.media, world.private, world.mail):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (world.clock, world.root / "prepared", world.root / "journey.json", world.root / "stripe.jsonl"):
        file.unlink(missing_ok=True)
    for file in world.secrets.glob("stripe-webhook-*"):
        file.unlink()
