"""What a line pays: the first rule that matches, half up, never above the line."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.commissions.engine import CommissionInput, NoRule, Rule, RuleCurrency, commission_for, percentage

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")


def rule(position, scope="global", *, bps=0, fixed=0, currency="EUR", vendor=None, path=""):
    return Rule(UUID(int=position), position, scope, bps, fixed, currency, f"Rule {position}", 1, vendor, path)


def line(base=8000, quantity=1, *, vendor=LINDQVIST, path="home/kitchen", currency="EUR", key="line"):
    return CommissionInput(key, vendor, path, base, quantity, currency)


def one(line, *rules):
    (found,) = commission_for([line], rules)
    return found


def test_the_first_rule_by_position_wins_whatever_its_scope():
    everything, kitchen, vendor = (
        rule(1, bps=1000),
        rule(2, "category", bps=500, path="home"),
        rule(3, "vendor", bps=100, vendor=LINDQVIST),
    )
    assert one(line(), vendor, kitchen, everything).amount_minor == 800
    assert one(line(), kitchen, vendor).amount_minor == 400
    assert one(line(path="toys"), kitchen, vendor).amount_minor == 80


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("home", True),
        ("home/kitchen", True),
        ("home/kitchen/knives", True),
        ("homeware", False),
        ("toys/home", False),
    ],
)
def test_a_category_rule_covers_its_subtree_by_whole_words(path, covered):
    rules = [rule(1, "category", bps=500, path="home"), rule(2, bps=1000)]
    assert one(line(path=path), *rules).amount_minor == (400 if covered else 800)


def test_a_vendor_rule_covers_that_vendor_only():
    rules = [rule(1, "vendor", bps=500, vendor=MOREAU), rule(2, bps=1000)]
    assert one(line(vendor=MOREAU), *rules).amount_minor == 400
    assert one(line(vendor=LINDQVIST), *rules).amount_minor == 800


def test_percentage_and_fixed_part_per_unit():
    found = one(line(base=8000, quantity=3), rule(1, bps=1250, fixed=30))
    assert found.amount_minor == 1000 + 90
    assert found.reason == "Rule 1 (version 1): 12.5 % of 80.00 EUR + 0.30 EUR × 3"


@pytest.mark.parametrize(
    ("base", "bps", "amount"), [(5, 1000, 1), (4, 1000, 0), (333, 1500, 50), (1, 5000, 1), (0, 9999, 0)]
)
def test_half_a_cent_is_rounded_up(base, bps, amount):
    assert percentage(base, bps) == amount


def test_never_more_than_the_line():
    found = one(line(base=50, quantity=4), rule(1, bps=1000, fixed=30))
    assert found.amount_minor == 50
    assert found.reason == "Rule 1 (version 1): 10 % of 0.50 EUR + 0.30 EUR × 4, at most the line itself"


def test_without_a_rule_nothing_is_sold():
    with pytest.raises(NoRule, match="home/kitchen"):
        one(line(), rule(1, "vendor", bps=500, vendor=MOREAU))
    with pytest.raises(NoRule):
        one(line())


def test_a_fixed_part_in_another_currency_refuses_rather_than_falling_to_the_next_rule():
    with pytest.raises(RuleCurrency):
        one(line(currency="SEK"), rule(1, fixed=30), rule(2, bps=1000))
    assert one(line(currency="SEK"), rule(1, bps=1000)).amount_minor == 800


def test_lines_keep_their_order_and_keys():
    found = commission_for([line(key="b", base=100), line(key="a", base=200)], [rule(1, bps=1000)])
    assert [(each.key, each.amount_minor) for each in found] == [("b", 10), ("a", 20)]


lines = st.builds(
    line,
    base=st.integers(0, 10**9),
    quantity=st.integers(1, 1000),
    vendor=st.sampled_from([LINDQVIST, MOREAU]),
    path=st.sampled_from(["home", "home/kitchen", "homeware", "toys"]),
)
rules = st.lists(
    st.one_of(
        st.builds(rule, st.integers(1, 50), bps=st.integers(0, 10000), fixed=st.integers(0, 500)),
        st.builds(
            rule,
            st.integers(1, 50),
            st.just("vendor"),
            bps=st.integers(0, 10000),
            fixed=st.integers(0, 500),
            vendor=st.sampled_from([LINDQVIST, MOREAU]),
        ),
        st.builds(
            rule,
            st.integers(1, 50),
            st.just("category"),
            bps=st.integers(0, 10000),
            path=st.sampled_from(["home", "home/kitchen", "toys"]),
        ),
    ),
    max_size=8,
    unique_by=lambda rule: rule.position,
)


@given(lines, rules, st.randoms())
def test_any_line_under_any_rules(line, rules, random):
    """Between nothing and the line; exactly the first matching rule's; in whatever order the rules are given."""
    matching = sorted(
        (rule for rule in rules if rule.matches(line.vendor_id, line.category_path)),
        key=lambda rule: rule.position,
    )
    shuffled = list(rules)
    random.shuffle(shuffled)
    if not matching:
        with pytest.raises(NoRule):
            commission_for([line], shuffled)
        return
    (found,) = commission_for([line], shuffled)
    first = matching[0]
    exact = (Decimal(line.base_minor) * first.rate_bps / 10000).quantize(Decimal(1), ROUND_HALF_UP)
    assert found.rule_id == first.id
    assert found.amount_minor == min(int(exact) + first.fixed_minor * line.quantity, line.base_minor)
    assert 0 <= found.amount_minor <= line.base_minor


@given(st.lists(lines, min_size=1, max_size=20))
def test_a_line_pays_the_same_alone_and_with_others(lines):
    rules = [rule(1, "category", bps=777, fixed=3, path="home"), rule(2, bps=1234)]
    together = commission_for(lines, rules)
    assert together == [commission_for([each], rules)[0] for each in lines]
