"""What promotions take off: exact amounts, and what holds of any promotions on any goods."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.promotions.discounts import Goods, Split, Terms, Why, discounts_on

A, B = UUID(int=1), UUID(int=2)


def goods(vendor=A, price=1000, quantity=1, path="home/lamps", product=None, article=None):
    return Goods(uuid4(), article or uuid4(), vendor, product or uuid4(), path, price, quantity)


def terms(kind="percentage", **said):
    return Terms(**{"id": uuid4(), "name": "Autumn", "kind": kind, "platform_share_bps": 10_000, **said})


def off(promotions, *lines, shipping=None):
    found = discounts_on(lines, shipping=shipping or {A: 490, B: 300}, promotions=promotions)
    return [found.lines[line.key].whole for line in lines], found


def test_each_kind_takes_off_what_it_says():
    lamp, shade, soap = goods(price=3333, quantity=3), goods(price=1005), goods(B, price=777, quantity=2)
    ten = terms(rate_bps=1000)
    assert off([ten], lamp, shade, soap)[0] == [1000, 101, 155]  # 999.9, 100.5 and 155.4, each rounded half up
    assert off([terms("fixed", amount_minor=1000)], lamp, shade, soap)[0] == [796, 80, 124]
    assert off([terms("fixed", amount_minor=50_000)], lamp, soap)[0] == [9999, 1554]  # no more than the goods cost
    free = off([terms("free_shipping", vendor_id=A)], lamp, soap)[1]
    assert (free.shipping[A], free.shipping[B]) == (Split(0, 490), Split())
    # Of four in a vendor's part, for every two bought one: the cheapest.
    got = terms("buy_get", rate_bps=10_000, buy_quantity=2, get_quantity=1)
    assert off([got], lamp, shade, soap)[0] == [0, 1005, 0]
    half = terms("buy_get", rate_bps=5000, buy_quantity=1, get_quantity=1)
    assert off([half], lamp, soap)[0] == [1667, 389]


def test_a_promotion_is_on_its_own_goods_and_says_what_is_missing():
    lamp, soap = goods(price=2000, path="home/lamps"), goods(B, price=500, path="beauty/soap")
    assert off([terms(rate_bps=1000, category_paths=frozenset({"home"}))], lamp, soap)[0] == [200, 0]
    assert off([terms(rate_bps=1000, category_paths=frozenset({"hom"}))], lamp)[1].missed[0].why == Why.OTHER_GOODS
    assert off([terms(rate_bps=1000, product_ids=frozenset({soap.product_id}))], lamp, soap)[0] == [0, 50]
    amounts, found = off([terms(rate_bps=1000, minimum_minor=3000)], lamp, soap)
    assert amounts == [0, 0]
    assert (found.missed[0].why, found.missed[0].missing_minor) == (Why.MINIMUM, 500)
    assert off([terms("free_shipping")], lamp, shipping={A: 0})[1].missed[0].why == Why.NO_EFFECT


def test_the_higher_priority_is_taken_first_and_an_exclusive_one_is_alone_in_a_vendors_part():
    lamp, soap = goods(price=10_000), goods(B, price=10_000)
    fixed, half = terms("fixed", amount_minor=1000, vendor_id=A), terms(rate_bps=5000, priority=5)
    assert off([fixed, half], lamp, soap)[0] == [6000, 5000]
    alone = terms(rate_bps=2000, vendor_id=A, is_exclusive=True, priority=9)
    amounts, found = off([fixed, half, alone], lamp, soap)
    assert amounts == [2000, 5000]
    assert [(each.terms.id, each.why) for each in found.missed] == [(fixed.id, Why.NOT_COMBINABLE)]
    late = terms(rate_bps=2000, is_exclusive=True, priority=-1)
    assert off([late, fixed], lamp, soap)[0] == [1000, 2000]


def test_a_budget_is_given_whole_or_not_at_all():
    lamp = goods(price=10_000)
    assert off([terms(rate_bps=1000, left_minor=1000)], lamp)[0] == [1000]
    amounts, found = off([terms(rate_bps=1000, left_minor=999)], lamp)
    assert (amounts, found.missed[0].why) == ([0], Why.USED_UP)


def test_each_funder_bears_its_share_of_a_vendors_part_to_the_cent():
    lines = [goods(price=333) for _ in range(3)]
    found = discounts_on(
        lines, shipping={A: 101}, promotions=[terms(rate_bps=1000, vendor_id=A, platform_share_bps=3333)]
    )
    together = sum((found.lines[line.key] for line in lines), Split())
    assert (together.vendor, together.platform) == (66, 33)  # of 3 x 33; 32.9967 rounded, not three times 11
    assert found.applied[0].by_vendor == {A: Split(66, 33)}


shares = st.sampled_from([0, 1, 2500, 3333, 5000, 9999, 10_000])
promotions = st.builds(
    terms,
    kind=st.sampled_from(["percentage", "fixed", "free_shipping", "buy_get"]),
    rate_bps=st.integers(1, 10_000),
    amount_minor=st.integers(1, 1_000_000),
    buy_quantity=st.integers(1, 4),
    get_quantity=st.integers(1, 3),
    vendor_id=st.sampled_from([None, A, B]),
    category_paths=st.sampled_from([frozenset(), frozenset({"home"}), frozenset({"home/lamps", "food"})]),
    minimum_minor=st.sampled_from([0, 0, 5000]),
    priority=st.integers(-1, 1),
    is_exclusive=st.booleans(),
    platform_share_bps=shares,
    left_minor=st.sampled_from([None, None, 700]),
)
lines = st.lists(
    st.builds(
        goods,
        vendor=st.sampled_from([A, B]),
        price=st.integers(0, 100_000),
        quantity=st.integers(1, 9),
        path=st.sampled_from(["home/lamps", "home", "food", "toys"]),
    ),
    min_size=1,
    max_size=8,
)


@given(lines, st.lists(promotions, max_size=6), st.integers(0, 2000))
def test_nothing_falls_below_zero_and_parts_are_the_whole(bought, offered, cost):
    found = discounts_on(bought, shipping={A: cost, B: 0}, promotions=offered)
    for line in bought:
        each = found.lines[line.key]
        assert each.vendor >= 0 <= each.platform
        assert each.whole <= line.total_minor
    assert 0 <= found.shipping[A].whole <= cost
    assert found.shipping[B] == Split()
    taken = sum([*found.lines.values(), *found.shipping.values()], Split())
    assert taken == sum((one.whole for one in found.applied), Split())
    for one in found.applied:
        assert 0 < one.whole.whole <= (one.whole.whole if one.terms.left_minor is None else one.terms.left_minor)
        for vendor, part in one.by_vendor.items():
            assert vendor == (one.terms.vendor_id or vendor)
            # The platform's part of a vendor's is its rate, to the nearest unit.
            assert abs(part.platform * 10_000 - part.whole * one.terms.platform_share_bps) < 10_000
            if one.terms.is_exclusive:
                assert [other for other in found.applied if vendor in other.by_vendor] == [one]
    assert {one.terms.id for one in found.applied} | {each.terms.id for each in found.missed} == {
        each.id for each in offered
    }


@given(lines, st.lists(promotions, max_size=4), st.randoms())
def test_neither_the_order_of_lines_nor_of_promotions_matters(bought, offered, dice):
    shuffled, mixed = [*bought], [*offered]
    dice.shuffle(shuffled)
    dice.shuffle(mixed)
    one = discounts_on(bought, shipping={A: 490, B: 300}, promotions=offered)
    other = discounts_on(shuffled, shipping={A: 490, B: 300}, promotions=mixed)
    assert (one.lines, one.shipping, one.applied) == (other.lines, other.shipping, other.applied)


@pytest.mark.parametrize("price", [1, 2, 3])
def test_all_of_a_price_of_a_few_units_can_be_taken_and_no_more(price):
    lamp = goods(price=price)
    amounts, _ = off([terms(rate_bps=5000), terms(rate_bps=10_000), terms("fixed", amount_minor=1)], lamp)
    assert amounts == [price]
