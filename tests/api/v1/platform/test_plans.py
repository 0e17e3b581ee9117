"""Vendors' plans, kept by API."""

from typing import Any
from uuid import uuid4

from audit.models import AuditEntry
from billing.subscriptions.models import Plan, PlanPrice
from tests.support.api import items

PLANS = "/api/v1/platform/plans"
TERMS = {
    "name": "Atelier",
    "description": "For makers",
    "products_limit": 40,
    "staff_limit": None,
    "warehouses_limit": 1,
    "has_api": True,
    "has_custom_domain": False,
}


def test_a_plan_is_added_changed_priced_and_ended(at_office: Any) -> None:
    caller, key = at_office("administrator"), str(uuid4())
    new = {"code": "atelier", "name": "Atelier"}
    answer = caller.post(PLANS, new, Idempotency_Key=key)
    assert answer.status_code == 201, answer.content
    address = answer["Location"]
    assert caller.post(PLANS, new, Idempotency_Key=key).json() == answer.json()
    assert caller.post(PLANS, new).json()["errors"][0]["field"] == "code"
    changed = caller.put(address, TERMS).json()
    assert {name: changed[name] for name in TERMS} == TERMS
    assert caller.put(address, {**TERMS, "staff_limit": 0}).json()["errors"][0]["field"] == "staff_limit"

    first = caller.post(f"{address}/prices", {"interval": "month", "amount_minor": 900, "trial_days": 7}).json()
    again = caller.post(f"{address}/prices", {"interval": "month", "amount_minor": 900, "trial_days": 7}).json()
    second = caller.post(f"{address}/prices", {"interval": "month", "amount_minor": 1100}).json()
    assert (first["version"], again["id"], second["version"], second["trial_days"]) == (1, first["id"], 2, 0)
    (listed,) = [row for row in items(caller, PLANS) if row["code"] == "atelier"]
    assert [price["amount_minor"] for price in listed["prices"]] == [1100]
    prices = caller.get(address).json()["prices"]
    assert [(price["version"], price["retired_at"] is None) for price in prices] == [(2, True), (1, False)]

    assert caller.delete(address).status_code == 204
    assert caller.delete(address).status_code == 204
    assert caller.get(address).json()["retired_at"]
    told = list(AuditEntry.objects.filter(action__startswith="plan.").order_by("id").values_list("action", flat=True))
    assert told == ["plan.added", "plan.changed", "plan.priced", "plan.priced", "plan.priced", *2 * ["plan.retired"]]


def test_what_everybody_has_costs_nothing_and_stays(at_office: Any) -> None:
    caller, start = at_office("administrator"), Plan.objects.get(code="start")
    before = PlanPrice.objects.count()
    price = {"interval": "year", "amount_minor": 4900}
    refused = [caller.delete(f"{PLANS}/{start.id}"), caller.post(f"{PLANS}/{start.id}/prices", price)]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "plan_refused")] * 2
    assert PlanPrice.objects.count() == before
    for body in ({**price, "amount_minor": 49}, {**price, "interval": "week"}, {**price, "trial_days": 91}):
        assert caller.post(f"{PLANS}/{Plan.objects.get(code='scale').id}/prices", body).status_code == 422
    assert caller.get(f"{PLANS}/{uuid4()}").status_code == 404
    assert [row["code"] for row in items(caller, PLANS)] == ["start", "growth", "scale"]
