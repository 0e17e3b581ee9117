"""Changing the rules: versions, order without gaps, refusals."""

import threading
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection

from billing.commissions import actions, queries
from billing.commissions.conditions import Conditions
from billing.commissions.engine import CommissionInput, RuleBroken
from billing.commissions.models import CommissionRule
from billing.commissions.words import covers
from billing.ledger.actions import post
from billing.ledger.entries import Line
from taxonomy.actions import add_category

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")


def live():
    return [(rule.position, rule.name, rule.rate_bps, rule.version) for rule in queries.live_rules()]


@pytest.fixture
def three(db):
    return [
        actions.add_rule(name=name, rate_bps=bps) for name, bps in (("First", 100), ("Second", 200), ("Third", 300))
    ]


def test_rules_are_added_at_the_end_or_in_between(three):
    actions.add_rule(name="Between", conditions={"category": ["home"]}, rate_bps=150, position=2)
    assert live() == [
        (1, "First", 100, 1),
        (2, "Between", 150, 1),
        (3, "Second", 200, 1),
        (4, "Third", 300, 1),
    ]


@pytest.mark.parametrize(
    ("position", "order"),
    [
        (1, ["Third", "First", "Second"]),
        (2, ["First", "Third", "Second"]),
        (3, ["First", "Second", "Third"]),
        (99, ["First", "Second", "Third"]),
        (-5, ["Third", "First", "Second"]),
    ],
)
def test_a_rule_moves_and_the_others_close_up(three, position, order):
    moved = actions.move_rule(rule_id=three[2].id, position=position)
    assert [(place, name) for place, name, _, _ in live()] == list(enumerate(order, start=1))
    assert moved.position == order.index("Third") + 1


def test_a_change_ends_one_version_and_begins_the_next(three):
    new = actions.replace_rule(rule_id=three[1].id, rate_bps=250)
    assert live() == [(1, "First", 100, 1), (2, "Second", 250, 2), (3, "Third", 300, 1)]
    assert queries.versions(new) == [new, three[1]]
    old = CommissionRule.objects.get(id=three[1].id)
    assert old.ended_at is not None
    assert old.rate_bps == 200
    with pytest.raises(actions.RuleEnded):
        actions.replace_rule(rule_id=three[1].id, rate_bps=1)


def test_an_ended_rule_leaves_no_gap(three):
    actions.end_rule(rule_id=three[0].id)
    assert live() == [(1, "Second", 200, 1), (2, "Third", 300, 1)]
    with pytest.raises(actions.RuleEnded):
        actions.end_rule(rule_id=three[0].id)
    with pytest.raises(actions.RuleEnded):
        actions.move_rule(rule_id=three[0].id, position=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"conditions": {"planet": ["mars"]}}, "conditions"),
        ({"conditions": {"vendor": []}}, "vendor"),
        ({"conditions": {"category": ["home/"]}}, "category"),
        ({"rate_bps": 10001}, "rate_bps"),
        ({"rate_bps": -1}, "rate_bps"),
        ({"fixed": {"EUR": -1}}, "fixed"),
        ({"fixed": {"euro": 1}}, "fixed"),
        ({"limits_per": "parcel"}, "limits_per"),
    ],
)
def test_a_rule_that_does_not_say_what_it_covers_is_refused(fields, at_fault):
    with pytest.raises(actions.BadRule) as refused:
        actions.add_rule(**{"name": "A rule", **fields})
    assert refused.value.field == at_fault
    assert CommissionRule.objects.count() == 0


def test_a_change_may_change_what_is_covered_and_keeps_the_rest(three):
    new = actions.replace_rule(rule_id=three[1].id, conditions={"country": ["DE"]}, fixed={"EUR": 30})
    assert (new.version, new.rate_bps, new.conditions, new.fixed) == (2, 200, {"country": ["DE"]}, {"EUR": 30})
    assert CommissionRule.objects.get(id=three[1].id).conditions == {}


def test_a_stored_rule_that_nobody_can_read_is_broken_and_not_widened(three):
    CommissionRule.objects.filter(id=three[0].id).update(conditions={"moon": ["full"]})
    line = CommissionInput("line", LINDQVIST, "home", 10000, 1, "EUR")
    assert queries.live_rules()[0].problem.startswith("“moon” is no kind of condition")
    with pytest.raises(RuleBroken):
        queries.explain(line)
    actions.move_rule(rule_id=three[0].id, position=3)
    assert queries.explain(line)[0].reason == "Second (version 1): 2 % of 100.00 EUR"


def test_sales_of_the_month_before_are_read_from_the_books(db, make_vendor, django_assert_num_queries):
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    sales = [
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), lindqvist, 100),
        (datetime(2026, 10, 1, tzinfo=UTC), lindqvist, 20_000),
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), lindqvist, 3000),
        (datetime(2026, 10, 15, tzinfo=UTC), moreau, 500),
        (datetime(2026, 11, 1, tzinfo=UTC), lindqvist, 900_000),
    ]
    for number, (at, vendor, amount) in enumerate(sales):
        post(
            source_key=f"txn:{number}",
            kind="sale",
            lines=[Line("1010", amount), Line("2000", -amount, vendor.id)],
            currency="EUR",
            occurred_at=at,
        )
    with django_assert_num_queries(1):
        found = queries.sold_in_month_before([lindqvist.id, moreau.id], on=date(2026, 11, 17))
    assert found == {lindqvist.id: {"EUR": 23_000}, moreau.id: {"EUR": 500}}
    tiers = [{"currency": "EUR", "from_minor": 23_000, "rate_bps": 500}]
    actions.add_rule(name="Tiers", rate_bps=1000, tiers=tiers, conditions={"plan": ["start"]})
    with django_assert_num_queries(3):
        terms = queries.commission_terms([lindqvist.id], on=date(2026, 11, 17))
    assert terms.vendors[lindqvist.id].volumes == {"EUR": 23_000}
    assert terms.vendors[lindqvist.id].plan == "scale"


def test_what_a_line_would_pay_is_explained(three, django_assert_num_queries):
    actions.add_rule(name="Kitchen", conditions={"category": ["home/kitchen"]}, rate_bps=50, position=1)
    actions.add_rule(name="Moreau", conditions={"vendor": [str(UUID(int=9))]}, rate_bps=50, position=1)
    home = add_category(name="Home", tax_category="standard")
    for name in ("Kitchen", "Garden"):
        add_category(name=name, tax_category="standard", parent_id=home.id)
    assert covers(Conditions(category=frozenset({"home/kitchen", "gone"}))) == "Category Home › Kitchen or gone"
    with django_assert_num_queries(1):
        taken, passed = queries.explain(CommissionInput("line", LINDQVIST, "home/garden", 10000, 1, "EUR"))
    assert taken.reason == "First (version 1): 1 % of 100.00 EUR"
    assert passed == ["Moreau: is for another vendor", "Kitchen: covers Home › Kitchen, not Home › Garden"]


@pytest.mark.django_db(transaction=True)
def test_rules_added_at_once_get_places_of_their_own():
    start = threading.Barrier(6)

    def add(number):
        try:
            start.wait(10)
            actions.add_rule(name=f"Rule {number}", rate_bps=number, position=1)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [place for place, _, _, _ in live()] == [1, 2, 3, 4, 5, 6]
