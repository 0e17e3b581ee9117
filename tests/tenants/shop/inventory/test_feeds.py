"""Stock from a file: each row is answered, and what one row says wrong keeps no other from counting."""

from io import BytesIO
from uuid import uuid4

import pytest

from kit.errors import InvalidInput
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import StockRequest, reserve
from tenants.shop.inventory.feeds import MAX_ROWS, take_feed
from tenants.shop.inventory.models import StockFeed, StockLevel, StockMovement, Warehouse
from tenants.shop.inventory.queries import disagreements
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db
BY = uuid4()


@pytest.fixture
def shop(make_vendor):
    with in_shop(make_vendor("lindqvist")):
        yield


def send(text):
    return take_feed(file=BytesIO(text.encode()), filename="stock.csv", by=BY)


def answers(feed):
    return list(feed.rows.order_by("number").values_list("number", "result", "message"))


def test_every_row_has_its_answer(shop):
    mug, bowl = shelf("Mug", sku="MUG", stock=5), shelf("Bowl", sku="BOWL", stock=5)
    Warehouse.objects.create(name="North", position=1)
    reserve([StockRequest(bowl.id, uuid4(), uuid4(), 3)])
    feed = send(
        "\ufeffSKU;warehouse;on_hand\r\nMUG;;9\r\nMUG;north;4\r\n\r\nBOWL;Main;2\r\nPLATE;;1\r\n"
        "MUG;South;1\r\nBOWL;North;x\r\nMUG;Main;8\r\nBOWL;North\r\n"
    )
    assert answers(feed) == [
        (2, "refused", "Line 9 says otherwise, or again."),
        (3, "changed", ""),
        (5, "refused", "3 units are promised to orders: stock cannot be less than that."),
        (6, "refused", "You have no variant with this SKU."),
        (7, "refused", "You have no such warehouse in use."),
        (8, "refused", "Stock is a number from 0 to 1,000,000."),
        (9, "changed", ""),
        (10, "refused", "Stock is a number from 0 to 1,000,000."),
    ]
    levels = StockLevel.objects.filter(variant=mug).values_list("warehouse__name", "on_hand")
    assert dict(levels) == {"Main": 8, "North": 4}
    moved = StockMovement.objects.filter(reference=f"feed:{feed.id}")
    assert set(moved.values_list("on_hand_delta", "reason", "actor_id")) == {
        (3, "file stock.csv", BY),
        (4, "file stock.csv", BY),
    }
    assert answers(send("sku,on_hand\nMUG,8\n")) == [(2, "unchanged", "")]
    assert disagreements() == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "lacks the column sku"),
        (b"sku,units\nMUG,1\n", "lacks the column on_hand"),
        (b"sku,on_hand\n\xff,1\n", "not written in UTF-8"),
        (b"sku,on_hand\nM\0G,1\n", "no CSV"),
        (b"sku,on_hand\n" + b"MUG,1\n" * (MAX_ROWS + 1), "10,000 rows at most"),
        (b"sku,on_hand\n" + b"x" * 2_000_000, "larger than 2 MB"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(shop, data, words):
    mug = shelf("Mug", sku="MUG", stock=5)
    with pytest.raises(InvalidInput, match=words) as refused:
        take_feed(file=BytesIO(data), filename="stock.csv", by=BY)
    assert refused.value.field == "file"
    assert StockLevel.objects.get(variant=mug).on_hand == 5
    assert not StockFeed.objects.exists()
