"""Several warehouses: opened as the plan allows, moved between, retired when empty; and which of them packs what."""

from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import transaction

from audit.models import AuditEntry
from kit.errors import InvalidInput
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import StockRequest, WarehouseRetired, receive_stock, release, reserve
from tenants.shop.inventory.allocation import in_order, next_departure
from tenants.shop.inventory.models import StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import disagreements
from tenants.shop.inventory.terms import set_safety_stock
from tenants.shop.inventory.warehouses import (
    LastWarehouse,
    NotThatMany,
    WarehouseDraft,
    WarehouseHoldsStock,
    add_warehouse,
    change_warehouse,
    choose_strategy,
    move_stock,
    retire_warehouse,
)
from tenants.vendors.entitlements import Allowed, BeyondPlan, grant
from tests.factories.shop import shelf
from tests.tenants.shop.inventory.test_stock_races import together

NORTH = WarehouseDraft(
    name="North",
    street="Storgatan 4",
    postal_code="11455",
    city="Stockholm",
    country="se",
    time_zone="Europe/Stockholm",
)
SOUTH = WarehouseDraft(name="South", street="Via Roma 1", postal_code="00184", city="Roma", country="IT")
THREE = Allowed("three", "Three", warehouses_limit=3)


@pytest.fixture
def shop(make_vendor):
    cache.clear()
    vendor = make_vendor("lindqvist")
    grant(vendor_id=vendor.id, allowed=THREE)
    with in_shop(vendor):
        yield vendor


def add(draft):
    return add_warehouse(draft=draft, by=None)


def lies(variant):
    return dict(StockLevel.objects.filter(variant=variant).values_list("warehouse__name", "on_hand"))


