"""The demo's month on paper: whatever state an order can be in, somebody's is."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from config.worker import SWEEPS
from marketplace.demo import sweeps
from marketplace.demo.cast import VENDORS
from marketplace.demo.history import (
    BEING_PAID,
    MONTH,
    QUIET,
    UNPAID,
    History,
    Kind,
    base_history,
    merged,
    published_at,
    scaled_history,
)
from marketplace.demo.scaled import import_file, pictures_from, scaled_customers, scaled_vendors
from marketplace.demo.seed import FULFILLED

HOLD = timedelta(days=7)


@pytest.fixture(scope="module")
def month() -> History:
    return base_history()


def last_of_parts(history: History) -> Counter[Kind]:
    """How far the parts of paid orders have come."""
    last: dict[tuple[int, str], Kind] = {}
    for deed in history.deeds:
        if deed.kind == Kind.PAY:
            for slug in history.purchases[deed.purchase].vendors:
                last[deed.purchase, slug] = deed.kind
        elif deed.kind in FULFILLED:
            last[deed.purchase, deed.vendor] = deed.kind
    return Counter(last.values())


def test_the_month_is_the_same_at_every_reading(month):
    assert base_history() == month
    assert list(month.deeds) == sorted(month.deeds, key=lambda deed: deed.order)


def test_every_state_of_an_order_occurs(month):
    come_to = last_of_parts(month)
    assert set(come_to) == {Kind.PAY, Kind.ACCEPT, Kind.PACK, Kind.SHIP, Kind.DELIVER}
    assert min(come_to.values()) >= 2
    paid = {deed.purchase for deed in month.deeds if deed.kind == Kind.PAY}
    assert set(month.purchases) - paid == UNPAID | BEING_PAID
    arrived = [deed.at for deed in month.deeds if deed.kind == Kind.DELIVER]
    assert sum(at + HOLD > MONTH for at in arrived) >= 10
    assert sum(at + HOLD + timedelta(days=5) < MONTH for at in arrived) >= 10
    assert sum(purchase.lost is not None for purchase in month.purchases.values()) == 1


def test_baskets_are_of_one_to_four_vendors_by_guests_and_customers(month):
    purchases = month.purchases.values()
    assert len(purchases) == 62
    assert {len(purchase.vendors) for purchase in purchases} == {1, 2, 3, 4}
    assert min(Counter(purchase.signed_in for purchase in purchases).values()) >= 20
    assert len({purchase.customer.email for purchase in purchases}) >= 20
    assert {item.vendor for purchase in purchases for item in purchase.items} == {
        vendor.slug for vendor in VENDORS if vendor.state == "active"
    }


def test_nobody_buys_what_is_not_out_yet_or_more_than_there_is(month):
    shelf = {
        variant.sku: (published_at(vendor, place), variant.stock)
        for vendor in VENDORS
        if vendor.state == "active"
        for place, product in enumerate(vendor.products)
        for variant in product.variants
    }
    placed = {deed.purchase: deed.at for deed in month.deeds if deed.kind == Kind.PLACE}
    sold: dict[str, int] = defaultdict(int)
    for number, purchase in month.purchases.items():
        for item in purchase.items:
            assert shelf[item.sku][0] < placed[number]
            sold[item.sku] += item.quantity
    assert all(count < shelf[sku][1] for sku, count in sold.items())


def test_the_last_hour_before_now_is_quiet(month):
    assert [deed for deed in month.deeds if MONTH - QUIET < deed.at < MONTH] == []


def test_scale_adds_a_thousand_products_a_hundred_customers_and_500_orders(month):
    more = scaled_history()
    assert sum(len(vendor.products) for vendor in scaled_vendors()) >= 1000
    assert len(scaled_customers()) == len({customer.email for customer in scaled_customers()}) == 100
    assert len(more.purchases) == 500
    both = merged(month, more)
    assert len(both.purchases) == 562
    assert len(both.deeds) == len(month.deeds) + len(more.deeds)


def test_further_finishes_have_their_own_skus_and_the_pictures_of_their_own_kind():
    own = {variant.sku for vendor in VENDORS for product in vendor.products for variant in product.variants}
    skus = [product.variants[0].sku for vendor in scaled_vendors() for product in vendor.products]
    assert len(set(skus)) == len(skus)
    assert not own & set(skus)
    vendor = scaled_vendors()[0]
    assert all(sku.startswith(like + "-") for sku, like in pictures_from(vendor).items())
    assert import_file(vendor).count(b"\r\n") == len(vendor.products) + 1


def test_the_seed_knows_every_sweep_of_the_workers():
    own = {sweep.name for sweep in (*sweeps.PLATFORM, *sweeps.SHOPS, *sweeps.LATER, *sweeps.IN_THE_END)}
    assert own | {"api.forget_requests"} == set(SWEEPS)  # the history is played without the API
