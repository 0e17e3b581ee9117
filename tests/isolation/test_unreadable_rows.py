"""What a vendor's SQL may put where everybody's work goes through can be read back, and is a word that our code knows.

PostgreSQL keeps what Python cannot read: times without end, numbers without end, lists in lists without bottom. Psycopg and
`json` raise over it, for the whole list that the row stands in. Each of these was put in over a vendor's role once; the
control puts it in as the superuser, and sees who is stopped.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from kit import clock
from marketplace.catalog.models import Listing
from marketplace.catalog.projection import project_products
from marketplace.orders.models import Fulfillment, VendorOrder
from outbox.models import Fact
from outbox.tasks import fan_out
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.isolation.policies import public_tables
from tenants.shop.catalog.models import Product
from tenants.shop.catalog.tasks import run_imports
from tenants.vendors.models import Vendor
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.office import market_day

__all__ = ["address", "everything_ten_percent", "market_day", "put_on_shelf"]
pytestmark = pytest.mark.django_db

DEEP = "(repeat('[', 3000) || repeat(']', 3000))::jsonb"
ENDLESS = "repeat('9', 5000)::jsonb"
# (what is written as one vendor, what everybody's work reads then)
ROWS: dict[str, tuple[str, Callable[[], Any]]] = {
    f"a fact {words}": (
        "INSERT INTO outbox_fact (id, name, vendor_id, payload, recorded_at) "
        f"VALUES (gen_random_uuid(), 'shop.x', (SELECT souk.vendor_of_session()), {payload}, {at})",
        fan_out,
    )
    for words, payload, at in (
        ("that was told at the end of time", "'{}'", "'infinity'"),
        ("from before Christ", "'{}'", "'0044-03-15 BC'"),
        ("without bottom", DEEP, "now()"),
        ("that is a number without end", ENDLESS, "now()"),
        ("with a number without end", f"jsonb_build_object('a', -({ENDLESS}::numeric))", "now()"),
        ("with a number without end among others", f"jsonb_build_array(1, {ENDLESS})", "now()"),
    )
} | {
    "a vacation without end": (
        "UPDATE vendors_vendor SET away_from = now(), away_until = 'infinity'",
        lambda: list(Vendor.objects.all()),
    ),
    "a palette without bottom": (f"UPDATE vendors_vendor SET palette = {DEEP}", lambda: list(Vendor.objects.all())),
}
UNREAD = (DatabaseError, RecursionError, ValueError)


@pytest.mark.parametrize(("written", "read"), ROWS.values(), ids=ROWS)
def test_nobody_is_stopped_by_a_row_of_a_vendors(written: str, read: Callable[[], Any], make_vendor: Any) -> None:
    vendor = make_vendor("lindqvist")
    with bind_vendor(vendor), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        run(written)
    with pytest.raises(UNREAD), transaction.atomic():
        run(written.replace("(SELECT souk.vendor_of_session())", f"'{vendor.id}'"))
        read()
    Vendor.objects.get()
    assert not Fact.objects.filter(name="shop.x").exists()


def test_a_story_of_a_gigabyte_is_refused(make_vendor: Any) -> None:
    with bind_vendor(make_vendor("lindqvist")):
        run("UPDATE vendors_vendor SET story = repeat('x', 1000000)")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            run("UPDATE vendors_vendor SET story = repeat('x', 1000001)")


def test_every_column_that_could_hold_one_is_asked() -> None:
    """Also those that are yet to come: of what vendors write, each time, each JSON, each long text and each choice."""
    from django.apps import apps
    from django.db import models

    of_tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    asked = 0
    for table in public_tables():
        statements = list(table.create_policies("public"))
        for privilege, columns in table.rights("vendor_base"):
            if privilege == "SELECT":
                continue
            (policy,) = [each for each in statements if f" vendor_{privilege.lower()} " in each]
            for field in of_tables[table.name]._meta.local_concrete_fields:
                kinds = (models.DateField, models.JSONField, models.TextField)
                if field.column in (columns or table.columns) and (
                    isinstance(field, kinds) or (isinstance(field, models.CharField) and field.choices)
                ):
                    asked += 1
                    assert f'"{field.column}" IS NULL OR ' in policy, (table.name, field.column, privilege)
    assert asked > 70


def test_a_vendors_part_is_in_no_state_that_we_do_not_know(market_day: Any) -> None:
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)
    with bind_vendor(market_day.lindqvist):
        for state in Fulfillment.values:
            run(f"UPDATE orders_vendororder SET fulfillment = '{state}'")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            run("UPDATE orders_vendororder SET fulfillment = 'eaten'")
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.values[-1]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("shop_catalog_product SET published_at = 'infinity'", "product_published_sound"),
        ("shop_catalog_product SET published_at = '0044-03-15 BC'", "product_published_sound"),
        (f"shop_catalog_product SET attributes = jsonb_build_object('Weight', {DEEP})", "product_attributes_sound"),
        (f"shop_catalog_product SET attributes = jsonb_build_object('Weight', {ENDLESS})", "product_attributes_sound"),
        ("shop_catalog_product SET attributes = '[]'", "product_attributes_sound"),
        ("""shop_catalog_product SET tags = '["a", {"b": 1}]'""", "product_tags_sound"),
        ("shop_catalog_product SET tags = '{}'", "product_tags_sound"),
        ("shop_catalog_product SET description = repeat('x', 200001)", "product_description_sound"),
        ("shop_catalog_product SET condition = 'eaten'", "product_condition_known"),
        ("shop_catalog_variant SET options = '[1]'", "variant_options_sound"),
        ("shop_inventory_stocklevel SET ships_on = 'infinity'", "stock_ships_on_sound"),
    ],
)
def test_what_the_catalogue_takes_from_a_shop_can_be_shown(written: str, name: str, put_on_shelf: Any) -> None:
    """It stands on pages beside what others sell."""
    with (
        bind_vendor(put_on_shelf("lindqvist").vendor),
        pytest.raises(DatabaseError, match=name),
        transaction.atomic(),
    ):
        run(f"UPDATE {written}")


def test_a_price_in_another_currency_and_a_date_in_the_future_stand_on_no_shared_page(put_on_shelf: Any) -> None:
    shelf = put_on_shelf("lindqvist")
    with bind_vendor(shelf.vendor):
        run("UPDATE shop_catalog_product SET published_at = '2190-01-01'")
        run("UPDATE shop_catalog_variant SET currency = 'eu?'")
        product = Product.objects.get()
    project_products(shelf.vendor, [product.id])
    listing = Listing.objects.get()
    assert (listing.is_visible, listing.currency) == (False, "EUR")
    Listing.objects.all().delete()
    with in_shop(shelf.vendor):
        run("UPDATE shop_catalog_variant SET currency = 'EUR'")
    project_products(shelf.vendor, [product.id])
    assert Listing.objects.get().first_published_at <= clock.now()


def test_one_shops_imports_that_cannot_be_read_keep_no_other_shop_waiting(make_vendor: Any, monkeypatch: Any) -> None:
    from tenants.shop.catalog import tasks

    vendors = sorted((make_vendor("lindqvist"), make_vendor("moreau")), key=lambda vendor: vendor.id)
    with bind_vendor(vendors[0]):
        run(
            "INSERT INTO shop_catalog_productimport (id, filename, path, publish, state, rows_total, rows_done, "
            "created_count, updated_count, error_count, error, created_at) "
            "VALUES (gen_random_uuid(), 'x', 'x', false, 'due', 0, 0, 0, 0, 0, '', 'infinity')"
        )
    served, turn = [], tasks._turn
    monkeypatch.setattr(tasks, "_turn", lambda vendor, waited: (turn(vendor, waited), served.append(vendor.slug))[0])
    run_imports()
    assert served == [vendors[1].slug]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
