"""What the vendor does to stock: receive, count, import."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import InvalidInput
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import (
    NotReserved,
    SoldOut,
    StockPromised,
    StockRequest,
    adjust_stock,
    allocate,
    receive_stock,
    release,
    reserve,
    set_stock,
    ship,
)
from tenants.shop.inventory.models import StockLevel, StockMovement
from tenants.shop.inventory.queries import available_of, disagreements
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(make_vendor):
    with in_shop(make_vendor("lindqvist")):
        yield


def test_stock_that_came_in_is_added(shop):
    mug = shelf(stock=0)
    receive_stock(mug, 4, "from the kiln")
    receive_stock(mug, 2)
    assert available_of([mug.id]) == {mug.id: 6}
    with pytest.raises(InvalidInput):
        receive_stock(mug, 0)
    with pytest.raises(InvalidInput):
        receive_stock(mug, 1_000_001)


def test_a_count_sets_what_is_on_hand_and_records_the_difference(shop):
    mug = shelf(stock=10)
    adjust_stock(mug, 7, "three broke")
    assert StockLevel.objects.get().on_hand == 7
    last = StockMovement.objects.order_by("-at").first()
    assert (last.kind, last.on_hand_delta, last.reason) == ("adjusted", -3, "three broke")


def test_a_count_below_what_is_promised_is_refused(shop):
    mug = shelf(stock=10)
    reserve([StockRequest(mug.id, uuid4(), uuid4(), 4)])
    with pytest.raises(StockPromised, match="4 units are promised"):
        adjust_stock(mug, 3)
    adjust_stock(mug, 4)
    assert available_of([mug.id]) == {mug.id: 0}


def test_many_are_set_at_once_and_those_promised_are_left(shop, django_assert_max_num_queries):
    variants = [shelf(f"Thing {n}", stock=5) for n in range(6)]
    reserve([StockRequest(variants[0].id, uuid4(), uuid4(), 3)])
    new = shelf("New", stock=0)
    counts = {variant.id: 2 for variant in variants} | {new.id: 9}
    with django_assert_max_num_queries(7):
        result = set_stock(counts, "import")
    assert result.refused == {variants[0].id: 3}
    assert result.changed == {variant.id for variant in [*variants[1:], new]}
    assert set_stock({new.id: 9}).changed == set()
    assert available_of([variants[0].id, variants[1].id, new.id]) == {
        variants[0].id: 2,
        variants[1].id: 2,
        new.id: 9,
    }
    assert disagreements() == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "count", "reserve", "allocate", "release", "ship"]),
        st.integers(0, 2),
        st.integers(1, 6),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_movements_explain_the_level(shop, steps):
    variants = [shelf(f"Thing {n}", stock=4) for n in range(3)]
    orders: list[StockRequest] = []
    for step, which, units in steps:
        mine = [order for order in orders if order.variant_id == variants[which].id]
        try:
            if step == "receive":
                receive_stock(variants[which], units)
            elif step == "count":
                adjust_stock(variants[which], units)
            elif step == "reserve":
                request = StockRequest(variants[which].id, uuid4(), uuid4(), units)
                reserve([request])
                orders.append(request)
            elif mine and step == "allocate":
                allocate(mine[-1].order_id)
            elif mine and step == "release":
                release(mine[0].order_id)
            elif mine and step == "ship":
                ship({mine[-1].order_line_id: min(units, mine[-1].quantity)})
        except (SoldOut, StockPromised, NotReserved):
            continue
    assert disagreements() == []
    assert all(units >= 0 for units in available_of([variant.id for variant in variants]).values())
