"""What is ordered from suppliers: sent once, received as it comes, and drafted when something runs low."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kit import clock
from kit.errors import InvalidInput
from notifications.models import Mail
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.actions import StockRequest, reserve
from tenants.shop.inventory.alerts import set_threshold
from tenants.shop.inventory.events import mail_purchase, tell_of_low_stock
from tenants.shop.inventory.models import PurchaseLine, PurchaseOrder, StockLevel, StockMovement
from tenants.shop.inventory.purchasing import (
    MoreThanOrdered,
    NotADraft,
    NotExpected,
    add_supplier,
    cancel_order,
    draft_order,
    receive_order,
    send_order,
    set_line,
    set_source,
)
from tenants.shop.inventory.queries import disagreements
from tests.factories.shop import shelf

pytestmark = pytest.mark.django_db
BY = uuid4()


@pytest.fixture
def vendor(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        yield vendor


@pytest.fixture
def kiln(vendor):
    return add_supplier(name="The Kiln", email="kiln@example.com", lead_days=5)


def test_what_comes_in_parts_lies_in_the_warehouse_and_no_more_than_was_ordered(vendor, kiln):
    mug, bowl = shelf("Mug", sku="MUG", stock=1), shelf("Bowl", sku="BOWL", stock=0)
    order = draft_order(kiln, by=BY)
    with pytest.raises(InvalidInput, match="Put something in"):
        send_order(order)
    set_line(order, sku="MUG", units=9)
    set_line(order, sku="MUG", units=6)
    set_line(order, sku="BOWL", units=2)
    with pytest.raises(InvalidInput, match="no variant"):
        set_line(order, sku="PLATE", units=1)
    lines = {line.sku: line.id for line in order.lines.all()}
    with pytest.raises(NotExpected):
        receive_order(order, {lines["MUG"]: 1}, by=BY)
    send_order(order)
    order.refresh_from_db()
    assert order.expected_on == clock.today() + timedelta(days=5)
    for act in (lambda: send_order(order), lambda: set_line(order, sku="MUG", units=1)):
        with pytest.raises(NotADraft):
            act()
    receive_order(order, {lines["MUG"]: 4}, by=BY)
    with pytest.raises(MoreThanOrdered, match="Only 2 of MUG are missing"):
        receive_order(order, {lines["MUG"]: 3, lines["BOWL"]: 2}, by=BY)
    assert set(StockLevel.objects.values_list("variant__sku", "on_hand")) == {("MUG", 5)}
    receive_order(order, {lines["MUG"]: 3, lines["BOWL"]: 2}, more_is_right=True, by=BY)
    assert set(StockLevel.objects.values_list("variant__sku", "on_hand")) == {("MUG", 8), ("BOWL", 2)}
    order.refresh_from_db()
    assert order.received_at is not None
    came = StockMovement.objects.filter(reference=f"purchase:{order.id}", variant=mug).order_by("at")
    assert list(came.values_list("kind", "on_hand_delta", "reason", "actor_id")) == [
        ("received", 4, "From The Kiln", BY),
        ("received", 3, "From The Kiln", BY),
    ]
    for act in (lambda: cancel_order(order), lambda: receive_order(order, {lines["MUG"]: 1}, by=BY)):
        with pytest.raises(NotExpected):
            act()
    assert disagreements() == []
    assert bowl.sku == "BOWL"


def test_the_supplier_gets_one_mail_and_none_for_what_was_canceled(vendor, kiln):
    shelf("Mug", sku="MUG")
    for canceled in (False, True):
        order = draft_order(kiln, by=BY)
        set_line(order, sku="MUG", units=6)
        send_order(order)
        if canceled:
            cancel_order(order)
    for fact in Fact.objects.filter(name="shop.purchase_sent"):
        for _ in range(2):
            mail_purchase(fact)
    mail = Mail.objects.get()
    assert mail.to == "kiln@example.com"
    assert "6 x MUG" in mail.text


def test_what_runs_low_is_put_into_its_suppliers_draft_once(vendor, kiln):
    mug, bowl, plate = (shelf(name, sku=name.upper(), stock=5) for name in ("Mug", "Bowl", "Plate"))
    for variant in (mug, bowl, plate):
        set_threshold(variant, 3)
    set_source(kiln, sku="MUG", units=20)
    set_source(kiln, sku="BOWL", units=12)

    def sell(*variants):
        reserve([StockRequest(variant.id, uuid4(), uuid4(), 2) for variant in variants])
        for fact in Fact.objects.filter(name="shop.stock_changed"):
            tell_of_low_stock(fact)

    sell(mug, plate)
    sell(bowl)
    draft = PurchaseOrder.objects.get()
    assert (draft.supplier, draft.drafted_by, draft.sent_at) == (kiln, None, None)
    assert list(draft.lines.values_list("sku", "ordered")) == [("BOWL", 12), ("MUG", 20)]
    send_order(draft)
    StockLevel.objects.update(low_since=None)
    sell(mug)
    assert PurchaseLine.objects.count() == 2
    with pytest.raises(InvalidInput):
        set_source(kiln, sku="MUG", units=0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": " "}, "name"), ({"email": "kiln"}, "email"), ({"lead_days": 366}, "lead_days"), ({}, "name")],
)
def test_what_is_wrong_with_a_supplier_is_said_at_its_field(vendor, kiln, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        add_supplier(**{"name": "The Kiln", "email": "kiln@example.com", "lead_days": 5} | wrong)
    assert refused.value.field == field
