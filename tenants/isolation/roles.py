"""The roles of the database, and the database itself: what a superuser (or a cloud's admin) does once per cluster.

    owner          NOLOGIN   owns every schema and table
    builder        LOGIN     CREATEROLE, may become owner: migrations, new shops
    store          LOGIN     marketplace pages: catalogue, customers, orders; reads shops, writes their stock
    platform       LOGIN     back office, finance, worker
    doorman        LOGIN     host -> vendor, nothing else
    vendor_base    NOLOGIN   group of the vendors' own roles `v_...`: what any vendor may do in public
    wall_reader    NOLOGIN   owns the definer function that tells a session its vendor

Running it again changes nothing but the passwords, which become those given.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

LOGINS = ("builder", "store", "platform", "doorman")
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin")

# Functions by which one session could disturb or fill up the server that all share, hold back its cleaning, or learn how
# busy other shops are.
_CLOSED = """
    pronamespace = 'pg_catalog'::regnamespace
      AND (proname LIKE 'lo\\_%' OR proname LIKE 'pg\\_advisory%' OR proname LIKE 'pg\\_try\\_advisory%'
           OR proname LIKE 'pg\\_stat\\_get\\_%'
           OR proname IN ('lowrite', 'loread', 'pg_notify', 'pg_export_snapshot', 'pg_logical_emit_message',
                          'pg_lock_status', 'pg_prepared_xact'))
"""
_REVOKED = f"""
    SELECT format('REVOKE EXECUTE ON FUNCTION pg_catalog.%I(%s) FROM PUBLIC',
                  proname, pg_get_function_identity_arguments(oid))
    FROM pg_proc WHERE {_CLOSED} AND pg_has_role(proowner, 'USAGE')
"""
_ADVISORY = """
    SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.%I(%s) TO owner, builder, store, platform',
                  proname, pg_get_function_identity_arguments(oid))
    FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname LIKE 'pg\\_advisory%' OR proname LIKE 'pg\\_try\\_advisory%')
      AND pg_has_role(proowner, 'USAGE')
"""
# By this the builder sees vendors' sessions, being a member of their roles, and no others.
_SEEING = """
    SELECT 'GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer) TO builder'
    FROM pg_proc WHERE oid = 'pg_catalog.pg_stat_get_activity(integer)'::regprocedure AND pg_has_role(proowner, 'USAGE')
"""


def make_roles(admin: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make the cluster's roles. `admin` is an autocommit connection of a superuser or a role with CREATEROLE."""
    have = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
    for name in ("owner", "vendor_base", "wall_reader"):
        if name not in have:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
    for name in LOGINS:
        role = sql.Identifier(name)
        if name not in have:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(passwords[name])))
    admin.execute("ALTER ROLE builder CREATEROLE")
    admin.execute("ALTER ROLE builder SET createrole_self_grant = 'set, inherit'")
    admin.execute("GRANT owner TO builder WITH INHERIT FALSE, SET TRUE")
    admin.execute("GRANT vendor_base TO builder WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    # To hand the definer function to its role, the owner must be able to become that role.
    admin.execute("GRANT wall_reader TO owner WITH INHERIT FALSE, SET TRUE")
    # Everybody may connect to these by default, and make temporary tables and large objects there. A cloud's admin
    # does not own them, and keeps others out by its own means.
    for (name,) in admin.execute(
        "SELECT datname FROM pg_database WHERE datname IN ('postgres', 'template1') AND pg_has_role(datdba, 'USAGE')"
    ).fetchall():
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def make_database(admin: psycopg.Connection, name: str) -> bool:
    """Make database `name`, owned by `owner` and closed to everybody else. True when it was not there before."""
    database = sql.Identifier(name)
    made = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
    if made:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(database))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO builder, store, platform, doorman, vendor_base").format(database)
    )
    return made


def prepare_database(admin: psycopg.Connection) -> None:
    """Inside the new database: schemas, extensions, and the closures of what everybody may do by default."""
    admin.execute("ALTER SCHEMA public OWNER TO owner")
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    admin.execute("GRANT USAGE ON SCHEMA public TO store, platform, doorman, vendor_base, wall_reader")
    admin.execute("CREATE SCHEMA IF NOT EXISTS souk AUTHORIZATION owner")
    admin.execute("GRANT USAGE ON SCHEMA souk TO store, platform, doorman, vendor_base, wall_reader")
    admin.execute("GRANT CREATE ON SCHEMA souk TO wall_reader")
    for extension in EXTENSIONS:
        admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(extension)))
    # `DO` runs what it is given for as long as it likes; functions of the owner's keep working without this right.
    admin.execute("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")
    admin.execute("GRANT USAGE ON LANGUAGE plpgsql TO owner")
    # What the owner makes from now on is for those it is granted to, functions too.
    admin.execute("ALTER DEFAULT PRIVILEGES FOR ROLE owner, wall_reader REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    for query in (_REVOKED, _ADVISORY, _SEEING):
        for (statement,) in admin.execute(query).fetchall():
            admin.execute(statement)


def left_open(cursor: Any) -> list[str]:
    """Which of the functions that should be closed to vendors are not, by name.

    Only a superuser can close them; a cloud's admin is none. What a vendor's injected SQL could do with them is disturb: wait
    on each other's advisory locks, notify, fill the disk with large objects. It reaches no rows.
    """
    rows = cursor.execute(
        f"SELECT DISTINCT proname FROM pg_proc WHERE {_CLOSED} AND has_function_privilege('vendor_base', oid, 'EXECUTE')"
        " ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows]
