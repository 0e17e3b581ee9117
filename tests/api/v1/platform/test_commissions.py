"""Commission rules by API."""

from typing import Any

import pytest

from audit.models import AuditEntry
from billing.commissions.models import CommissionRule
from kit import clock
from marketplace.checkout.simulation import run_simulations
from taxonomy.actions import add_category
from tests.support.api import items

RULES = "/api/v1/platform/commission-rules"
DRAFTS = "/api/v1/platform/commission-drafts"
EXPLANATIONS = "/api/v1/platform/commission-explanations"


@pytest.fixture
def home(db: None) -> Any:
    return add_category(name="Home", tax_category="standard")


def added(caller: Any, **fields: Any) -> Any:
    answer = caller.post(RULES, {"name": "Home", "rate_bps": 1200, **fields})
    assert answer.status_code == 201, answer.content
    return answer


def test_a_rule_is_added_where_it_is_wanted(at_office: Any, everything_ten_percent: Any, home: Any) -> None:
    caller = at_office("administrator")
    answer = added(caller, conditions={"category": ["home"]}, fixed={"EUR": 30}, position=1)
    made = answer.json()
    assert (made["conditions"], made["covers"]) == ({"category": ["home"]}, "Category Home")
    assert (made["rate_bps"], made["fixed"], made["takes"]) == (1200, {"EUR": 30}, "12 % + 0.30 EUR an item")
    assert (made["version"], made["problem"]) == (1, None)
    assert answer["Location"] == f"{RULES}/{made['id']}"
    assert caller.get(answer["Location"]).json() == made
    assert [(rule["position"], rule["name"]) for rule in items(caller, RULES)] == [(1, "Home"), (2, "Standard")]
    entry = AuditEntry.objects.get(action="commission_rule.added")
    assert entry.subject == f"commission_rule:{made['id']}"
    assert entry.data == {
        "name": "Home",
        "rate_bps": 1200,
        "conditions": {"category": ["home"]},
        "fixed": {"EUR": 30},
        "fixed_per": "item",
        "limits_per": "item",
    }


def test_a_vendors_rule_names_its_vendor(at_office: Any, make_vendor: Any) -> None:
    vendor = make_vendor("lindqvist")
    made = added(at_office("administrator"), conditions={"vendor": [str(vendor.id)]}).json()
    assert made["covers"] == "Vendor Lindqvist"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"rate_bps": 10_001}, "rate_bps"),
        ({"rate_bps": -1}, "rate_bps"),
        ({"rate_bps": 12.5}, "rate_bps"),
        ({"fixed": {"EUR": 10**14}}, "fixed"),
        ({"fixed": {"euro": 1}}, "fixed"),
        ({"conditions": {"planet": ["mars"]}}, "conditions"),
        ({"conditions": {"vendor": []}}, "conditions"),
        ({"conditions": {"vendor": ["0190a1b2-0000-7000-8000-000000000000"]}}, "conditions"),
        ({"conditions": {"category": ["nowhere"]}}, "conditions"),
        ({"conditions": "everything"}, "conditions"),
        ({"tiers": [{"from_minor": 1}]}, "tiers"),
        ({"limits_per": "parcel"}, "limits_per"),
        ({"position": 0}, "position"),
        ({"position": 10**30}, "position"),
    ],
)
def test_a_rule_that_says_nothing_sensible_is_refused(
    at_office: Any, home: Any, fields: dict[str, Any], field: str
) -> None:
    answer = at_office("administrator").post(RULES, {"name": "Home", "rate_bps": 1200, **fields})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not CommissionRule.objects.exists()


def test_a_change_is_the_next_version(at_office: Any, everything_ten_percent: Any) -> None:
    caller, first = at_office("administrator"), everything_ten_percent
    answer = caller.put(f"{RULES}/{first.id}", {"name": "Standard", "rate_bps": 1100})
    assert answer.status_code == 200
    second = answer.json()
    assert (second["version"], second["replaces_id"], second["rate_bps"]) == (2, str(first.id), 1100)
    assert answer["Location"] == f"{RULES}/{second['id']}"
    late = caller.put(f"{RULES}/{first.id}", {"name": "Standard", "rate_bps": 1300})
    assert (late.status_code, late.json()["code"]) == (409, "commission_rule_ended")
    for _ in range(12):
        second = caller.put(f"{RULES}/{second['id']}", {"name": "Standard", "rate_bps": 1100}).json()
    versions = caller.get(f"{RULES}/{second['id']}/versions").json()
    assert [version["version"] for version in versions] == list(range(14, 0, -1))
    assert [rule["id"] for rule in items(caller, RULES)] == [second["id"]]


