"""What an order does to stock: hold, promise, give back, ship; each once, however often it is asked."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from kit.errors import InvalidInput
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import (
    NotReserved,
    SoldOut,
    StockRequest,
    allocate,
    cancel_allocation,
    release,
    reserve,
    ship,
)
from tenants.shop.inventory.models import Reservation, StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import available_of, disagreements
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(make_vendor):
    with in_shop(make_vendor("lindqvist")):
        yield


def request(variant, quantity, order=None, line=None):
    return StockRequest(variant.id, order or uuid4(), line or uuid4(), quantity)


def level(variant):
    return StockLevel.objects.values_list("on_hand", "allocated", "reserved").get(variant=variant)


def test_a_reservation_holds_stock_without_moving_it(shop):
    mug = shelf(stock=10)
    line = request(mug, 3)
    reserve([line])
    assert level(mug) == (10, 0, 3)
    assert available_of([mug.id]) == {mug.id: 7}
    held = Reservation.objects.get()
    assert (held.order_line_id, held.quantity, held.state) == (line.order_line_id, 3, "held")
    assert list(StockMovement.objects.order_by("at").values_list("kind", "on_hand_delta", "reserved_delta")) == [
        ("received", 10, 0),
        ("reserved", 0, 3),
    ]
    assert disagreements() == []


def test_all_lines_are_held_or_none_and_every_short_variant_is_named(shop):
    mug, bowl, plate = shelf("Mug", stock=2), shelf("Bowl", stock=5), shelf("Plate", stock=0)
    with pytest.raises(SoldOut) as refused:
        reserve([request(mug, 3), request(bowl, 1), request(plate, 1)])
    assert refused.value.available == {mug.id: 2, plate.id: 0}
    assert set(refused.value.variant_ids) == {mug.id, plate.id}
    assert str(refused.value) == "“Mug” has only 2 left; “Plate” is sold out."
    assert (level(mug), level(bowl)) == ((2, 0, 0), (5, 0, 0))
    assert not Reservation.objects.exists()


def test_two_lines_of_one_variant_share_what_is_there(shop):
    mug = shelf(stock=5)
    with pytest.raises(SoldOut):
        reserve([request(mug, 3), request(mug, 3)])
    reserve([request(mug, 3), request(mug, 2)])
    assert level(mug) == (5, 0, 5)


def test_a_line_that_was_held_is_not_held_twice(shop):
    mug = shelf(stock=5)
    line = request(mug, 2)
    reserve([line])
    reserve([line])
    assert level(mug) == (5, 0, 2)
    assert StockMovement.objects.filter(kind="reserved").count() == 1


def test_less_than_one_is_refused(shop):
    mug = shelf(stock=5)
    with pytest.raises(InvalidInput):
        reserve([request(mug, 0)])


def test_paid_then_shipped_stock_leaves_once(shop):
    mug = shelf(stock=10)
    line = request(mug, 4)
    reserve([line])
    for _ in range(2):
        assert allocate(line.order_id) == []
        assert level(mug) == (10, 4, 0)
    ship({line.order_line_id: 1})
    assert level(mug) == (9, 3, 0)
    assert Reservation.objects.get().state == "allocated"
    ship({line.order_line_id: 3})
    ship({line.order_line_id: 3})
    assert level(mug) == (6, 0, 0)
    assert Reservation.objects.get().state == "shipped"
    assert disagreements() == []


def test_more_than_was_promised_is_not_shipped(shop):
    mug = shelf(stock=10)
    line = request(mug, 2)
    reserve([line])
    with pytest.raises(NotReserved):
        ship({line.order_line_id: 1})  # held, not paid
    allocate(line.order_id)
    with pytest.raises(NotReserved):
        ship({line.order_line_id: 3})
    with pytest.raises(NotReserved):
        ship({uuid4(): 1})
    assert level(mug) == (10, 2, 0)


def test_an_order_that_is_not_paid_gives_its_stock_back(shop):
    mug = shelf(stock=3)
    line = request(mug, 3)
    reserve([line])
    release(line.order_id)
    release(line.order_id)
    assert level(mug) == (3, 0, 0)
    assert Reservation.objects.get().state == "released"
    assert disagreements() == []


def test_a_late_release_takes_nothing_from_a_paid_order(shop):
    mug = shelf(stock=3)
    line = request(mug, 3)
    reserve([line])
    allocate(line.order_id)
    release(line.order_id)
    assert level(mug) == (3, 3, 0)


def test_paid_after_the_hold_was_released_takes_stock_again_if_there_is_any(shop):
    mug, bowl = shelf("Mug", stock=3), shelf("Bowl", stock=1)
    order = uuid4()
    first, second = request(mug, 3, order), request(bowl, 1, order)
    reserve([first, second])
    release(order)
    reserve([request(bowl, 1)])  # somebody else was quicker
    assert allocate(order) == [second.order_line_id]
    assert allocate(order) == [second.order_line_id]
    assert (level(mug), level(bowl)) == ((3, 3, 0), (1, 0, 1))
    assert disagreements() == []


def test_canceled_lines_of_a_paid_order_go_back_to_the_shelf(shop):
    mug, bowl = shelf("Mug", stock=3), shelf("Bowl", stock=3)
    order = uuid4()
    first, second = request(mug, 2, order), request(bowl, 2, order)
    reserve([first, second])
    allocate(order)
    cancel_allocation([first.order_line_id])
    cancel_allocation([first.order_line_id])
    assert (level(mug), level(bowl)) == ((3, 0, 0), (3, 2, 0))


def test_what_has_left_cannot_be_given_back(shop):
    mug = shelf(stock=5)
    line = request(mug, 3)
    reserve([line])
    allocate(line.order_id)
    ship({line.order_line_id: 1})
    cancel_allocation([line.order_line_id])
    assert level(mug) == (4, 0, 0)
    assert disagreements() == []


def test_one_warehouse_is_preferred_and_several_are_combined(shop):
    mug = shelf(stock=2)
    second = Warehouse.objects.create(name="North", position=1)
    from tenants.shop.inventory.actions import receive_stock

    receive_stock(mug, 3, warehouse=second)
    whole, split = request(mug, 3), request(mug, 2)
    reserve([whole])
    assert Reservation.objects.get(order_line_id=whole.order_line_id).warehouse_id == second.id
    release(whole.order_id)
    split = request(mug, 4)
    reserve([split])
    parts = Reservation.objects.filter(order_line_id=split.order_line_id).order_by("warehouse__position")
    assert list(parts.values_list("quantity", flat=True)) == [2, 2]
    assert allocate(split.order_id) == []
    ship({split.order_line_id: 3})
    assert list(StockLevel.objects.order_by("warehouse__position").values_list("on_hand", "allocated")) == [
        (0, 0),
        (2, 1),
    ]
    assert disagreements() == []


def test_statements_do_not_grow_with_lines(shop, django_assert_num_queries):
    variants = [shelf(f"Thing {n}", stock=5) for n in range(12)]
    order = uuid4()
    lines = [request(variant, 2, order) for variant in variants]
    with django_assert_num_queries(4):  # lock, what is known, one write, the fact
        reserve(lines)
    with django_assert_num_queries(4):
        allocate(order)
    with django_assert_num_queries(3):
        ship({line.order_line_id: 2 for line in lines})


def test_the_change_is_announced_with_its_variants(shop, make_vendor):
    mug = shelf(stock=5)
    Fact.objects.all().delete()
    line = request(mug, 1)
    reserve([line])
    fact = Fact.objects.get()
    assert (fact.name, fact.payload) == ("shop.stock_changed", {"variants": [str(mug.id)]})
    assert isinstance(fact.vendor_id, UUID)
    reserve([line])
    assert Fact.objects.count() == 1


def test_the_database_itself_refuses_overselling(shop):
    from django.db import IntegrityError

    mug = shelf(stock=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(variant=mug).update(reserved=6)
