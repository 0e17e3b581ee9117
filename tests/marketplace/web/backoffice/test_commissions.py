"""Rules of commission: their order, their versions, and what they would take."""

import re
from html import unescape

import pytest

from audit.models import AuditEntry
from billing.commissions.actions import add_rule, move_rule
from billing.commissions.models import CommissionDraft, CommissionRule
from billing.commissions.queries import read_row
from kit import clock
from marketplace.catalog.models import Offer
from marketplace.checkout.simulation import run_simulations
from taxonomy.models import Category


@pytest.fixture
def rules(make_vendor):
    """Electronics 8 %, then Lindqvist 5 % and 0.30 a unit, then everything 12 %."""
    home = Category.objects.create(slug="home", name="Home", path="home")
    Category.objects.create(slug="kitchen", name="Kitchen", path="home/kitchen", parent=home, depth=1)
    Category.objects.create(slug="electronics", name="Electronics", path="electronics", position=1)
    lindqvist = make_vendor("lindqvist")
    add_rule(name="Electronics", conditions={"category": ["electronics"]}, rate_bps=800)
    add_rule(name="Lindqvist", conditions={"vendor": [str(lindqvist.id)]}, rate_bps=500, fixed={"EUR": 30})
    add_rule(name="Everything", rate_bps=1200)
    make_vendor("moreau")
    return {rule.name: rule for rule in CommissionRule.objects.all()}


def in_order():
    return list(CommissionRule.objects.filter(ended_at=None).order_by("position").values_list("name", flat=True))


