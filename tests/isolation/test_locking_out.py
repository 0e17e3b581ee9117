"""A vendor cannot lock itself out: not by what its role stores for its next sessions, nor by what a session was left like.

PostgreSQL lets every role store settings for itself, so whoever gets SQL into a vendor's connection can. Every one of them is
tried at its extremes, over a real login, and then the vendor's next page is asked for.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tenants.isolation.doors import bind_vendor
from tenants.isolation.passwords import password_of
from tenants.isolation.postgresql.base import POOL
from tenants.shop.inventory.models import Warehouse
from tests.tenants.isolation.conftest import own_wall

__all__ = ["own_wall"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lindqvist(make_vendor: Any, own_wall: Callable[[], Any]) -> Any:
    """With a role that no other test's database knows, since roles belong to the whole cluster."""
    wall, vendor_id = own_wall(), uuid4()
    wall.state, wall.vendor_id = "assigned", vendor_id
    wall.save()
    return make_vendor("lindqvist", id=vendor_id)


def a_page_works(vendor: Any) -> None:
    """What a page does: it reads the shop, reads public tables under their policies, and writes, in a transaction."""
    from django.db.transaction import atomic

    from tenants.vendors.models import Vendor

    with bind_vendor(vendor), atomic():
        made = Warehouse.objects.create(name="Malmö \\ Ystad")
        assert Warehouse.objects.get(id=made.id).name == "Malmö \\ Ystad"
        assert Vendor.objects.filter(state="active").update(tagline="It's \\ open") == 1
        assert Vendor.objects.get().tagline == "It's \\ open"
        assert ask("SELECT session_user::text, current_user::text") == (vendor.schema_name,) * 2
        assert ask("SELECT interval '1 day 02:00', timestamptz '2026-03-04 00:00', '\\'") == (
            timedelta(days=1, hours=2),
            vendor_midnight(),
            "\\",
        )
        made.delete()


def vendor_midnight() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 3, 4, tzinfo=UTC)


def ask(text: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchone() if cursor.description else None


def extremes() -> Iterator[dict[str, str]]:
    """Every setting that a role may store for itself, each at its lowest, its highest, and so on: some sets of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, vartype, boot_val, min_val, max_val, enumvals FROM pg_settings WHERE context = 'user'"
        )
        rows = cursor.fetchall()
    assert len(rows) > 120
    values: dict[str, list[str]] = {"role": ["vendor_base"]}
    for name, kind, usual, least, most, words in rows:
        values[name] = {
            "bool": ["off" if usual == "on" else "on"],
            "enum": words or [],
            "string": ["nothing", "", "'"],
        }.get(kind, [least, most, "1"])
    for number in range(max(len(tried) for tried in values.values())):
        yield {name: tried[number] for name, tried in values.items() if number < len(tried)}


def stored(vendor: Any, settings: dict[str, str]) -> set[str]:
    """What the vendor's own session could store of these."""
    done = set()
    role = sql.Identifier(vendor.schema_name)
    with bind_vendor(vendor):
        connection.ensure_connection()
        raw = connection.connection
        for name, value in settings.items():
            words = sql.SQL(".").join(sql.Identifier(part) for part in name.split("."))
            try:
                raw.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, words, sql.Literal(value)))
                done.add(name)
            except psycopg.errors.DatabaseError:
                continue  # not a value of this setting
    POOL.clear()
    return done


def test_nothing_that_a_role_stores_keeps_its_vendor_out(lindqvist: Any) -> None:
    tried: set[str] = set()
    for settings in list(extremes()):
        tried |= stored(lindqvist, settings)
        try:
            a_page_works(lindqvist)
        finally:
            POOL.clear()
            ask(f"ALTER ROLE {lindqvist.schema_name} RESET ALL")
    assert len(tried) > 120
    assert {"role", "row_security", "local_preload_libraries", "transaction_timeout"} <= tried


