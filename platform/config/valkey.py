"""The connection to the embedded Valkey: starts the server at the first connection, and again should it be gone."""

import socket
from typing import Any

from embedded.servers import AclUser, ensure_valkey, secret
from embedded.world import World, current_world
from redis.connection import ConnectionPool, UnixDomainSocketConnection

# One user per process group. Every group has its own key prefix (its cache and sessions) and the doorbell's queues.
GROUPS = ("web", "office", "portal", "worker", "shopworker", "beat", "builder")
_DOORBELL = "~doorbell:* &doorbell:*"
_COMMANDS = "+@all -@admin -@dangerous +keys +info"


def users(world: World) -> list[AclUser]:
    """The access list of a world's server; each group's secret lies in the world's own folder."""
    prefixes = {"web": "market"}
    found = [AclUser("default", secret(world, "valkey-default"), "~* &* +@all")]
    for group in GROUPS:
        keys = f"~{prefixes.get(group, group)}:*"
        found.append(AclUser(group, secret(world, f"valkey-{group}"), f"{keys} {_DOORBELL} {_COMMANDS}"))
    return found


def ensure() -> None:
    """Start this world's server unless it runs, and keep it running for as long as this process lives."""
    world = current_world()
    ensure_valkey(world, acl=users(world))


class Connection(UnixDomainSocketConnection):
    """A Unix-socket connection that first makes sure the server is there."""

    _ensured = False

    def _connect(self) -> socket.socket:
        if not Connection._ensured:
            ensure()
            Connection._ensured = True
        try:
            return super()._connect()
        except OSError:
            ensure()
            return super()._connect()


class Pool(ConnectionPool):
    """redis-py derives the connection class from the URL's scheme; ours stands in for it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "connection_class": Connection})