def test_the_rules_stand_in_the_order_they_are_asked(desk, rules):
    page = desk("administrator").page("/commissions/")
    places = [page.index(f">{name}</a>") for name in ("Electronics", "Lindqvist", "Everything")]
    assert places == sorted(places)
    assert "5 % + 0.30 EUR an item" in page
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
    assert "Electronics: covers Electronics, not Home" in page
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
    form = {"name": "Kitchen", "category": ["home/kitchen"], "percent": "9.5", "position": "2"}
    answer = at.post("/commissions/new/", form, follow=True)
    assert "“Kitchen” is in force, number 2." in answer.content.decode()
    assert in_order() == ["Electronics", "Kitchen", "Lindqvist", "Everything"]
    made = CommissionRule.objects.get(name="Kitchen")
    assert (made.rate_bps, made.conditions) == (950, {"category": ["home/kitchen"]})
    assert made.created_by == at.staff.user_id
    assert AuditEntry.objects.get(action="commission_rule.added").subject == f"commission_rule:{made.id}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"percent": "100.5"}, "less than or equal to 100"),
        ({"percent": "1.234"}, "no more than 2 decimal places"),
        ({"fixed": "-1"}, "cannot be negative"),
        ({"fixed": "1, 2 EUR"}, "two amounts in EUR"),
        ({"minimum": "1.005"}, "more than 2 decimals"),
        ({"minimum": "2", "maximum": "1"}, "The least in EUR is more than the most."),
        ({"name": " "}, "This field is required."),
        ({"vendor": "nobody"}, "No vendor has the address"),
        ({"category": ["moon"]}, "moon is not one of the available choices"),
        ({"country": "Germany"}, "is no country that we sell to"),
        ({"price": "50"}, "write a band like 10 - 50 EUR"),
        ({"price": "50 - 10"}, "ends above where it begins"),
        ({"dates": "2026-02-30"}, "write days like"),
        ({"dates": "2026-02-03 to 2026-02-02"}, "ends after it begins"),
        ({"tiers": "8"}, "write a tier like 10000 EUR: 8"),
        ({"tiers": "1000: 101"}, "between 0 and 100"),
    ],
)
def test_a_rule_that_says_too_little_is_refused_at_its_field(desk, rules, change, said):
    form = {"name": "New", "percent": "10", **change}
    answer = desk("administrator").post("/commissions/new/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert len(in_order()) == 3
    assert not AuditEntry.objects.filter(action="commission_rule.added").exists()


def test_a_change_makes_the_next_version_in_the_same_place(desk, rules):
    at, old = desk("administrator"), rules["Lindqvist"]
    at.post(f"/commissions/{old.id}/", {"name": "Lindqvist", "vendor": "lindqvist", "percent": "6", "fixed": "0.25"})
    new = CommissionRule.objects.get(replaces=old)
    assert (new.version, new.position, new.rate_bps, new.fixed) == (2, 2, 600, {"EUR": 25})
    assert new.conditions == old.conditions
    page = at.page(f"/commissions/{new.id}/")
    assert "6 % + 0.25 EUR an item" in page
    assert "5 % + 0.30 EUR an item" in page
    assert "Administrator Osei" in page


def test_all_that_a_rule_can_say_comes_back_from_its_form(desk, rules):
    at = desk("administrator")
    form = {
        "name": "All",
        "vendor": "moreau, lindqvist",
        "plan": "pro",
        "category": ["home", "electronics"],
        "tag": "used, sale",
        "price": "10 - 50 EUR, 5000- JPY",
        "country": "de, at",
        "dates": "2026-12-01 to 2026-12-31, 2027-03-01 to",
        "percent": "12.5",
        "tiers": "10000: 8\n5000000 JPY: 9",
        "fixed": "0.30 EUR, 50 JPY",
        "fixed_per": "order",
        "minimum": "0.5",
        "maximum": "20 EUR",
        "limits_per": "order",
        "on_shipping": "on",
        "includes_tax": "on",
    }
    at.post("/commissions/new/", form)
    made = CommissionRule.objects.get(name="All")
    assert (made.conditions["price"], made.conditions["country"], made.conditions["dates"][1]) == (
        [
            {"currency": "EUR", "from_minor": 1000, "below_minor": 5000},
            {"currency": "JPY", "from_minor": 5000, "below_minor": None},
        ],
        ["DE", "AT"],
        {"first": "2027-03-01", "last": None},
    )
    assert made.tiers[1] == {"currency": "JPY", "from_minor": 5000000, "rate_bps": 900}
    page = at.page(f"/commissions/{made.id}/")
    again = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    again |= {name: unescape(text).strip() for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)', page)}
    chosen = re.findall(r'<option value="([^"]+)" selected', page)
    at.post(
        f"/commissions/{made.id}/", {**form, **again, "category": [c for c in chosen if c in ("home", "electronics")]}
    )
    kept = CommissionRule.objects.get(replaces=made)
    assert read_row(replace_ids(kept, made)) == read_row(made)


def replace_ids(kept, made):
    kept.id, kept.version = made.id, made.version
    return kept


def test_a_rule_that_cannot_be_read_is_shown_broken_and_not_widened_by_saving(desk, rules):
    at, rule = desk("administrator"), rules["Electronics"]
    CommissionRule.objects.filter(id=rule.id).update(conditions={"moon": ["full"]})
    assert "Cannot be read: “moon” is no kind of condition" in at.page("/commissions/")
    page = at.page(f"/commissions/{rule.id}/")
    assert "This rule cannot be read" in page
    assert "full" in page
    refused = at.post(f"/commissions/{rule.id}/", {"name": "Electronics", "percent": "8"})
    assert refused.status_code == 422
    assert "Say it again" in refused.content.decode()
    at.post(f"/commissions/{rule.id}/", {"name": "Electronics", "percent": "8", "category": ["electronics"]})
    assert "Cannot be read" not in at.page("/commissions/")


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
    with django_assert_max_num_queries(15):
        at.page("/commissions/?vendor=moreau&category=home&amount=1&quantity=1")


def test_a_draft_is_changed_replayed_and_adopted(desk, market_day, django_assert_max_num_queries):
    at = desk("administrator")
    Category.objects.create(slug="electronics", name="Electronics", path="electronics")
    add_rule(name="Electronics", conditions={"category": ["electronics"]}, rate_bps=800, position=1)
    add_rule(name="Lindqvist", conditions={"vendor": [str(market_day.lindqvist.id)]}, rate_bps=500)
    add_rule(name="Everything", rate_bps=1200)
    draft_page = at.post("/commissions/drafts/", {"name": "Spring"})["Location"]
    draft = CommissionDraft.objects.get()
    kept = {row.name: row for row in draft.rules.all()}
    assert "Nothing of it is in force" in at.page(draft_page)
    form = {"name": "Abroad", "country": "NL", "percent": "20", "position": "1"}
    at.post(f"{draft_page}rules/new/", form)
    refused = at.post(f"{draft_page}rules/new/", {**form, "country": "Netherlands"})
    assert refused.status_code == 422
    at.post(f"{draft_page}rules/{kept['Lindqvist'].id}/", {"name": "Lindqvist", "vendor": "lindqvist", "percent": "6"})
    at.post(f"{draft_page}rules/{kept['Everything'].id}/position/", {"position": "2"})
    at.post(f"{draft_page}rules/{kept['Electronics'].id}/end/")
    assert in_order() == ["Electronics", "Standard", "Lindqvist", "Everything"]
    page = at.page(draft_page)
    assert [page.index(f">{name}</a>") for name in ("Abroad", "Everything", "Standard", "Lindqvist")] == sorted(
        page.index(f">{name}</a>") for name in ("Abroad", "Everything", "Standard", "Lindqvist")
    )
    today = clock.today().isoformat()
    wrong = at.post(f"{draft_page}simulations/", {"first_on": today, "last_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "ends before it begins" in wrong.content.decode()
    waiting = at.post(f"{draft_page}simulations/", {"first_on": today, "last_on": today})["Location"]
    assert "0 of 0 vendor orders" in at.page(waiting)
    run_simulations()
    with django_assert_max_num_queries(10):
        done = at.page(waiting)
    # The lamp's 100.00 and the soap's 10.00 go to the Netherlands, at 20 instead of 10 %.
    assert "+11.00" in done
    assert "“Everything” comes before it and covers all that it covers." in done
    assert "All 2 lines that it covers went to rules before it: “Abroad” 2." in done
    with django_assert_max_num_queries(12):
        at.page(draft_page)
    at.post(f"{draft_page}adoption/")
    assert in_order() == ["Abroad", "Everything", "Standard", "Lindqvist"]
    assert CommissionRule.objects.get(name="Lindqvist", ended_at=None).version == 2
    assert "Adopted" in at.page(draft_page)
    assert "This draft is closed" in at.post(f"{draft_page}adoption/", follow=True).content.decode()
    assert AuditEntry.objects.get(action="commission_draft.adopted").subject == f"commission_draft:{draft.id}"


def test_an_outdated_draft_says_so_and_is_discarded(desk, rules):
    at = desk("administrator")
    draft_page = at.post("/commissions/drafts/")["Location"]
    move_rule(rule_id=rules["Everything"].id, position=1)
    assert "have changed since this draft was made" in at.post(f"{draft_page}adoption/", follow=True).content.decode()
    assert "Draft of" in at.page("/commissions/")
    at.post(f"{draft_page}discard/")
    assert "Draft of" not in at.page("/commissions/")


def test_a_rule_below_the_providers_fee_names_the_articles(desk, market_day, django_assert_max_num_queries):
    at, standard = desk("administrator"), CommissionRule.objects.get()
    page = at.page(f"/commissions/{standard.id}/")
    assert "2.84 EUR" in page
    assert "No article that is on sale now is affected." in page
    offer = Offer.objects.get(vendor_id=market_day.moreau.id)
    Offer.objects.filter(id=offer.id).update(price_minor=121)
    with django_assert_max_num_queries(15):
        page = at.page(f"/commissions/{standard.id}/")
    assert "Thing of Moreau" in page
    assert "0.27 EUR" in page
