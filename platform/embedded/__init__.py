"""PostgreSQL and Valkey for a machine where nothing is installed or configured.

The servers' programs come from wheels; this package starts them, keeps them running for as long as any
process uses them, and stops them. Importing it starts nothing. Linux only; it imports nothing of the project.
"""

from embedded.credentials import secret
from embedded.errors import (
    DiskFull,
    EmbeddedError,
    NotOurs,
    NoUnprivilegedUser,
    ServerFailed,
    UnsupportedPlatform,
    WheelMissing,
)
from embedded.servers import (
    PostgresAddress,
    Status,
    ValkeyAddress,
    ensure_postgres,
    ensure_valkey,
    postgres_address,
    status,
    stop,
    valkey_socket,
)
from embedded.valkey import AclUser
from embedded.world import World, current_world

__all__ = [
    "AclUser",
    "DiskFull",
    "EmbeddedError",
    "NoUnprivilegedUser",
    "NotOurs",
    "PostgresAddress",
    "ServerFailed",
    "Status",
    "UnsupportedPlatform",
    "ValkeyAddress",
    "WheelMissing",
    "World",
    "current_world",
    "ensure_postgres",
    "ensure_valkey",
    "postgres_address",
    "secret",
    "status",
    "stop",
    "valkey_socket",
]
