"""Run in one process's own environment, by test_process_environments: tells as JSON what that environment is good for.

Arguments: the roles to try, comma separated; then, for a process that serves vendors, the two vendors' slugs.
"""

import hashlib
import hmac
import json
import os
import re
import sys
from pathlib import Path

import psycopg


def secrets_in_memory() -> list[str]:
    """Everything in this process's memory that looks like one of the world's secrets."""
    found: set[bytes] = set()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in Path("/proc/self/maps").read_text().splitlines():
            span, mode, *_ = line.split()
            if not mode.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                found |= set(re.findall(rb"[0-9a-f]{64}", memory.read(end - start)))
            except (OSError, ValueError, OverflowError):
                continue  # [vvar] and the like cannot be read
    return sorted(secret.decode() for secret in found)


def candidates(role: str) -> list[str]:
    """Every secret of the environment as a password, and what the product's own derivation makes of it."""
    given = [value for name, value in os.environ.items() if name.startswith("SOUK_SECRET_")]
    derived = [hmac.new(value.encode(), role.encode(), hashlib.sha256).hexdigest() for value in given]
    # What else is there (paths, ports, names) is no secret: only what is long enough to be one is tried.
    others = [value for value in os.environ.values() if len(value) >= 32 and not value.startswith("/")]
    return [*dict.fromkeys([role, *given, *derived, *others])]


def can_become(role: str, address: dict) -> bool:
    for password in candidates(role):
        try:
            psycopg.connect(**address, user=role, password=password).close()
            return True
        except (psycopg.OperationalError, UnicodeError):
            continue
    return False


def as_vendor(own_slug: str, other_slug: str) -> dict[str, str]:
    """What the process gets to see when it serves a vendor; the other vendor's name comes from the doorman's table."""
    from django.db import ProgrammingError, connection

    from tenants.isolation.doors import bind_vendor
    from tenants.vendors.models import Vendor

    own, other = Vendor.objects.get(slug=own_slug), Vendor.objects.get(slug=other_slug)
    seen = {}
    with bind_vendor(own):
        for name, query in {
            "session": "SELECT session_user::text",
            "own shop": "SELECT string_agg(name, ',') FROM shop_inventory_warehouse",
            "vendors": "SELECT string_agg(slug, ',') FROM vendors_vendor",
            "other shop": f"SELECT string_agg(name, ',') FROM {other.schema_name}.shop_inventory_warehouse",
            "people": "SELECT string_agg(email, ',') FROM accounts_user",
            "sessions": "SELECT string_agg(session_data, ',') FROM django_session",
            "walls": "SELECT string_agg(name, ',') FROM isolation_wall",
        }.items():
            try:
                with connection.cursor() as cursor:
                    cursor.execute(query)
                    seen[name] = cursor.fetchone()[0]
            except ProgrammingError as error:
                seen[name] = type(error.__cause__).__name__
    return seen


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connection

    if settings.FACE:
        import config.wsgi  # noqa: F401
    told: dict = {"session": None}
    if settings.DATABASE_ROLE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user::text")
            told["session"] = cursor.fetchone()[0]
    cache.set("probe", 1)
    told["cache"] = cache.get("probe")
    if len(sys.argv) > 2:
        told["as vendor"] = as_vendor(*sys.argv[2:])
    told["memory"] = secrets_in_memory()
    own = settings.DATABASES["default"]
    address = {"host": own["HOST"], "port": own["PORT"], "dbname": own["NAME"]}
    told["becomes"] = [role for role in sys.argv[1].split(",") if can_become(role, address)]
    print(json.dumps(told))


main()
