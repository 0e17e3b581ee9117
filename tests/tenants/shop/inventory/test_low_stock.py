"""One mail when stock falls to its threshold, none for the sales after it, and one when it falls again."""

from uuid import uuid4

import pytest
from django.db import transaction

from kit.errors import InvalidInput
from notifications.models import Mail
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import StockRequest, receive_stock, release, reserve
from tenants.shop.inventory.alerts import low_levels, note_crossings, set_threshold
from tenants.shop.inventory.events import tell_of_low_stock
from tenants.shop.inventory.models import StockLevel
from tests.factories.shop import shelf
from tests.tenants.shop.inventory.test_stock_races import together


def take(variant, quantity):
    request = StockRequest(variant.id, uuid4(), uuid4(), quantity)
    reserve([request])
    return request


@pytest.mark.django_db
def test_each_crossing_is_told_once(make_vendor):
    vendor = make_vendor("lindqvist")

    def heard():
        """Every fact is delivered, and the last one twice."""
        facts = list(Fact.objects.filter(name="shop.stock_changed").order_by("id"))
        for fact in [*facts, facts[-1]]:
            tell_of_low_stock(fact)
        return list(Mail.objects.order_by("created_at", "id").values_list("subject", flat=True))

    with in_shop(vendor):
        mug, bowl = shelf("Mug", stock=10), shelf("Bowl", stock=10)
        set_threshold(mug, 4)
        set_threshold(bowl, 0)
        take(mug, 5)
    assert heard() == []
    with in_shop(vendor):
        order = take(mug, 1)
    assert heard() == ["Running low: Mug"]
    with in_shop(vendor):
        take(mug, 2)
        assert [level.on_shelf for level in low_levels().rows] == [2]
    assert len(heard()) == 1
    with in_shop(vendor):
        receive_stock(mug, 5)
        release(order.order_id)
    assert len(heard()) == 1
    with in_shop(vendor):
        assert low_levels().rows == []
        take(mug, 8)
        take(bowl, 10)
    assert heard() == ["Running low: Mug", "Running low: Mug", "Running low: Bowl"]
    assert "0 left of Mug" in Mail.objects.order_by("-created_at", "-id")[1].text
    with in_shop(vendor):
        set_threshold(bowl, None)
        assert [level.variant_id for level in low_levels().rows] == [mug.id]
        with pytest.raises(InvalidInput):
            set_threshold(mug, -1)


@pytest.mark.django_db(transaction=True)
def test_however_many_look_at_once_one_of_them_tells(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        mug = shelf(stock=3)
        set_threshold(mug, 3)

    def look(_):
        with transaction.atomic(), in_shop(vendor):
            return len(note_crossings([mug.id]))

    assert sorted(together(6, look)) == [0, 0, 0, 0, 0, 1]
    with in_shop(vendor):
        assert StockLevel.objects.get().low_since is not None