def test_rules_are_moved_and_ended(at_office: Any) -> None:
    caller = at_office("administrator")
    first, second, third = [added(caller, name=name).json()["id"] for name in ("one", "two", "three")]
    moved = caller.put(f"{RULES}/{third}/position", {"position": 1})
    assert (moved.status_code, moved.json()["position"]) == (200, 1)
    assert [rule["id"] for rule in items(caller, RULES)] == [third, first, second]
    assert caller.put(f"{RULES}/{third}/position", {"position": 900}).json()["position"] == 3
    ended = caller.delete(f"{RULES}/{first}")
    assert (ended.status_code, ended.content) == (204, b"")
    assert [(rule["position"], rule["id"]) for rule in items(caller, RULES)] == [(1, second), (2, third)]
    assert caller.get(f"{RULES}/{first}").json()["ended_at"] is not None
    assert caller.delete(f"{RULES}/{first}").status_code == 409
    assert AuditEntry.objects.filter(action="commission_rule.ended").count() == 1


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_rule_that_is_none_is_not_found(at_office: Any, make_user: Any, method: str) -> None:
    caller = at_office("administrator")
    path = f"{RULES}/0190a1b2-0000-7000-8000-000000000000"
    assert getattr(caller, method)(path).status_code == 404


def test_an_explanation_says_what_a_line_would_pay_and_why(
    at_office: Any, everything_ten_percent: Any, home: Any, make_vendor: Any
) -> None:
    caller, vendor, other = at_office("administrator"), make_vendor("lindqvist"), make_vendor("moreau")
    added(caller, name="Moreau's", conditions={"vendor": [str(other.id)]}, position=1)
    line = {"vendor_id": str(vendor.id), "category_path": "home", "amount_minor": 10005, "quantity": 2}
    found = caller.post(EXPLANATIONS, line)
    assert found.status_code == 200
    assert found.json() == {
        "amount_minor": 10005,
        "commission_minor": 1001,
        "commission_tax_minor": 0,
        "earnings_minor": 9004,
        "currency": "EUR",
        "rule_id": str(everything_ten_percent.id),
        "reason": "Standard (version 1): 10 % of 100.05 EUR",
        "passed": ["Moreau's: is for another vendor"],
    }
    caller.delete(f"{RULES}/{everything_ten_percent.id}")
    unsold = caller.post(EXPLANATIONS, line)
    assert (unsold.status_code, unsold.json()["code"]) == (409, "no_commission_rule")
    wrong = caller.post(EXPLANATIONS, {**line, "amount_minor": -1, "quantity": 0, "category_path": "nowhere"})
    assert {error["field"] for error in wrong.json()["errors"]} == {"amount_minor", "quantity", "category_path"}


def test_a_draft_is_written_replayed_and_adopted(at_office: Any, market_day: Any) -> None:
    caller, standard = at_office("administrator"), CommissionRule.objects.get()
    started = caller.post(DRAFTS, {"name": "Spring"})
    assert (started.status_code, [rule["source_id"] for rule in started.json()["rules"]]) == (201, [str(standard.id)])
    address = started["Location"]
    rules = [
        {"name": "Abroad", "rate_bps": 2000, "conditions": {"country": ["NL"]}},
        {"name": "Standard", "rate_bps": 900, "source_id": str(standard.id)},
    ]
    written = caller.put(address, {"rules": rules})
    assert [(rule["position"], rule["is_changed"], rule["covers"]) for rule in written.json()["rules"]] == [
        (1, True, "To NL"),
        (2, True, "Everything"),
    ]
    assert caller.put(address, {"rules": [{**rules[0], "conditions": {"moon": ["full"]}}]}).status_code == 422
    today = clock.today().isoformat()
    waiting = caller.post(f"{address}/simulations", {"first_on": today, "last_on": today})
    assert (waiting.status_code, waiting.json()["state"], waiting.json()["result"]) == (202, "due", {})
    run_simulations()
    done = caller.get(waiting["Location"]).json()
    assert (done["state"], done["orders_done"]) == ("done", 2)
    assert {row["vendor_id"]: row["difference_minor"] for row in done["result"]["vendors"]} == {
        str(market_day.lindqvist.id): 1000,
        str(market_day.moreau.id): 100,
    }
    assert [(idle["name"], idle["kind"]) for idle in done["result"]["idle"]] == [
        ("Standard", "shadowed in this period")
    ]
    adopted = caller.put(f"{address}/adoption", {})
    assert (adopted.status_code, adopted.json()["adopted_at"] is not None) == (200, True)
    assert [(rule["name"], rule["version"]) for rule in items(caller, RULES)] == [("Abroad", 1), ("Standard", 2)]
    assert (caller.put(f"{address}/adoption", {}).status_code, caller.delete(address).status_code) == (409, 409)
    assert [draft["name"] for draft in items(caller, DRAFTS)] == ["Spring"]
