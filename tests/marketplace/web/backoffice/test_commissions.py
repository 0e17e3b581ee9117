"""Rules of commission: their order, their versions, and what they would take."""

import pytest

from audit.models import AuditEntry
from billing.commissions.actions import add_rule, move_rule
from billing.commissions.models import CommissionRule
from taxonomy.models import Category


@pytest.fixture
def rules(make_vendor):
    """Electronics 8 %, then Lindqvist 5 % and 0.30 a unit, then everything 12 %."""
    home = Category.objects.create(slug="home", name="Home", path="home")
    Category.objects.create(slug="kitchen", name="Kitchen", path="home/kitchen", parent=home, depth=1)
    Category.objects.create(slug="electronics", name="Electronics", path="electronics", position=1)
    lindqvist = make_vendor("lindqvist")
    add_rule(name="Electronics", scope="category", category_path="electronics", rate_bps=800)
    add_rule(name="Lindqvist", scope="vendor", vendor_id=lindqvist.id, rate_bps=500, fixed_minor=30)
    add_rule(name="Everything", scope="global", rate_bps=1200)
    make_vendor("moreau")
    return {rule.name: rule for rule in CommissionRule.objects.all()}


def in_order():
    return list(CommissionRule.objects.filter(ended_at=None).order_by("position").values_list("name", flat=True))


def test_the_rules_stand_in_the_order_they_are_asked(desk, rules):
    page = desk("administrator").page("/commissions/")
    places = [page.index(f">{name}</a>") for name in ("Electronics", "Lindqvist", "Everything")]
    assert places == sorted(places)
    assert "5 % + 0.30 EUR a unit" in page
    assert "No rule covers everything" not in page


@pytest.mark.parametrize(
    ("vendor", "category", "amount", "quantity", "commission", "reason"),
    [
        ("moreau", "electronics", "100", "1", "8.00 EUR", "Electronics (version 1): 8 % of 100.00 EUR"),
        ("lindqvist", "home/kitchen", "99.99", "3", "5.90 EUR", "Lindqvist (version 1)"),
        ("LINDQVIST", "electronics", "10,00", "1", "0.80 EUR", "Electronics (version 1)"),
        ("moreau", "home", "0.05", "1", "0.01 EUR", "Everything (version 1): 12 % of 0.05 EUR"),
    ],
)
def test_a_line_is_explained(desk, rules, vendor, category, amount, quantity, commission, reason):
    query = f"vendor={vendor}&category={category}&amount={amount}&quantity={quantity}"
    page = desk("administrator").page(f"/commissions/?{query}")
    assert commission in page
    assert reason in page


