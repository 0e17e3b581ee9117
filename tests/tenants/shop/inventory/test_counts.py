"""Counting a warehouse while the shop goes on: what is applied is the difference, once, and all of it or nothing."""

from uuid import uuid4

import pytest
from django.db import transaction

from kit.errors import InvalidInput
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import (
    SoldOut,
    StockPromised,
    StockRequest,
    allocate,
    receive_stock,
    reserve,
    ship,
)
from tenants.shop.inventory.counts import (
    CountIsOver,
    CountUnderWay,
    apply_count,
    give_up_count,
    start_count,
    write_down,
)
from tenants.shop.inventory.models import StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import counts_page, disagreements
from tests.factories.shop import shelf
from tests.tenants.shop.inventory.test_stock_races import together

BY = uuid4()


@pytest.fixture
def shop(make_vendor):
    with in_shop(make_vendor("lindqvist")):
        yield


def line(count, variant):
    return count.lines.get(variant=variant)


def sell(variant, quantity):
    request = StockRequest(variant.id, uuid4(), uuid4(), quantity)
    reserve([request])
    allocate(request.order_id)
    ship({request.order_line_id: quantity})


@pytest.mark.django_db
def test_what_is_sold_and_received_between_writing_and_applying_is_kept(shop):
    mug, bowl, plate = shelf("Mug", stock=10), shelf("Bowl", stock=5), shelf("Plate", stock=0)
    count = start_count(Warehouse.objects.get(), by=BY)
    sell(mug, 2)  # before it is written down: the sheet looks again
    write_down(count, {line(count, mug).id: 7, line(count, plate).id: 3})
    assert (line(count, mug).expected, line(count, mug).difference) == (8, -1)
    sell(mug, 3)
    receive_stock(mug, 4)
    assert apply_count(count, by=BY) == 2
    on_hand = dict(StockLevel.objects.values_list("variant__product__title", "on_hand"))
    assert on_hand == {"Mug": 10 - 2 - 1 - 3 + 4, "Bowl": 5, "Plate": 3}
    moved = StockMovement.objects.filter(reference=f"count:{count.id}").order_by("on_hand_delta")
    assert list(moved.values_list("kind", "on_hand_delta", "reason", "actor_id")) == [
        ("adjusted", -1, "Counted", BY),
        ("adjusted", 3, "Counted", BY),
    ]
    assert [(row.lines_counted, row.lines_differing) for row in counts_page().rows] == [(2, 2)]
    for act in (apply_count, lambda sheet, by: give_up_count(sheet), lambda sheet, by: write_down(sheet, {})):
        with pytest.raises(CountIsOver):
            act(count, by=BY)
    assert disagreements() == []
    assert bowl.id not in {row.variant_id for row in moved}


@pytest.mark.django_db
def test_a_sheet_below_what_is_promised_changes_nothing_and_names_it(shop):
    mug, bowl = shelf("Mug", sku="MUG", stock=10), shelf("Bowl", sku="BOWL", stock=5)
    reserve([StockRequest(mug.id, uuid4(), uuid4(), 6)])
    main = Warehouse.objects.get()
    count = start_count(main, by=BY)
    with pytest.raises(CountUnderWay, match="Main is being counted"):
        start_count(main, by=BY)
    with pytest.raises(InvalidInput) as refused:
        write_down(count, {line(count, bowl).id: -1})
    assert refused.value.field == str(line(count, bowl).id)
    write_down(count, {line(count, mug).id: 5, line(count, bowl).id: 4})
    with pytest.raises(StockPromised, match="of MUG"):
        apply_count(count, by=BY)
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {10, 5}
    write_down(count, {line(count, mug).id: None})
    assert apply_count(count, by=BY) == 1
    give_up_count(start_count(main, by=BY))
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {10, 4}


@pytest.mark.django_db(transaction=True)
def test_a_sheet_is_applied_once_however_many_apply_it_while_customers_buy(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=10)
        count = start_count(Warehouse.objects.get(), by=BY)
        write_down(count, {line(count, mug).id: 8})

    def act(n):
        with transaction.atomic(), in_shop(vendor):
            try:
                return (
                    apply_count(count, by=BY) if n % 2 else bool(reserve([StockRequest(mug.id, uuid4(), uuid4(), 3)]))
                )
            except (CountIsOver, SoldOut, StockPromised) as refused:
                return refused.code

    results = together(6, act)
    with in_shop(vendor):
        level = StockLevel.objects.get()
        applied = sum(result == 1 and result is not True for result in results)
        assert level.on_hand == 10 - 2 * applied
        assert level.reserved == 3 * sum(result is True for result in results)
        assert applied <= 1
        assert level.available >= 0
        assert disagreements() == []
