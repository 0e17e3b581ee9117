"""The connection to the embedded Valkey: starts the server at the first connection, and again should it be gone."""

import os
import socket
from typing import Any

from redis.connection import ConnectionPool, UnixDomainSocketConnection

from embedded.processes import valkey_users
from embedded.servers import ensure_valkey
from embedded.world import current_world

# Started by a launcher that keeps the servers: then `ensure`, which needs the server's own secret, is for emergencies.
HAS_OWN_SECRETS_ONLY = bool(os.environ.get("SOUK_SECRETS_FROM_ENVIRONMENT"))


def ensure() -> None:
    """Start this world's server unless it runs, and keep it running for as long as this process lives.

    A process that was given its own secrets only leaves the list of users as whoever started it wrote it.
    """
    world = current_world()
    ensure_valkey(world, acl=() if HAS_OWN_SECRETS_ONLY else valkey_users(world))


class Connection(UnixDomainSocketConnection):
    """A Unix-socket connection that first makes sure the server is there."""

    _ensured = HAS_OWN_SECRETS_ONLY

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