def test_an_explanation_says_which_rules_were_asked_before(desk, rules):
    page = desk("administrator").page("/commissions/?vendor=moreau&category=home&amount=10&quantity=1")
    assert "Electronics: covers electronics, not home" in page
    assert "Lindqvist: is for another vendor" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("vendor=nobody&category=home&amount=1&quantity=1", "No vendor has the address “nobody”."),
        ("vendor=moreau&category=&amount=1&quantity=1", "This field is required."),
        ("vendor=moreau&category=home&amount=much&quantity=1", "is not an amount"),
        ("vendor=moreau&category=home&amount=-1&quantity=1", "less than nothing"),
        ("vendor=moreau&category=home&amount=1&quantity=0", "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_explained_says_why_at_its_field(desk, rules, query, said):
    assert said in desk("administrator").page(f"/commissions/?{query}")


def test_without_a_rule_for_everything_the_page_warns_and_a_line_may_have_none(desk, rules):
    at = desk("administrator")
    at.post(f"/commissions/{rules['Everything'].id}/end/")
    assert "No rule covers everything" in at.page("/commissions/")
    page = at.page("/commissions/?vendor=moreau&category=home&amount=1&quantity=1")
    assert "No commission rule covers the category “home”" in page


def test_rules_are_moved_by_buttons(desk, rules):
    at = desk("administrator")
    at.post(f"/commissions/{rules['Lindqvist'].id}/position/", {"position": "1"})
    assert in_order() == ["Lindqvist", "Electronics", "Everything"]
    at.post(f"/commissions/{rules['Lindqvist'].id}/position/", {"position": "99"})
    assert in_order() == ["Electronics", "Everything", "Lindqvist"]
    assert at.post(f"/commissions/{rules['Lindqvist'].id}/position/", {"position": "first"}).status_code == 400
    entry = AuditEntry.objects.filter(action="commission_rule.moved").latest("at")
    assert (entry.actor_id, entry.data) == (at.staff.user_id, {"position": 99})


def test_a_rule_is_added_where_it_shall_be_asked(desk, rules):
    at = desk("administrator")
    form = {"name": "Kitchen", "scope": "category", "category": "home/kitchen", "percent": "9.5", "position": "2"}
    answer = at.post("/commissions/new/", form, follow=True)
    assert "“Kitchen” is in force, number 2." in answer.content.decode()
    assert in_order() == ["Electronics", "Kitchen", "Lindqvist", "Everything"]
    made = CommissionRule.objects.get(name="Kitchen")
    assert (made.rate_bps, made.category_path, made.created_by) == (950, "home/kitchen", at.staff.user_id)
    assert AuditEntry.objects.get(action="commission_rule.added").subject == f"commission_rule:{made.id}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scope": "vendor"}, "Say which vendor"),
        ({"scope": "category"}, "Say which category"),
        ({"percent": "100.5"}, "less than or equal to 100"),
        ({"percent": "1.234"}, "no more than 2 decimal places"),
        ({"fixed": "-1"}, "cannot be negative"),
        ({"name": " "}, "This field is required."),
        ({"vendor": "nobody", "scope": "vendor"}, "No vendor has the address"),
    ],
)
def test_a_rule_that_says_too_little_is_refused_at_its_field(desk, rules, change, said):
    form = {"name": "New", "scope": "global", "percent": "10", **change}
    answer = desk("administrator").post("/commissions/new/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert len(in_order()) == 3
    assert not AuditEntry.objects.filter(action="commission_rule.added").exists()


def test_a_change_makes_the_next_version_in_the_same_place(desk, rules):
    at, old = desk("administrator"), rules["Lindqvist"]
    at.post(f"/commissions/{old.id}/", {"name": "Lindqvist", "percent": "6", "fixed": "0,25"})
    new = CommissionRule.objects.get(replaces=old)
    assert (new.version, new.position, new.rate_bps, new.fixed_minor) == (2, 2, 600, 25)
    page = at.page(f"/commissions/{new.id}/")
    assert "6 % + 0.25 EUR a unit" in page
    assert "5 % + 0.30 EUR a unit" in page
    assert "Administrator Osei" in page


def test_an_ended_rule_is_shown_and_not_changed(desk, rules):
    at, rule = desk("administrator"), rules["Electronics"]
    at.post(f"/commissions/{rule.id}/end/")
    assert "No longer in force" in at.page(f"/commissions/{rule.id}/")
    again = at.post(f"/commissions/{rule.id}/", {"name": "x", "percent": "1"})
    assert again.status_code == 422
    assert "no longer in force" in again.content.decode()
    assert "no longer in force" in at.post(f"/commissions/{rule.id}/end/", follow=True).content.decode()
    assert in_order() == ["Lindqvist", "Everything"]


def test_somebody_else_moving_meanwhile_does_no_harm(desk, rules):
    at = desk("administrator")
    move_rule(rule_id=rules["Everything"].id, position=1)
    at.post(f"/commissions/{rules['Lindqvist'].id}/position/", {"position": "2"})
    assert in_order() == ["Everything", "Lindqvist", "Electronics"]


def test_the_page_takes_few_queries(desk, rules, django_assert_max_num_queries):
    at = desk("administrator")
    at.page("/commissions/")
    with django_assert_max_num_queries(10):
        at.page("/commissions/?vendor=moreau&category=home&amount=1&quantity=1")
