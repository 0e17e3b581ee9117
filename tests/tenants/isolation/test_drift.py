"""The check that the database still enforces what the code declares."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.isolation import policies
from tenants.isolation.drift import drift

pytestmark = pytest.mark.django_db


def test_a_database_as_the_release_made_it_has_none(two_vendors):
    assert drift() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "GRANT SELECT ON accounts_user TO vendor_base",
            ["not declared: vendor_base may SELECT accounts_user *"],
        ),
        (
            "REVOKE UPDATE (carrier) ON fulfillment_parcel FROM vendor_base",
            ["missing: vendor_base may UPDATE fulfillment_parcel carrier"],
        ),
        ("GRANT SELECT ON accounts_user TO PUBLIC", ["not declared: PUBLIC may SELECT accounts_user *"]),
        ("GRANT CREATE ON SCHEMA public TO vendor_base", ["not declared: vendor_base may CREATE schema public"]),
        (
            "GRANT EXECUTE ON FUNCTION souk.vendor_of_session() TO PUBLIC",
            ["not declared: PUBLIC may EXECUTE vendor_of_session"],
        ),
        ("GRANT platform TO store", ["not declared: store is a member of platform"]),
        (
            "ALTER TABLE vendors_vendor NO FORCE ROW LEVEL SECURITY",
            ["missing: vendors_vendor forces row security"],
        ),
        (
            "CREATE POLICY more ON vendors_member FOR SELECT TO vendor_base USING (true)",
            ["not declared: policy more on vendors_member: permissive r to vendor_base using (true) check ()"],
        ),
        (
            "ALTER POLICY vendor_select ON vendors_member USING (true)",
            [
                "missing: policy vendor_select on vendors_member: permissive r to vendor_base using ((vendor_id = ( SELECT "
                "souk.vendor_of_session() AS vendor_of_session))) check ()",
                "not declared: policy vendor_select on vendors_member: permissive r to vendor_base using (true) check ()",
            ],
        ),
        (
            "DROP POLICY doorman_all ON vendors_domain",
            ["missing: policy doorman_all on vendors_domain: permissive * to doorman using (true) check (true)"],
        ),
    ],
)
def test_what_was_changed_by_hand_is_told(change, told, db):
    _run(change)
    assert drift() == told


def test_a_definer_function_that_was_changed_is_told(db):
    _run("ALTER FUNCTION souk.vendor_of_session() RESET search_path")
    assert [line[:60] for line in drift()] == [
        "missing: function vendor_of_session of wall_reader, definer ",
        "not declared: function vendor_of_session of wall_reader, def",
    ]


def test_rights_in_a_shop_are_compared_too(two_vendors):
    lindqvist, moreau = two_vendors
    _run(f"GRANT SELECT ON {lindqvist.schema_name}.shop_inventory_warehouse TO {moreau.schema_name}")
    _run(f"REVOKE SELECT ON {moreau.schema_name}.shop_catalog_product FROM store")
    assert set(drift()) == {
        f"not declared in shop {lindqvist.schema_name}: {moreau.schema_name} may SELECT shop_inventory_warehouse",
        f"missing in shop {moreau.schema_name}: store may SELECT shop_catalog_product",
    }


def test_applying_again_mends_public_tables(db):
    _run("GRANT DELETE ON accounts_user TO store; ALTER POLICY vendor_select ON vendors_member USING (true)")
    assert len(drift()) == 3
    policies.apply()
    assert drift() == []


def _run(text):
    with connection.cursor() as cursor:
        cursor.execute(text)


def test_a_function_that_is_open_to_vendors_is_reported(db, monkeypatch, capsys):
    from tenants.isolation import roles
    from tenants.isolation.management.commands import walls

    monkeypatch.setattr(walls, "drift", list)
    with connection.cursor() as cursor:
        assert roles.left_open(cursor) == []
        cursor.execute("GRANT EXECUTE ON FUNCTION pg_catalog.pg_notify(text, text) TO vendor_base")
        assert roles.left_open(cursor) == ["pg_notify"]
    with pytest.raises(CommandError, match="1 differences"):
        call_command("walls", "check")
    assert "pg_notify: open to vendors" in capsys.readouterr().err
    monkeypatch.setenv("SOUK_CLOUD_DATABASE", "1")
    call_command("walls", "check")


def test_an_admin_who_is_no_superuser_is_not_asked_to_close_what_it_cannot(db):
    from tenants.isolation import roles

    with connection.cursor() as cursor:
        cursor.execute(roles._REVOKED)
        assert len(cursor.fetchall()) > 100
        cursor.execute("SET LOCAL ROLE builder")
        cursor.execute(roles._REVOKED)
        assert cursor.fetchall() == []
        cursor.execute(roles._ADVISORY)
        assert cursor.fetchall() == []
