"""The connection to the embedded Valkey: starts the server at the first connection, and again should it be gone."""

import socket
from typing import Any

from embedded.processes import valkey_users
from embedded.servers import ensure_valkey
from embedded.world import current_world
from redis.connection import ConnectionPool, UnixDomainSocketConnection

def ensure() -> None:
    """Start this world's server unless it runs, and keep it running for as long as this process lives."""
    world = current_world()
    ensure_valkey(world, acl=valkey_users(world))


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
