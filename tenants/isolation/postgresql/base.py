"""The database wrapper: whose role a connection has, and in which shop it stands.

Two ways in, and `tenants.isolation.doors` is the only caller of either:

- `enter(schema)` changes the search path and nothing else. For roles that may see every shop (store, platform).
- `bind(role, schema)` swaps the connection itself for one that logged in as the vendor's own role. Which role a connection
  has cannot be changed by anything sent over it, so what is injected into a vendor's statement reaches that vendor only.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db.transaction import TransactionManagementError
from django_tenants.postgresql_backend import base as django_tenants
from psycopg import sql
from psycopg.pq import TransactionStatus

from tenants.isolation.passwords import password_of

log = structlog.get_logger(__name__)
LOCKED_OUT = "locked_out"  # the channel by which the builder hears of roles that were not let in

# Given at every connect, and stronger than what a role may have stored for itself (ALTER ROLE ... SET): of all settings that
# every role may store, those by which its next session would not begin, end at once, refuse to write, or read what we send
# differently. `tests/isolation/test_locking_out.py` tries them all.
HELD = {
    "role": "none",
    "row_security": "on",
    "default_transaction_read_only": "off",
    "transaction_timeout": "0",
    "idle_session_timeout": "0",
    "local_preload_libraries": "",
    "standard_conforming_strings": "on",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
}
# A vendor's own sessions wait and work no longer than a page may take, and alone: a parallel worker would begin with what the
# role has stored, and take the machine from other shops.
HELD_FOR_VENDORS = {
    **HELD,
    "max_parallel_workers_per_gather": "0",
    "debug_parallel_query": "off",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}


def standing_in(schema: str) -> dict[str, str]:
    """The setting by which a connection finds this shop's tables, and those of public, from its login on."""
    return {"search_path": f"{schema},public"}


def as_options(held: Mapping[str, str]) -> str:
    """Settings as the connection string has them."""
    return " ".join(f"-c {name}={value}" for name, value in held.items())


def _is_fresh(connection: psycopg.Connection) -> bool:
    """Alive (the server may have restarted meanwhile), and as it was when it connected: what somebody's statement set,
    prepared or listened to is gone. One statement for both."""
    try:
        connection.execute("DISCARD ALL")
    except psycopg.Error:
        return False
    return True


class RolePool:
    """Idle connections by role, with one cap over all roles: the least recently used goes first.

    A connection also goes when it is older than `max_age_seconds`: a backend that touched many shops keeps what it
    learned of their tables for as long as it lives.
    """

    def __init__(self, max_idle: int, max_age_seconds: float):
        self.max_idle, self.max_age_seconds = max_idle, max_age_seconds
        self.hits = self.misses = self.evicted = 0
        self._lock = threading.Lock()
        self._idle: OrderedDict[str, deque[tuple[float, psycopg.Connection]]] = OrderedDict()
        self._count = 0

    def take(self, role: str) -> "tuple[float, psycopg.Connection] | None":
        """A connection of that role and when it was born, or None."""
        while True:
            with self._lock:
                queue = self._idle.get(role)
                if not queue:
                    self.misses += 1
                    return None
                born, connection = queue.pop()
                self._count -= 1
                if not queue:
                    del self._idle[role]
            if time.monotonic() - born < self.max_age_seconds and _is_fresh(connection):
                self.hits += 1
                return born, connection
            connection.close()

    def give_back(self, role: str, born: float, connection: psycopg.Connection) -> None:
        if connection.closed:
            return
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
            return
        surplus = None
        with self._lock:
            self._idle.setdefault(role, deque()).append((born, connection))
            self._idle.move_to_end(role)
            self._count += 1
            if self._count > self.max_idle:
                oldest = next(iter(self._idle))
                surplus = self._idle[oldest].popleft()[1]
                self._count -= 1
                self.evicted += 1
                if not self._idle[oldest]:
                    del self._idle[oldest]
        if surplus is not None:
            surplus.close()

    def clear(self) -> None:
        with self._lock:
            idle, self._idle, self._count = self._idle, OrderedDict(), 0
        for queue in idle.values():
            for _, connection in queue:
                connection.close()


POOL = RolePool(settings.VENDOR_POOL_SIZE, settings.VENDOR_CONNECTION_SECONDS)


