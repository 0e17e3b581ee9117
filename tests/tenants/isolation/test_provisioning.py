"""New shops: complete, one of a kind, and never half-made."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction

from tenants.isolation import shop_sql
from tenants.isolation.actions import NoSpareWall, ShopsBehind, assign_wall, make_wall
from tenants.isolation.models import ShopScript, Wall, WallState
from tests.tenants.isolation.catalog import catalog_of

ROOT = Path(__file__).resolve().parents[3]


def test_the_script_makes_what_the_migrations_make(db):
    spare = Wall.objects.filter(state="spare").first()
    made = catalog_of(spare.name)
    assert made == catalog_of(shop_sql.TEMPLATE)
    assert sum(line.startswith("column") for line in made) > 100
    assert sum(line.startswith("constraint") for line in made) > 60
    assert sum(line.startswith("index") for line in made) > 30


def test_a_new_shop_can_take_the_next_migration(db):
    """Its record of migrations was copied with its ids; the next one needs a number of its own."""
    spare = Wall.objects.filter(state="spare").first()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {spare.name}.django_migrations")
        newest = cursor.fetchone()[0]
        cursor.execute(
            f"INSERT INTO {spare.name}.django_migrations (app, name, applied) VALUES ('x', '0001', now()) RETURNING id"
        )
        assert cursor.fetchone() == (newest + 1,)


def test_every_shop_says_which_migrations_it_has_seen(db):
    assert set(Wall.objects.values_list("version", flat=True)) == {shop_sql.fingerprint()}


def test_without_a_script_for_this_code_no_shop_is_made(db):
    ShopScript.objects.all().delete()
    with pytest.raises(ShopsBehind):
        make_wall()


def test_a_vendor_that_asks_again_gets_the_same_wall(db):
    vendor_id = uuid4()
    assert assign_wall(vendor_id).name == assign_wall(vendor_id).name
    assert Wall.objects.filter(state=WallState.ASSIGNED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_two_vendors_get_the_same_wall_and_what_is_too_many_is_refused():
    spares = Wall.objects.filter(state=WallState.SPARE).count()
    vendors = [uuid4() for _ in range(spares + 3)]

    def assign(vendor_id):
        try:
            return assign_wall(vendor_id).name
        except NoSpareWall:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        # Asked twice at the same time, as by two clicks.
        names = list(pool.map(assign, vendors))
    got = [name for name in names if name]
    assert len(got) == len(set(got)) == spares
    assert names.count(None) == 3
    assert Wall.objects.filter(state=WallState.ASSIGNED).count() == spares


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_vendor_one_wall():
    vendor_id = uuid4()

    def assign(_):
        try:
            return assign_wall(vendor_id).name
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(assign, range(6)))
    assert len(set(names)) == 1
    assert Wall.objects.filter(vendor_id=vendor_id).count() == 1


def test_a_builder_killed_while_it_makes_a_shop_leaves_nothing_of_it(db):
    """Role, schema and row are one transaction: the killed one is at work between the first and the last of them."""
    code = (
        "import os, django; django.setup()\n"
        "from django.db import connection\n"
        "from tenants.isolation import actions\n"
        "create = actions.Wall.objects.create\n"
        "def stop_here(**fields):\n"
        "    print(fields['name'], flush=True)\n"
        "    import time; time.sleep(600)\n"
        "actions.Wall.objects.create = stop_here\n"
        "actions.make_wall()\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "SOUK_DATABASE_ENGINE"}
    environment |= {
        "SOUK_PROCESS": "builder",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        "SOUK_DATABASE": connection.settings_dict["NAME"],
    }
    builder = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert builder.stdout is not None
    name = builder.stdout.readline().strip()
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    assert shop_sql.NAME.fullmatch(name)
    with connection.cursor() as cursor:
        # The server notices that its client is gone, and rolls back.
        for _ in range(600):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'builder' AND datname = current_database()"
            )
            if cursor.fetchone() == (0,):
                break
            time.sleep(0.05)
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [name])
        assert cursor.fetchone() == (0,)
    assert not Wall.objects.filter(name=name).exists()


def test_a_wall_made_inside_a_transaction_that_fails_leaves_nothing(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        name = make_wall().name
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        assert cursor.fetchone() == (0,)


def test_the_dump_of_the_template_speaks_tls_where_the_server_demands_it(monkeypatch):
    def dump(**environment):
        program = str(shop_sql._wheel_program("pg_dump"))
        nowhere = [program, "-h", "127.0.0.1", "-p", "1", "-d", "souk"]
        env = {**os.environ, "PGSSLMODE": "require", **environment}
        return subprocess.run(nowhere, env=env, capture_output=True, text=True, check=False).stderr

    assert shop_sql._with_tls() == {}
    assert "invalid when SSL support is not compiled in" in dump()
    monkeypatch.setenv("PGSSLMODE", "require")
    assert "Connection refused" in dump(**shop_sql._with_tls())
