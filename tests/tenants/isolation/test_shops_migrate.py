"""`manage.py shops migrate`: killed in the middle it leaves whole shops; some alone; what would be done."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tenants.isolation import replay, shop_sql
from tenants.isolation.models import Rollout, Wall
from tests.tenants.isolation.catalog import catalog_of

ROOT = Path(__file__).resolve().parents[3]
OLD = "an older version"
BACK_TO = [("shop_inventory", "0001_initial")]


def make_old(names):
    """These shops as they were before the last migration of stock."""
    for wall in Wall.objects.filter(name__in=names):
        with replay._standing_in(wall):
            MigrationExecutor(connection).migrate(BACK_TO)
    Wall.objects.filter(name__in=names).update(version=OLD)


def built(name):
    return [line for line in catalog_of(name) if not line.startswith("sequence django_migrations")]


def run(capsys, *words):
    """What the command says as JSON."""
    call_command("shops", *words, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.django_db(transaction=True)
def test_a_run_killed_in_the_middle_leaves_whole_shops_and_the_next_finishes(make_vendor, capsys):
    names = [make_vendor(slug).schema_name for slug in ("ada", "bo", "cy", "di")]
    make_old(names)
    order = [wall.name for wall in replay.behind(shop_sql.fingerprint())]
    before, after = built(order[0]), built(shop_sql.TEMPLATE)
    assert before != after
    own = connection.settings_dict
    environment = {key: value for key, value in os.environ.items() if key != "SOUK_DATABASE_ENGINE"}
    environment |= {"SOUK_PROCESS": "builder", "SOUK_DATABASE": own["NAME"], "SOUK_DOORBELL": "0"}
    with psycopg.connect(
        host=own["HOST"], port=own["PORT"], dbname=own["NAME"], user=own["USER"], password=own["PASSWORD"]
    ) as customer:
        # A customer is in the third shop: the run waits there, with that shop's first statements sent and not committed.
        customer.execute(f"SELECT * FROM {order[2]}.shop_inventory_reservation")
        migrating = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "shops", "migrate"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_it_waits()
        finally:
            migrating.send_signal(signal.SIGKILL)
            migrating.wait()
    _wait_until_it_is_gone()

    versions = {name: Wall.objects.get(name=name).version for name in order}
    assert [versions[name] for name in order] == [*[shop_sql.fingerprint()] * 2, OLD, OLD]
    assert [built(name) for name in order] == [after, after, before, before]
    killed = Rollout.objects.get()
    assert (killed.total, killed.finished_at) == (4, None)

    assert run(capsys, "migrate")["migrated"] == 2
    assert [built(name) for name in order] == [after] * 4
    assert list(Rollout.objects.order_by("started_at").values_list("migrated", "total")[1:]) == [(2, 2)]
    assert run(capsys, "migrate") == {
        "version": shop_sql.fingerprint(),
        "migrated": 0,
        "quarantined": {},
        "busy": [],
    }


def test_some_shops_alone_and_what_would_be_done(two_vendors, capsys):
    lindqvist, moreau = two_vendors
    make_old([lindqvist.schema_name, moreau.schema_name])
    (group,) = run(capsys, "migrate", "--plan")["groups"]
    undone = MigrationLoader(None).graph.backwards_plan(("shop_inventory", "0002_reservation_shipped"))
    assert sorted(group.pop("migrations")) == sorted(f"{app}.{name}" for app, name in undone)
    assert group == {"from": OLD, "spares": 0, "shops": 2, "as": "text"}
    assert not Rollout.objects.exists()

    assert run(capsys, "migrate", "--only", "moreau")["migrated"] == 1
    assert Wall.objects.get(vendor_id=lindqvist.id).version == OLD
    counts = run(capsys, "version")["shops"]
    assert counts[OLD] == 1
    assert [row["vendor"] for row in run(capsys, "list", "--state", "behind")] == ["lindqvist"]

    assert run(capsys, "migrate", "--only", lindqvist.schema_name)["migrated"] == 1
    assert run(capsys, "migrate", "--plan")["groups"] == []
    with pytest.raises(CommandError, match="no vendor “nobody”"):
        call_command("shops", "migrate", "--only", "nobody")


def test_what_is_left_for_a_person_is_told_by_the_exit_code(two_vendors, capsys):
    lindqvist, moreau = two_vendors
    make_old([lindqvist.schema_name, moreau.schema_name])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {lindqvist.schema_name}.shop_inventory_reservation ADD COLUMN shipped text")
    with pytest.raises(CommandError) as left:
        call_command("shops", "migrate")
    assert left.value.returncode == 3
    reason = 'column "shipped" of relation "shop_inventory_reservation" already exists'
    assert f"quarantined: {lindqvist.schema_name}: {reason}" in capsys.readouterr().err
    for check in (["walls", "check"], ["shops", "drift"]):
        with pytest.raises(CommandError):
            call_command(*check)
        assert capsys.readouterr().err.splitlines()[0] == f"quarantined: shop {lindqvist.schema_name}: {reason}"


def test_rights_are_mended_and_what_was_built_by_hand_is_told(two_vendors, capsys):
    lindqvist, moreau = two_vendors
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON {lindqvist.schema_name}.shop_inventory_warehouse TO {moreau.schema_name}")
        cursor.execute(f"GRANT UPDATE (name) ON {lindqvist.schema_name}.shop_inventory_warehouse TO PUBLIC")
        cursor.execute(f"REVOKE SELECT ON {moreau.schema_name}.shop_catalog_product FROM store")
        cursor.execute("GRANT DELETE ON accounts_user TO store")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    call_command("shops", "drift", "--mend")
    assert "Rights made again in 2 shops." in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {moreau.schema_name}.import_newest")
        cursor.execute(f"ALTER TABLE {moreau.schema_name}.shop_inventory_warehouse ADD COLUMN note text")
    with pytest.raises(CommandError) as left:
        call_command("shops", "drift")
    assert left.value.returncode == 3
    assert capsys.readouterr().err.splitlines() == [
        f"not built in shop {moreau.schema_name}: index CREATE INDEX import_newest ON "
        "shop_catalog_productimport USING btree (created_at DESC)",
        f"built by hand in shop {moreau.schema_name}: column shop_inventory_warehouse.note text null:t default: identity:",
    ]


def _wait_until_it_waits():
    _wait("SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'builder' AND wait_event_type = 'Lock'")


def _wait_until_it_is_gone():
    _wait("SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'builder' AND datname = current_database()")


def _wait(question):
    with connection.cursor() as cursor:
        for _ in range(3000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(question)
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.02)
    raise AssertionError(question)