@pytest.mark.django_db
def test_a_warehouse_is_opened_with_its_address_and_hours_and_no_more_than_the_plan_allows(shop):
    shelf()
    north = add(NORTH)
    assert (north.postal_code, north.country, north.position) == ("114 55", "SE", 1)
    add(SOUTH)
    with pytest.raises(BeyondPlan, match="Three allows 3 warehouses"):
        add(replace(SOUTH, name="West"))
    change_warehouse(north, draft=replace(NORTH, name="Norrland", cut_off=time(15, 30), working_days="61"), by=None)
    north.refresh_from_db()
    assert (north.name, north.cut_off, north.working_days, north.position) == ("Norrland", time(15, 30), "16", 1)
    assert list(AuditEntry.objects.order_by("at", "id").values_list("action", flat=True)) == [
        "shop.warehouse_added",
        "shop.warehouse_added",
        "shop.warehouse_changed",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"street": ""}, "street"),
        ({"postal_code": "1145"}, "postal_code"),
        ({"city": "x" * 101}, "city"),
        ({"country": "XX"}, "country"),
        ({"working_days": ""}, "working_days"),
        ({"working_days": "18"}, "working_days"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"position": 1000}, "position"),
    ],
)
def test_what_is_wrong_with_a_warehouse_is_said_at_its_field(shop, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        add(replace(NORTH, **wrong))
    assert refused.value.field == field
    assert not Warehouse.objects.exists()


@pytest.mark.django_db
def test_moving_is_two_movements_and_leaves_what_is_promised(shop):
    mug = shelf(stock=10)
    main, north = Warehouse.objects.get(), add(NORTH)
    reserve([StockRequest(mug.id, uuid4(), uuid4(), 4)])
    with pytest.raises(NotThatMany, match="Only 6 unpromised units lie in Main"):
        move_stock(mug, 7, source=main, target=north, by=None)
    move_stock(mug, 6, source=main, target=north, reason="Sells better there", by=None)
    assert lies(mug) == {"Main": 4, "North": 6}
    moved = StockMovement.objects.filter(kind="moved").order_by("on_hand_delta")
    assert list(moved.values_list("warehouse__name", "on_hand_delta", "reference", "reason")) == [
        ("Main", -6, "to North", "Sells better there"),
        ("North", 6, "from Main", "Sells better there"),
    ]
    for quantity, target in ((0, north), (1, main)):
        with pytest.raises(InvalidInput):
            move_stock(mug, quantity, source=main, target=target, by=None)
    assert disagreements() == []


@pytest.mark.django_db
def test_a_warehouse_is_retired_when_nothing_lies_or_is_promised_there(shop):
    mug = shelf(stock=5, sku="MUG")
    main, north = Warehouse.objects.get(), add(NORTH)
    line = StockRequest(mug.id, uuid4(), uuid4(), 2)
    reserve([line])
    with pytest.raises(WarehouseHoldsStock, match=r"5 units lie there and 2 are promised to orders \(MUG\)"):
        retire_warehouse(main, by=None)
    release(line.order_id)
    move_stock(mug, 5, source=main, target=north, by=None)
    retire_warehouse(main, by=None)
    assert lies(mug) == {"North": 5}
    for act in (lambda: receive_stock(mug, 1, warehouse=main), lambda: retire_warehouse(main, by=None)):
        with pytest.raises(WarehouseRetired, match="Main is not in use any more"):
            act()
    with pytest.raises(LastWarehouse):
        retire_warehouse(north, by=None)
    receive_stock(mug, 1)
    assert lies(mug) == {"North": 6}
    assert disagreements() == []


@pytest.mark.django_db(transaction=True)
def test_stock_that_is_carried_around_while_it_is_sold_stays_as_much_as_it_was(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=12)
        main, north = Warehouse.objects.get(), Warehouse.objects.create(name="North", position=1)

    def act(n):
        with transaction.atomic(), in_shop(vendor):
            if n % 3 == 0:
                return bool(reserve([StockRequest(mug.id, uuid4(), uuid4(), 1)]))
            here, there = (main, north) if n % 3 == 1 else (north, main)
            try:
                move_stock(mug, 3, source=here, target=there, by=None)
            except NotThatMany:
                return "nothing there"
            return "moved"

    results = together(9, act)
    assert results.count(True) == 3
    with in_shop(vendor):
        assert sum(level.on_hand for level in StockLevel.objects.all()) == 12
        assert sum(level.reserved for level in StockLevel.objects.all()) == 3
        assert disagreements() == []


# --- Which of them packs what ---------------------------------------------------------------------------------------------


def test_parcels_leave_at_the_cut_off_of_a_working_day_where_the_warehouse_is():
    berlin = Warehouse(working_days="12345", cut_off=time(12), time_zone="Europe/Berlin")
    friday = datetime(2026, 3, 13, tzinfo=UTC)
    assert next_departure(berlin, friday.replace(hour=11)) == datetime(2026, 3, 13, 11, tzinfo=UTC)
    assert next_departure(berlin, friday.replace(hour=11, minute=1)) == datetime(2026, 3, 16, 11, tzinfo=UTC)
    # The clocks go forward on Sunday the 29th: noon in Berlin is an hour earlier by ours.
    assert next_departure(berlin, datetime(2026, 3, 27, 12, tzinfo=UTC)) == datetime(2026, 3, 30, 10, tzinfo=UTC)
    sundays = Warehouse(working_days="7", cut_off=time(23, 59), time_zone="Pacific/Auckland")
    assert next_departure(sundays, friday).astimezone(UTC) == datetime(2026, 3, 15, 10, 59, tzinfo=UTC)


def test_each_strategy_has_an_order_of_its_own():
    main = Warehouse(name="Main", position=0, country="DE", cut_off=time(8))
    north = Warehouse(name="North", position=1, country="SE", cut_off=time(16))
    south = Warehouse(name="South", position=2, country="IT", cut_off=time(12), working_days="67")

    def names(strategy, country="IT"):
        monday = datetime(2026, 3, 16, 9, tzinfo=UTC)
        return [place.name for place in in_order([south, north, main], strategy, country=country, now=monday)]

    assert names(None) == names("position") == names("fewest_parcels") == ["Main", "North", "South"]
    assert names("nearest") == ["South", "Main", "North"]
    assert names("nearest", "FR") == ["Main", "North", "South"]
    assert names("fastest") == ["North", "Main", "South"]


@pytest.mark.django_db
def test_the_shops_strategy_says_which_warehouse_packs_what(shop, django_assert_num_queries):
    mug, bowl = shelf("Mug", stock=9), shelf("Bowl", stock=0)
    main, north, south = Warehouse.objects.get(), add(NORTH), add(SOUTH)
    for variant, units, place in ((mug, 2, north), (bowl, 3, north), (mug, 5, south), (bowl, 1, south)):
        receive_stock(variant, units, warehouse=place)
    names = {main.id: "Main", north.id: "North", south.id: "South"}

    def packs(mugs, bowls, country="IT"):
        order = uuid4()
        lines = [StockRequest(v.id, order, uuid4(), n) for v, n in ((mug, mugs), (bowl, bowls)) if n]
        title = {line.order_line_id: "mug" if line.variant_id == mug.id else "bowl" for line in lines}
        with django_assert_num_queries(4):  # no more for strategy and warehouses: lock, what is known, write, tell
            parts = reserve(lines, country=country)
        release(order)
        return sorted((title[part.order_line_id], names[part.warehouse_id], part.quantity) for part in parts)

    assert packs(2, 1) == [("bowl", "North", 1), ("mug", "Main", 2)]
    choose_strategy("nearest", by=None)
    assert packs(2, 1) == [("bowl", "South", 1), ("mug", "South", 2)]
    assert packs(2, 1, country="SE") == [("bowl", "North", 1), ("mug", "North", 2)]
    choose_strategy("fewest_parcels", by=None)
    assert packs(2, 1) == [("bowl", "North", 1), ("mug", "North", 2)]
    assert packs(3, 1) == [("bowl", "South", 1), ("mug", "South", 3)]
    assert packs(6, 3) == [("bowl", "North", 3), ("mug", "Main", 6)]
    # Split only when none alone has it, and what is kept back counts for nothing.
    assert packs(10, 0) == [("mug", "Main", 9), ("mug", "North", 1)]
    set_safety_stock(mug, 4, warehouse=main)
    assert packs(6, 0) == [("mug", "Main", 5), ("mug", "North", 1)]
    with pytest.raises(InvalidInput):
        choose_strategy("cheapest", by=None)
