"""What holds for refunds, by API."""

from typing import Any

from audit.models import AuditEntry
from kit import clock
from marketplace.returns.policy import policy_at
from tests.support.api import Held, items

API = "/api/v1/platform"


def test_a_policy_holds_from_now_on_and_those_before_stay_to_be_read(at_office: Any, settings: Any) -> None:
    caller = Held(at_office("administrator"), "platform")
    before = caller.get(f"{API}/refund-policy").json()
    assert (before["valid_from"], before["limits"]) == (None, settings.REFUND_LIMITS)
    wanted = {
        "commission": "kept_after",
        "kept_after_days": 30,
        "customer_cancels": "until_packed",
        "limits": {"staff:support": 5000, "member:owner": None},
        "reason": "As agreed with the vendors",
    }
    made = caller.post(f"{API}/refund-policies", wanted, Idempotency_Key="a-policy-for-spring")
    assert made.status_code == 201
    assert {name: made.json()[name] for name in wanted} == wanted
    assert caller.get(made["Location"]).json() == made.json() == items(caller, f"{API}/refund-policies")[0]
    now = caller.get(f"{API}/refund-policy").json()
    assert {name: now[name] for name in ("commission", "limits", "valid_from")} == {
        name: made.json()[name] for name in ("commission", "limits", "valid_from")
    }
    assert not policy_at(clock.now()).allows("staff:support", 5001)
    for change, field in (
        ({"kept_after_days": None}, "kept_after_days"),
        ({"limits": {"staff:nobody": 1}}, "limits"),
        ({"reason": " "}, "reason"),
    ):
        refused = caller.post(f"{API}/refund-policies", {**wanted, **change})
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, [field])
    assert AuditEntry.objects.get(action="refund_policy.set").data["commission"] == "kept_after"
