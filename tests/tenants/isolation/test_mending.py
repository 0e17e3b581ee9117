"""A vendor's role that was tampered with from inside its own session comes back to order."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from tenants.isolation import mending
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.isolation.passwords import password_of
from tenants.isolation.postgresql.base import POOL
from tenants.shop.inventory.models import Warehouse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lindqvist(make_vendor, own_wall):
    """With a role that no other test's database knows, since roles belong to the whole cluster."""
    wall, vendor_id = own_wall(), uuid4()
    wall.state, wall.vendor_id = "assigned", vendor_id
    wall.save()
    return make_vendor("lindqvist", id=vendor_id)


@pytest.fixture
def mend() -> Iterator[Callable[[], int]]:
    """The builder: in a thread, so on a connection, of its own; it has been listening since before."""
    with ThreadPoolExecutor(1) as builder:
        builder.submit(mending.listen).result()
        yield lambda: builder.submit(mending.mend_roles).result()
        builder.submit(lambda: connection.close()).result()


def test_a_changed_password_locks_a_vendor_out_only_until_the_builder_hears_of_it(lindqvist, make_vendor, mend):
    moreau = make_vendor("moreau")
    with bind_vendor(lindqvist):
        _run(f"ALTER ROLE {lindqvist.schema_name} PASSWORD 'mine now'")
    POOL.clear()
    with pytest.raises(OperationalError), bind_vendor(lindqvist):
        Warehouse.objects.count()
    with bind_vendor(moreau):
        assert Warehouse.objects.count() == 0

    assert mend() == 1

    with bind_vendor(lindqvist):
        assert Warehouse.objects.count() == 0
    assert mend() == 0
    # What travels to the server is what the server itself would keep: it took it as it is.
    kept = _run(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{lindqvist.schema_name}'")
    assert kept.startswith("SCRAM-SHA-256$1:")


def test_stored_settings_have_no_effect_where_it_matters_and_do_not_stay(lindqvist):
    with bind_vendor(lindqvist):
        _run(f"ALTER ROLE {lindqvist.schema_name} SET search_path = pg_catalog")
        _run(f"ALTER ROLE {lindqvist.schema_name} SET statement_timeout = 0")
        _run(f"ALTER ROLE {lindqvist.schema_name} SET default_transaction_read_only = on")
    POOL.clear()
    with bind_vendor(lindqvist):
        assert _run("SHOW search_path") == f"{lindqvist.schema_name},public"
        assert _run("SHOW statement_timeout") == "15s"
    POOL.clear()

    with acting_as("builder"):
        _run("SET ROLE owner")
        assert mending.mend_roles() == 1
        _run("RESET ROLE")

    with bind_vendor(lindqvist):
        Warehouse.objects.create(name="Malmö")


def test_nobody_can_have_a_role_reset_that_works_or_is_none_of_ours(lindqvist, mend):
    with bind_vendor(lindqvist):
        for name in (lindqvist.schema_name, "v_000000000000", "postgres", "store", "v_1; DROP TABLE x", ""):
            _run(f"NOTIFY locked_out, '{name}'")
    assert mend() == 0


def _run(text: str):
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchone()[0] if cursor.description else None


def test_a_session_that_sleeps_in_a_transaction_is_ended_whatever_it_set(lindqvist, make_vendor):
    """It would hold its locks, a thread of the portal, and back the server's cleaning, for as long as it likes."""
    patient, quick = session_of(lindqvist), session_of(lindqvist)
    for setting in ("transaction_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"):
        patient.execute(f"SET {setting} = 0")
    patient.execute("BEGIN")
    patient.execute("SELECT id FROM vendors_vendor FOR NO KEY UPDATE")
    quick.execute("SELECT pg_sleep(0.1)")
    with acting_as("builder"):
        _run("SET ROLE owner")
        assert mending.end_overlong_sessions() == 0
        assert mending.end_overlong_sessions(timedelta(milliseconds=50)) == 1
        _run("RESET ROLE")
    with pytest.raises(psycopg.OperationalError):
        patient.execute("SELECT 1")
    # Who is in no transaction, for however long it is there, stays.
    assert quick.execute("SELECT session_user").fetchone() == (lindqvist.schema_name,)
    quick.close()


def test_a_role_that_its_own_session_holds_keeps_no_other_from_being_mended(lindqvist, own_wall, make_vendor):
    wall, vendor_id = own_wall(), uuid4()
    wall.state, wall.vendor_id = "assigned", vendor_id
    wall.save()
    moreau = make_vendor("moreau", id=vendor_id)
    first, second = sorted((lindqvist, moreau), key=lambda vendor: vendor.schema_name)
    lines = {vendor.slug: session_of(vendor) for vendor in (first, second)}
    for vendor in (first, second):
        lines[vendor.slug].execute(f"ALTER ROLE {vendor.schema_name} SET work_mem = '1MB'")
    lines[first.slug].execute("BEGIN")
    lines[first.slug].execute(f"ALTER ROLE {first.schema_name} SET work_mem = '2MB'")
    with acting_as("builder"):
        _run("SET ROLE owner")
        assert mending.mend_roles() == 1
        lines[first.slug].execute("ROLLBACK")
        assert mending.mend_roles() == 1
        assert mending.mend_roles() == 0
        _run("RESET ROLE")
    for line in lines.values():
        line.close()


def test_of_what_is_shouted_at_the_builder_it_remembers_names_of_roles_and_not_endlessly():
    mending._heard.clear()
    for number in range(mending.MOST_HEARD + 5):
        mending._hear(f"v_{number:012x}")
    mending._hear("x" * 7000)
    assert len(mending._heard) == mending.MOST_HEARD
    mending._heard.clear()


def session_of(vendor) -> psycopg.Connection:
    """A login of the vendor's, outside the pool."""
    own = connection.settings_dict
    return psycopg.connect(
        host=own["HOST"],
        port=own["PORT"],
        dbname=own["NAME"],
        user=vendor.schema_name,
        password=password_of(vendor.schema_name),
        options=f"-c search_path={vendor.schema_name},public",
        autocommit=True,
    )
