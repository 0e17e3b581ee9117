"""Changing the rules: versions, order without gaps, refusals."""

import threading
from uuid import UUID

import pytest
from django.db import connection

from billing.commissions import actions, queries
from billing.commissions.engine import CommissionInput
from billing.commissions.models import CommissionRule

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")


def live():
    return [(rule.position, rule.name, rule.rate_bps, rule.version) for rule in queries.live_rules()]


@pytest.fixture
def three(db):
    return [
        actions.add_rule(name=name, scope="global", rate_bps=bps)
        for name, bps in (("First", 100), ("Second", 200), ("Third", 300))
    ]


def test_rules_are_added_at_the_end_or_in_between(three):
    actions.add_rule(name="Between", scope="category", category_path="home", rate_bps=150, position=2)
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
        ({"scope": "planet"}, "scope"),
        ({"scope": "vendor"}, "vendor_id"),
        ({"vendor_id": LINDQVIST}, "vendor_id"),
        ({"scope": "category"}, "category_path"),
        ({"scope": "category", "category_path": "home/"}, "category_path"),
        ({"rate_bps": 10001}, "rate_bps"),
        ({"rate_bps": -1}, "rate_bps"),
        ({"fixed_minor": -1}, "fixed_minor"),
        ({"currency": "euro"}, "currency"),
    ],
)
def test_a_rule_that_does_not_say_what_it_covers_is_refused(fields, at_fault):
    with pytest.raises(actions.BadRule) as refused:
        actions.add_rule(**{"name": "A rule", "scope": "global", **fields})
    assert refused.value.field == at_fault
    assert CommissionRule.objects.count() == 0


def test_what_a_line_would_pay_is_explained(three, django_assert_num_queries):
    actions.add_rule(name="Kitchen", scope="category", category_path="home/kitchen", rate_bps=50, position=1)
    actions.add_rule(name="Moreau", scope="vendor", vendor_id=UUID(int=9), rate_bps=50, position=1)
    with django_assert_num_queries(1):
        taken, passed = queries.explain(CommissionInput("line", LINDQVIST, "home/garden", 10000, 1, "EUR"))
    assert taken.reason == "First (version 1): 1 % of 100.00 EUR"
    assert passed == ["Moreau: is for another vendor", "Kitchen: covers home/kitchen, not home/garden"]


@pytest.mark.django_db(transaction=True)
def test_rules_added_at_once_get_places_of_their_own():
    start = threading.Barrier(6)

    def add(number):
        try:
            start.wait(10)
            actions.add_rule(name=f"Rule {number}", scope="global", rate_bps=number, position=1)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [place for place, _, _, _ in live()] == [1, 2, 3, 4, 5, 6]
