"""Many at once, on real PostgreSQL with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction

from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import SoldOut, StockRequest, allocate, release, reserve, set_stock
from tenants.shop.inventory.models import StockLevel
from tenants.shop.inventory.queries import available_of, disagreements
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db(transaction=True)


def together(count, work):
    """Run `work(n)` in so many threads that start at once; gives their results."""
    start = Barrier(count)

    def run(n):
        try:
            start.wait()
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_twenty_buyers_of_ten_units_buy_exactly_ten(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=10)

    def buy(_):
        try:
            with transaction.atomic(), in_shop(vendor):
                reserve([StockRequest(mug.id, uuid4(), uuid4(), 1)])
        except SoldOut as refused:
            return refused.available
        return "bought"

    results = together(20, buy)
    assert results.count("bought") == 10
    assert results.count({mug.id: 0}) == 10
    with in_shop(vendor):
        assert available_of([mug.id]) == {mug.id: 0}
        assert disagreements() == []


def test_orders_naming_variants_in_opposite_order_do_not_block_each_other(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        variants = [shelf(f"Thing {n}", stock=100) for n in range(6)]

    def buy(n):
        order = uuid4()
        wanted = variants if n % 2 else variants[::-1]
        lines = [StockRequest(variant.id, order, uuid4(), 1) for variant in wanted]
        with transaction.atomic(), in_shop(vendor):
            reserve(lines)
        with transaction.atomic(), in_shop(vendor):
            assert allocate(order) == [] if n % 3 else release(order) is None
        return "done"

    assert together(12, buy) == ["done"] * 12
    with in_shop(vendor):
        assert set(StockLevel.objects.values_list("on_hand", "allocated", "reserved")) == {(100, 8, 0)}
        assert disagreements() == []


def test_a_count_and_orders_at_the_same_time_never_undersell_a_promise(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        variants = [shelf(f"Thing {n}", stock=3) for n in range(3)]
        fresh = shelf("Fresh", stock=0)

    def act(n):
        with transaction.atomic(), in_shop(vendor):
            if n % 2:
                set_stock({variant.id: 2 + n % 3 for variant in [fresh, *variants[::-1]]}, "count")
                return "counted"
            try:
                reserve([StockRequest(variant.id, uuid4(), uuid4(), 1) for variant in variants])
            except SoldOut:
                return "sold out"
            return "reserved"

    results = together(12, act)
    assert results.count("counted") == 6
    with in_shop(vendor):
        assert disagreements() == []
        assert all(level.available >= 0 for level in StockLevel.objects.all())
        held = set(StockLevel.objects.exclude(variant=fresh).values_list("reserved", flat=True))
        assert held == {results.count("reserved")}


def test_one_line_sent_twice_at_once_is_held_once(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=10)
    line = StockRequest(mug.id, uuid4(), uuid4(), 2)

    def buy(_):
        with transaction.atomic(), in_shop(vendor):
            reserve([line])

    together(6, buy)
    with in_shop(vendor):
        assert available_of([mug.id]) == {mug.id: 8}
