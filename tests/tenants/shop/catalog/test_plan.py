"""What a plan allows, held where products are made; and what happens to products when a plan shrinks."""

from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection

from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.actions import (
    archive_product,
    create_product,
    follow_plan,
    publish_product,
    unpublish_product,
)
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft
from tenants.shop.catalog.events import follow_entitlements
from tenants.shop.catalog.imports import request_import, run_import
from tenants.shop.catalog.models import Product
from tenants.shop.integrations.actions import make_key
from tenants.vendors.entitlements import START, Allowed, BeyondPlan, allowed_to, check_room, grant
from tests.support.shipping import say_how

TWO = Allowed("small", "Small", products_limit=2, staff_limit=1, warehouses_limit=1)
MANY = Allowed("large", "Large", has_api=True)


@pytest.fixture
def shop(make_vendor):
    cache.clear()
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
        yield vendor


def add(title, **more):
    draft = ProductDraft(title=title, variants=[VariantDraft(price_minor=1000, currency="EUR")])
    return create_product(draft=draft, publish=True, **more)


def on_sale():
    return list(
        Product.objects.filter(state="published", paused_at=None).order_by("title").values_list("title", flat=True)
    )


@pytest.mark.django_db
def test_a_limit_refuses_the_next_and_says_what_to_do(shop):
    grant(vendor_id=shop.id, allowed=TWO)
    first, _ = add("A"), add("B")
    with pytest.raises(BeyondPlan, match="Small allows 2 products") as refused:
        add("C")
    assert (refused.value.code, refused.value.limit) == ("beyond_plan", 2)
    archive_product(product=first)
    add("C")
    with pytest.raises(BeyondPlan):
        publish_product(product=first)
    product_import = request_import(file=BytesIO(b"sku,title,price\nX,Bowl,9.00\n"), filename="a.csv")
    run_import(product_import.id)
    row = product_import.rows.get(number=2)
    assert (row.result, row.message) == (
        "error",
        "Your plan has no room for another product. Choose a larger one on the page “Plan”.",
    )
    with pytest.raises(BeyondPlan, match="does not include API keys"):
        make_key(name="x", scopes=["orders:read"], expires_at=first.created_at, by=shop.id)
    for kind in ("staff", "warehouses"):
        with pytest.raises(BeyondPlan, match="Small allows 1"):
            check_room(kind, used=lambda: 1)
        check_room(kind, used=lambda: 0)


@pytest.mark.django_db
def test_a_smaller_plan_pauses_the_newest_and_a_larger_one_brings_them_back(shop):
    products = [add(title) for title in "ABCD"]
    assert follow_plan() == 0
    grant(vendor_id=shop.id, allowed=TWO)
    assert follow_plan() == 2
    assert on_sale() == ["A", "B"]
    assert Product.objects.filter(state="published").count() == 4
    assert follow_plan() == 0
    unpublish_product(product=products[0])  # makes room: the oldest that waits is back
    assert on_sale() == ["B", "C"]
    with pytest.raises(BeyondPlan):
        publish_product(product=products[0])
    grant(vendor_id=shop.id, allowed=MANY)
    follow_entitlements(Fact(name="vendor.entitlements_changed", vendor_id=shop.id))
    assert on_sale() == ["B", "C", "D"]


@pytest.mark.django_db
def test_without_a_row_everybody_has_start(make_vendor):
    vendor = make_vendor("moreau")
    vendor.entitlements.delete()
    assert allowed_to(vendor.id) == START


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_take_the_last_place(make_vendor):
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
        grant(vendor_id=vendor.id, allowed=TWO)
        add("A")
    start, outcomes = Barrier(2), []

    def try_one(title):
        try:
            with in_shop(vendor):
                start.wait(timeout=20)
                add(title)
            outcomes.append("made")
        except BeyondPlan:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=try_one, args=(title,)) for title in "BC"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
