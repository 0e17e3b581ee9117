"""The two doors into a shop, and what each lets through."""

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError, atomic
from django.db.utils import ProgrammingError

from kit.context import NoVendor, current_vendor
from marketplace.demo.bench_walls import crowd
from tenants.isolation.doors import acting_as, bind_vendor, in_shop
from tenants.shop.inventory.models import Warehouse
from tenants.vendors.models import Vendor


def test_in_shop_sees_only_that_shop_also_inside_a_transaction(two_vendors):
    lindqvist, moreau = two_vendors
    with atomic(), in_shop(lindqvist):
        Warehouse.objects.create(name="Malmö")
        with in_shop(moreau):
            assert list(Warehouse.objects.values_list("name", flat=True)) == []
            Warehouse.objects.create(name="Lyon")
        assert list(Warehouse.objects.values_list("name", flat=True)) == ["Malmö"]
    with in_shop(moreau):
        assert current_vendor.get().slug == "moreau"
        assert list(Warehouse.objects.values_list("name", flat=True)) == ["Lyon"]
    assert current_vendor.get() is None


def test_shop_tables_are_unknown_outside_a_shop(two_vendors):
    with pytest.raises(ProgrammingError), atomic():
        Warehouse.objects.count()


def test_a_vendor_without_a_shop_is_refused(db):
    with pytest.raises(NoVendor), in_shop(Vendor(slug="new")):
        pass


@pytest.mark.django_db(transaction=True)
def test_binding_logs_in_as_the_vendors_own_role_and_comes_back(make_vendor):
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    with bind_vendor(lindqvist):
        assert _session() == lindqvist.schema_name
        Warehouse.objects.create(name="Malmö")
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {moreau.schema_name}.shop_inventory_warehouse")
    assert _session() == "postgres"
    with bind_vendor(moreau):
        assert _session() == moreau.schema_name
        assert Warehouse.objects.count() == 0
        assert list(Vendor.objects.values_list("slug", flat=True)) == ["moreau"]


@pytest.mark.django_db(transaction=True)
def test_a_bound_connection_cannot_change_its_vendor_inside_a_transaction(make_vendor):
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    with bind_vendor(lindqvist), atomic(), pytest.raises(TransactionManagementError), in_shop(moreau):
        pass


def test_inside_a_test_transaction_binding_obeys_the_same_walls(two_vendors):
    lindqvist, _ = two_vendors
    with bind_vendor(lindqvist):
        assert _session() == lindqvist.schema_name
        assert list(Vendor.objects.values_list("slug", flat=True)) == ["lindqvist"]
    assert Vendor.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_process_that_stands_for_all_acts_with_each_ones_rights(make_vendor):
    lindqvist = make_vendor("lindqvist")
    with acting_as("store"):
        assert _session() == "store"
        with in_shop(lindqvist):
            assert Warehouse.objects.count() == 0
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM isolation_wall")
    assert _session() == "postgres"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_threads_serving_different_vendors_never_meet(make_vendor, capsys):
    """A small part of `make bench SUITE=walls`: eight threads over twelve vendors, a pool too small for them, and requests
    that fail in the middle."""
    vendors = [make_vendor(f"vendor-{number}") for number in range(12)]
    for vendor in vendors:
        with in_shop(vendor):
            Warehouse.objects.create(name=vendor.slug)
    came = crowd(vendors, threads=8, requests=400, idle=5)
    with capsys.disabled():
        print(f"\n{came}")
    assert came.wrong == []
    assert came.refused == len([number for number in range(400) if number % 7 == 3])
    assert came.hits + came.misses == 400
    assert came.evicted > 50
    assert came.hits > 50


def _session() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        return cursor.fetchone()[0]