class DatabaseWrapper(django_tenants.DatabaseWrapper):
    """See the module. `role` is the login role of the connection at hand."""

    connection: Any
    errors_occurred: bool
    bound_schema: str | None = None
    _is_pooled = False
    _born = 0.0
    _embedded_is_held = False

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        # Django hands every thread's wrapper the same dictionary; ours changes user and password in it, so it needs its own.
        super().__init__({**settings_dict}, *args, **kwargs)

    @property
    def role(self) -> str:
        return str(self.settings_dict["USER"])

    # --- entering a shop by its search path

    def enter(self, schema: str) -> None:
        if self.bound_schema is not None:
            raise TransactionManagementError("this connection is bound to a vendor; it cannot enter another shop")
        self.set_schema(schema)

    def leave(self, schema: str) -> None:
        """Back to `schema`, where we were before (public, or another shop)."""
        self.set_schema(schema)

    # --- being a vendor

    def bind(self, role: str, schema: str | None) -> tuple[str, str, str | None]:
        """Become `role`, standing in `schema` (None: in public); gives what `unbind` needs. Refused inside a transaction."""
        before = (self.role, str(self.settings_dict["PASSWORD"]), self.bound_schema)
        self._become(role, password_of(role), schema)
        return before

    def unbind(self, before: tuple[str, str, str | None]) -> None:
        self._become(*before)

    def _become(self, role: str, password: str, schema: str | None) -> None:
        if self.in_atomic_block:
            raise TransactionManagementError("a connection cannot change its role inside a transaction")
        self._set_aside()
        self.settings_dict.update(USER=role, PASSWORD=password)
        self.bound_schema = schema
        self._is_pooled = True
        if schema is None:
            self.set_schema_to_public()
        else:
            self.schema_name = schema

    def _set_aside(self) -> None:
        """Put the connection at hand into the pool, for whoever needs its role next."""
        if self.connection is not None:
            if self.errors_occurred:
                self.connection.close()
            else:
                POOL.give_back(self.role, self._born, self.connection)
            self.connection = None
        self.search_path_set_schemas = None
        self.needs_rollback = False
        self.errors_occurred = False

    def _handle_search_path(self, cursor: Any = None) -> None:
        # A bound connection got its search path when it connected, and keeps it.
        if self.bound_schema is None:
            super()._handle_search_path(cursor)

    # --- connecting

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        # What the process itself is configured with comes last, and so prevails: the builder works as the owner.
        params["options"] = f"{as_options(HELD)} {params.get('options', '')}".rstrip()
        if self.bound_schema is not None:
            params["options"] = as_options({**standing_in(self.bound_schema), **HELD_FOR_VENDORS})
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        pooled = POOL.take(self.role) if self._is_pooled else None
        if pooled is not None:
            self._born, connection = pooled
            return connection
        self._born = time.monotonic()
        self._hold_embedded_server()
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            if self.bound_schema is not None:
                self._tell_builder(self.role)
            if not settings.EMBEDDED_POSTGRES:
                raise
            DatabaseWrapper._embedded_is_held = False
            self._hold_embedded_server()
            return super().get_new_connection(conn_params)

    @staticmethod
    def _tell_builder(role: str) -> None:
        """A vendor's role was not let in: over this process's own login, ask the builder to look (see `mending`)."""
        own = settings.DATABASES["default"]
        params = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
        try:
            with psycopg.connect(**params, dbname=own["NAME"], autocommit=True, connect_timeout=5) as line:
                line.execute(sql.SQL("NOTIFY {}, {}").format(sql.Identifier(LOCKED_OUT), sql.Literal(role)))
        except psycopg.OperationalError:
            log.warning("builder_not_told", cause="the server takes no connections")

    def init_connection_state(self) -> None:
        # A pooled connection is set up already; setting it up again would cost three round trips.
        if getattr(self.connection, "souk_ready", False):
            return
        super().init_connection_state()
        self.connection.souk_ready = True

    @staticmethod
    def _hold_embedded_server() -> None:
        """Start this world's server at the first connection, and count as its user from then on."""
        if settings.EMBEDDED_POSTGRES and not DatabaseWrapper._embedded_is_held:
            from embedded.servers import hold_postgres

            hold_postgres(settings.WORLD)
            DatabaseWrapper._embedded_is_held = True
