"""The PostgreSQL clusters that shops can lie on. `main` is the database of `DATABASE_URL`, with all public tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import Connection

from kit.errors import InvalidInput
from tenants.isolation.models import MAIN


class NoSuchCluster(InvalidInput):
    """Nobody said where that cluster is."""

    code = "no_such_cluster"


def names() -> list[str]:
    return [MAIN, *settings.CLUSTERS]


@contextmanager
def line_to(cluster: str) -> Iterator[Connection[Any]]:
    """A connection to the cluster as the owner of its shops, in a transaction: committed at the end, undone by an error.

    For `main` it is Django's own, in the transaction the caller is in. Raises NoSuchCluster.
    """
    if cluster == MAIN:
        assert connection.in_atomic_block
        connection.ensure_connection()
        yield connection.connection
        return
    check_known(cluster)
    with psycopg.connect(
        settings.CLUSTERS[cluster],
        user="builder",
        password=settings.SECRET_OF("builder"),
        options="-c role=owner -c lock_timeout=10s",
    ) as line:
        yield line


def check_known(cluster: str) -> None:
    """Raises NoSuchCluster."""
    if cluster not in names():
        known = ", ".join(names())
        raise NoSuchCluster(f"There is no cluster “{cluster}”; known are {known} (SOUK_CLUSTERS).", field="cluster")


@contextmanager
def snapshot() -> Iterator[Connection[Any]]:
    """A connection of this process's own role to `main` that reads one state of everything, for as long as it takes."""
    params = {**connection.get_connection_params()}
    params["options"] = f"{params.get('options', '')} -c statement_timeout=0 -c default_transaction_read_only=on"
    own = {name: params[name] for name in ("host", "port", "dbname", "user", "password", "options") if name in params}
    with psycopg.connect(**own) as line:
        line.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield line


@contextmanager
def unhurried() -> Iterator[None]:
    """Statements of the transaction at hand may take as long as they need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield
        cursor.execute(f"SET LOCAL statement_timeout = '{before}'")
