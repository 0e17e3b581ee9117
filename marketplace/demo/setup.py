"""A world made ready: roles, database, tables, walls, spare shops. Done once, and again when the code has changed."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from embedded.processes import Ports, run, valkey_users
from embedded.servers import ensure_postgres, ensure_valkey, stop
from embedded.world import World
from marketplace.demo.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
SPARES = 14


def prepare(world: World, progress: Progress, *, spares: int = SPARES) -> None:
    """Start the world's servers and bring its database up to this code; quick when it is there already."""
    progress.step("Start PostgreSQL and Valkey")
    ensure_postgres(world)
    ensure_valkey(world, acl=valkey_users(world))
    mark = world.root / "prepared"
    wanted = schema_hash()
    if mark.exists() and mark.read_text() == wanted:
        return
    progress.step("Make roles, tables and walls")
    run(["walls", "prepare", str(spares)], world)
    mark.write_text(wanted)


class WorldInUse(RuntimeError):
    """Another command is at work in this world."""


@contextmanager
def alone_in(world: World) -> Iterator[None]:
    """Within, no other demo or seed works in this world. Raises WorldInUse. However this process ends, it lets go."""
    world.locks.mkdir(parents=True, exist_ok=True)
    with (world.locks / "demo").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorldInUse(f"The {world.name} world is in use by another `make demo` or `manage.py seed`.") from None
        yield


def ports() -> Ports:
    """Where this process's settings say that the faces and the sandbox listen."""
    market, portal, office = (int(settings.PORTS[face]) for face in ("market", "portal", "office"))
    return Ports(market, portal, office, int(settings.SANDBOX_PORT), int(settings.LIVE_PORT))


# What the tables and who may touch them come from.
SCHEMA = (
    *("**/migrations/*.py", "**/models.py", "**/models/*.py"),
    *("isolation/*.py", "config/access.py", "kit/access.py"),
)


def schema_hash() -> str:
    """Changes with the migrations and with who may touch what."""
    digest = hashlib.sha256()
    for room in ("platform", "tenants", "billing", "marketplace", "api"):
        for pattern in SCHEMA:
            for path in sorted((ROOT / room).glob(pattern)):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def stop_servers(world: World) -> None:
    """Stop the world's PostgreSQL and Valkey; what they hold stays."""
    stop(world)