def test_each_would_without_what_is_held_at_every_connect(lindqvist: Any) -> None:
    """The control, over a login that gives nothing but its search path."""
    wall, own = lindqvist.schema_name, connection.settings_dict
    for setting, told in {
        "local_preload_libraries = nothing": r'could not access file "\$libdir/plugins/nothing"',
        "role = vendor_base": "permission denied for schema",
        "row_security = off": "query would be affected by row-level security",
        "transaction_timeout = 1": "transaction timeout|server closed the connection",
        "default_transaction_read_only = on": "in a read-only transaction",
    }.items():
        ask(f"ALTER ROLE {wall} SET {setting}")
        try:
            with (
                pytest.raises(psycopg.Error, match=told),
                psycopg.connect(
                    host=own["HOST"],
                    port=own["PORT"],
                    dbname=own["NAME"],
                    user=wall,
                    password=password_of(wall),
                    options=f"-c search_path={wall},public",
                ) as line,
            ):
                line.execute(f"SELECT name FROM {wall}.shop_inventory_warehouse, pg_sleep(0.01)")
                line.execute("UPDATE vendors_vendor SET tagline = ''")
                line.execute("SELECT slug FROM vendors_vendor")
        finally:
            ask(f"ALTER ROLE {wall} RESET ALL")
    a_page_works(lindqvist)


def test_what_a_statement_leaves_on_a_connection_is_gone_for_the_next_page(lindqvist: Any) -> None:
    POOL.clear()
    with bind_vendor(lindqvist):
        backend = ask("SELECT pg_backend_pid()")
    for left in (
        "SET search_path = pg_catalog",
        "SET ROLE vendor_base",
        "SET row_security = off",
        "SET default_transaction_read_only = on",
        "SET transaction_timeout = 1",
        "SET standard_conforming_strings = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    ):
        with bind_vendor(lindqvist):
            ask(left)
        a_page_works(lindqvist)
    # It was the same connection all the time.
    with bind_vendor(lindqvist):
        assert ask("SELECT pg_backend_pid()") == backend


def test_what_a_statement_prepared_or_listened_to_is_gone_too(lindqvist: Any) -> None:
    POOL.clear()
    with bind_vendor(lindqvist):
        ask("PREPARE planted AS SELECT 1")
        ask("DECLARE held CURSOR WITH HOLD FOR SELECT 1")
        ask("LISTEN anything")
        assert ask("SELECT count(*) FROM pg_prepared_statements") == (1,)
    with bind_vendor(lindqvist):
        assert ask("SELECT count(*) FROM pg_prepared_statements") == (0,)
        assert ask("SELECT count(*) FROM pg_cursors WHERE name = 'held'") == (0,)
        assert ask("SELECT count(*) FROM pg_listening_channels()") == (0,)


def test_sql_cannot_take_the_last_owner_away(lindqvist: Any) -> None:
    from django.db import DatabaseError

    from tenants.vendors.models import Member

    for name, role in (("Ida", "owner"), ("Olof", "owner"), ("Vera", "viewer")):
        Member.objects.create(vendor=lindqvist, user_id=uuid4(), name=name, email=f"{name}@x.example", role=role)
    with bind_vendor(lindqvist):
        ask("UPDATE vendors_member SET role = 'viewer' WHERE name = 'Ida'")
        for attack in (
            "UPDATE vendors_member SET left_at = now()",
            "UPDATE vendors_member SET role = 'viewer'",
            "BEGIN; UPDATE vendors_member SET left_at = now() WHERE name = 'Olof'; COMMIT",
        ):
            with pytest.raises(DatabaseError, match="would have no owner"):
                ask(attack)
        with pytest.raises(DatabaseError, match="permission denied"):
            ask("UPDATE vendors_member SET vendor_id = gen_random_uuid()")
        # Handing it on is one statement.
        ask("UPDATE vendors_member SET role = CASE name WHEN 'Ida' THEN 'owner' ELSE 'viewer' END")
    assert list(Member.objects.filter(role="owner", left_at=None).values_list("name", flat=True)) == ["Ida"]
    # The control: it is the trigger that stops it.
    ask(
        "SET session_replication_role = replica; UPDATE vendors_member SET left_at = now(); "
        "SET session_replication_role = origin"
    )
    assert not Member.objects.filter(left_at=None).exists()
