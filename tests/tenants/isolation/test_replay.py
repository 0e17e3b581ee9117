"""Existing shops follow the code: as one, atomically, and those that cannot are set aside with the reason."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenants.isolation import replay, shop_sql
from tenants.isolation.actions import apply
from tenants.isolation.drift import drift
from tenants.isolation.models import Wall
from tenants.isolation.replay import ReleaseStopped, bring_all_up_to_date
from tenants.vendors.models import Vendor
from tests.tenants.isolation.catalog import catalog_of

pytestmark = pytest.mark.django_db
OLD = "an older version"
BACK_TO = [("shop_inventory", "0001_initial")]


@pytest.fixture
def old_shops(two_vendors):
    """Two vendors' shops and one spare as they were before the last migration of stock."""
    spare = Wall.objects.filter(state="spare").first()
    walls = [*Wall.objects.filter(name__in=[vendor.schema_name for vendor in two_vendors]).order_by("name"), spare]
    for wall in walls:
        with replay._standing_in(wall):
            MigrationExecutor(connection).migrate(BACK_TO)
    Wall.objects.filter(id__in=[wall.id for wall in walls]).update(version=OLD)
    assert catalog_of(walls[0].name) != _columns_and_all()
    return walls


def test_shops_that_are_behind_become_like_new_ones(old_shops):
    outcome = bring_all_up_to_date(shop_sql.fingerprint())
    assert (outcome.migrated, outcome.quarantined, outcome.busy) == (3, [], [])
    for wall in old_shops:
        assert _without_order(catalog_of(wall.name)) == _columns_and_all()
    assert not Wall.objects.exclude(version=shop_sql.fingerprint()).exists()
    assert drift() == []


def test_only_the_first_shop_runs_django_migrations(old_shops, monkeypatch):
    """The others get its SQL, and nobody is migrated twice."""
    runs = []
    keep = replay._migrate_and_keep
    monkeypatch.setattr(replay, "_migrate_and_keep", lambda cursor: runs.append(1) or keep(cursor))
    bring_all_up_to_date(shop_sql.fingerprint())
    assert len(runs) == 1
    assert bring_all_up_to_date(shop_sql.fingerprint()).migrated == 0


def test_a_migration_that_is_no_text_runs_shop_by_shop(old_shops, monkeypatch):
    monkeypatch.setattr(replay, "_is_text", lambda operation: False)
    assert bring_all_up_to_date(shop_sql.fingerprint()).migrated == 3
    for wall in old_shops:
        assert _without_order(catalog_of(wall.name)) == _columns_and_all()


def test_a_shop_that_fails_is_set_aside_whole_and_the_others_go_on(old_shops):
    failing = old_shops[0]
    _run(f"ALTER TABLE {failing.name}.shop_inventory_reservation ADD COLUMN shipped text")
    before = catalog_of(failing.name)

    outcome = bring_all_up_to_date(shop_sql.fingerprint())

    assert (outcome.migrated, outcome.quarantined) == (2, [failing.name])
    failing.refresh_from_db()
    assert (failing.state, failing.version) == ("quarantined", OLD)
    assert failing.reason == 'column "shipped" of relation "shop_inventory_reservation" already exists'
    assert catalog_of(failing.name) == before
    assert not Vendor.objects.get(schema_name=failing.name).may_sell

    # Its vendor's own connections see nothing of it until it is mended and the release run again.
    _run(f"ALTER TABLE {failing.name}.shop_inventory_reservation DROP COLUMN shipped")
    assert bring_all_up_to_date(shop_sql.fingerprint()).migrated == 1
    failing.refresh_from_db()
    assert (failing.state, failing.reason) == ("assigned", "")
    assert Vendor.objects.get(schema_name=failing.name).may_sell


def test_when_no_shop_can_take_them_the_release_stops_and_no_shop_is_blamed(old_shops):
    for wall in old_shops:
        _run(f"ALTER TABLE {wall.name}.shop_inventory_reservation ADD COLUMN shipped text")
    with pytest.raises(ReleaseStopped, match="already exists"):
        bring_all_up_to_date(shop_sql.fingerprint())
    assert not Wall.objects.filter(state="quarantined").exists()
    assert Wall.objects.filter(version=OLD).count() == 3


def test_migrations_that_fit_an_empty_shop_and_no_vendors_stop_the_release(old_shops):
    """Otherwise every portal would be closed at once."""
    *vendors, spare = old_shops
    for wall in vendors:
        _run(f"ALTER TABLE {wall.name}.shop_inventory_reservation ADD COLUMN shipped text")
    with pytest.raises(ReleaseStopped, match="no vendor's shop could be migrated"):
        bring_all_up_to_date(shop_sql.fingerprint())
    spare.refresh_from_db()
    assert spare.version == shop_sql.fingerprint()
    assert set(Wall.objects.filter(version=OLD).values_list("name", "state")) == {
        (wall.name, "assigned") for wall in vendors
    }


def test_a_shop_that_failed_before_stops_no_release(old_shops):
    first = old_shops[0]
    _run(f"ALTER TABLE {first.name}.shop_inventory_reservation ADD COLUMN shipped text")
    for _ in range(2):  # alone of its version, the second time
        assert bring_all_up_to_date(shop_sql.fingerprint()).quarantined == [first.name]
    first.refresh_from_db()
    assert (first.state, first.version) == ("quarantined", OLD)


@pytest.mark.django_db(transaction=True)
def test_a_shop_in_use_is_left_for_the_next_run(two_vendors, monkeypatch):
    import psycopg

    monkeypatch.setattr(replay, "LOCK_TIMEOUT", "100ms")
    names = sorted(vendor.schema_name for vendor in two_vendors)
    for wall in Wall.objects.filter(name__in=names):
        with replay._standing_in(wall):
            MigrationExecutor(connection).migrate(BACK_TO)
    Wall.objects.filter(name__in=names).update(version=OLD)
    own = connection.settings_dict
    with psycopg.connect(
        host=own["HOST"], port=own["PORT"], dbname=own["NAME"], user=own["USER"], password=own["PASSWORD"]
    ) as customer:
        customer.execute(f"SELECT * FROM {names[0]}.shop_inventory_reservation")
        outcome = bring_all_up_to_date(shop_sql.fingerprint())
    assert (outcome.migrated, outcome.busy, outcome.quarantined) == (1, [names[0]], [])
    assert apply().shops.migrated == 1


def _columns_and_all():
    return _without_order(catalog_of(shop_sql.TEMPLATE))


def _without_order(lines):
    """The record of migrations counts on where shops did: migrated twice, it has skipped a number."""
    return [line for line in lines if not line.startswith("sequence django_migrations")]


def _run(text):
    with connection.cursor() as cursor:
        cursor.execute(text)
