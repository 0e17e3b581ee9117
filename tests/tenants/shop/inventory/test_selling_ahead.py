"""What is kept back, and what is sold before it has come in: never one unit more than that, by any race."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import clock
from kit.errors import InvalidInput
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import (
    NotInYet,
    NotReserved,
    SoldOut,
    StockPromised,
    StockRequest,
    adjust_stock,
    allocate,
    receive_stock,
    release,
    reserve,
    ship,
    take_back,
)
from tenants.shop.inventory.models import Reservation, StockLevel, Warehouse
from tenants.shop.inventory.queries import available_of, disagreements
from tenants.shop.inventory.terms import BackordersPromised, accept_backorders, set_safety_stock
from tests.factories.shop import shelf
from tests.tenants.shop.inventory.test_stock_races import together


@pytest.fixture
def shop(make_vendor):
    with in_shop(make_vendor("lindqvist")):
        yield


def request(variant, quantity):
    return StockRequest(variant.id, uuid4(), uuid4(), quantity)


def soon():
    return clock.today() + timedelta(days=14)


@pytest.mark.django_db
def test_what_is_kept_back_is_not_sold_and_comes_back_when_it_is_not_any_more(shop):
    mug = shelf(stock=10)
    set_safety_stock(mug, 4)
    assert available_of([mug.id]) == {mug.id: 6}
    with pytest.raises(SoldOut, match="only 6 left"):
        reserve([request(mug, 7)])
    reserve([request(mug, 6)])
    set_safety_stock(mug, 9)
    assert available_of([mug.id]) == {mug.id: 0}
    set_safety_stock(mug, 0)
    assert available_of([mug.id]) == {mug.id: 4}
    with pytest.raises(InvalidInput):
        set_safety_stock(mug, -1)


@pytest.mark.django_db
def test_units_sold_ahead_have_a_date_and_leave_when_they_have_come_in(shop):
    mug = shelf(stock=2)
    accept_backorders(mug, limit=3, ships_on=soon())
    now, ahead = request(mug, 2), request(mug, 3)
    assert [(part.quantity, part.ships_on) for part in reserve([now])] == [(2, None)]
    assert [(part.quantity, part.ships_on) for part in reserve([ahead])] == [(3, soon())]
    with pytest.raises(SoldOut):
        reserve([request(mug, 1)])
    for line in (now, ahead):
        assert allocate(line.order_id) == []
    ship({now.order_line_id: 2})
    with pytest.raises(NotInYet, match="3 of 3 have not come in yet"):
        ship({ahead.order_line_id: 3})
    with pytest.raises(BackordersPromised, match="3 units are promised"):
        accept_backorders(mug, limit=2, ships_on=soon())
    receive_stock(mug, 3)
    ship({ahead.order_line_id: 3})
    assert Reservation.objects.get(order_line_id=ahead.order_line_id).ships_on == soon()
    accept_backorders(mug, limit=0, ships_on=None)
    assert StockLevel.objects.values_list("on_hand", "allocated", "backorder_limit").get() == (0, 0, 0)
    assert disagreements() == []


@pytest.mark.django_db
def test_what_is_there_goes_first_wherever_it_lies(shop):
    mug = shelf(stock=1)
    north = Warehouse.objects.create(name="North", position=1)
    receive_stock(mug, 2, warehouse=north)
    accept_backorders(mug, limit=5, ships_on=soon())
    parts = reserve([request(mug, 4)])
    assert [(part.warehouse_id == north.id, part.quantity, part.ships_on) for part in parts] == [
        (False, 2, soon()),
        (True, 2, None),
    ]
    assert available_of([mug.id]) == {mug.id: 4}


@pytest.mark.django_db
def test_a_limit_wants_a_day_and_the_database_refuses_what_is_beyond_it(shop):
    mug = shelf(stock=1)
    for limit, day in ((1, None), (1, clock.today() - timedelta(days=1)), (-1, soon())):
        with pytest.raises(InvalidInput):
            accept_backorders(mug, limit=limit, ships_on=day)
    accept_backorders(mug, limit=1, ships_on=soon())
    level = StockLevel.objects.filter(variant=mug)
    for wrong in ({"reserved": 3}, {"on_hand": -1}, {"ships_on": None}, {"safety_stock": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            level.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.create(
            variant=mug,
            warehouse=Warehouse.objects.create(name="North"),
            backorder_limit=1,
            ships_on=date(2030, 1, 1),
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "sold"), [(0, 10), (5, 15)])
def test_fifty_buyers_of_ten_units_buy_ten_and_what_may_be_sold_ahead(make_vendor, limit, sold):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=10)
        if limit:
            accept_backorders(mug, limit=limit, ships_on=soon())

    def buy(_):
        try:
            with transaction.atomic(), in_shop(vendor):
                return "ahead" if reserve([request(mug, 1)])[0].ships_on else "there"
        except SoldOut:
            return "sold out"

    results = [result for _ in range(5) for result in together(10, buy)]
    assert [results.count(word) for word in ("there", "ahead", "sold out")] == [10, limit, 50 - sold]
    with in_shop(vendor):
        assert available_of([mug.id]) == {mug.id: 0}
        assert StockLevel.objects.get().reserved == sold
        assert disagreements() == []
    connection.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["receive", "count", "reserve", "reserve", "allocate", "release", "ship", "cancel", "ahead", "safety"]
        ),
        st.integers(0, 1),
        st.integers(0, 6),
    ),
    max_size=30,
)


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_no_more_is_promised_than_is_there_and_may_be_sold_ahead(shop, steps):
    mug = shelf(stock=4)
    places = [Warehouse.objects.get_or_create(name=name)[0] for name in ("Main", "North")]
    orders: list[StockRequest] = []
    for step, which, units in steps:
        place = places[which]
        last = orders[-1 - which] if len(orders) > which else None
        try:
            if step == "receive":
                receive_stock(mug, units, warehouse=place)
            elif step == "count":
                adjust_stock(mug, units, warehouse=place)
            elif step == "ahead":
                accept_backorders(mug, limit=units, ships_on=soon())
            elif step == "safety":
                set_safety_stock(mug, units, warehouse=place)
            elif step == "reserve":
                free = available_of([mug.id])[mug.id]
                wanted = request(mug, units)
                try:
                    reserve([wanted])
                except SoldOut:
                    assert free < units
                    continue
                assert free >= units
                orders.append(wanted)
            elif last and step == "allocate":
                allocate(last.order_id)
            elif last and step == "release":
                release(last.order_id)
            elif last and step == "ship":
                ship({last.order_line_id: units})
            elif last and step == "cancel":
                take_back({last.order_line_id: units})
        except (InvalidInput, StockPromised, NotReserved, NotInYet, BackordersPromised):
            continue
        levels = list(StockLevel.objects.filter(variant=mug))
        assert all(level.allocated + level.reserved <= level.on_hand + level.backorder_limit for level in levels)
        assert all(level.on_hand >= 0 for level in levels)
    assert disagreements() == []
