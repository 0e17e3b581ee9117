"""Test clocks, and the sandbox's own switches of Billing.

The sandbox has one time for everything: advancing a test clock moves it for all.
"""

from __future__ import annotations

from typing import Any

from ..api.registry import Call, endpoint
from ..control import Control, control
from ..errors import ApiError, invalid
from ..listing import page
from ..objects import get
from .catalog import only
from .invoices import settings_of

KIND = "test_helpers.test_clock"
FINALS = ("canceled", "unpaid", "past_due")


@endpoint("POST", "/v1/test_helpers/test_clocks")
def create(call: Call) -> dict[str, Any]:
    only(call, "test clocks", "frozen_time", "name")
    at = call.params["frozen_time"]
    if at < call.world.now:
        raise invalid("The sandbox's clock never goes back.", param="frozen_time")
    clock = call.world.create(
        KIND,
        "clock",
        call.account,
        {
            "deletes_after": at + 30 * 86400,
            "frozen_time": at,
            "livemode": False,
            "name": call.params.get("name"),
            "status": "ready",
            "status_details": {},
        },
    )
    call.world.emit(call.account, "test_helpers.test_clock.created", clock.body)
    call.world.advance(at)
    return clock.body


@endpoint("GET", "/v1/test_helpers/test_clocks")
def list_clocks(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, KIND, call.params, call.path)


@endpoint("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, KIND, call.id).body


@endpoint("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance")
def advance(call: Call) -> dict[str, Any]:
    clock = get(call.world, call.account, KIND, call.id)
    at = call.params["frozen_time"]
    if at <= clock.body["frozen_time"] or at < call.world.now:
        raise invalid("A test clock can only be moved ahead.", param="frozen_time")
    call.world.advance(at)
    clock.body |= {"frozen_time": at, "status": "ready"}
    call.world.store.save(clock)
    call.world.emit(call.account, "test_helpers.test_clock.ready", clock.body)
    return clock.body


@control("POST", "billing/config")
def configure(call: Control) -> dict[str, Any]:
    """{"retry_days": [days after each failure], "final": "canceled" | "unpaid" | "past_due"}; {} puts the defaults back."""
    days, final = call.body.get("retry_days", []), call.body.get("final", FINALS[0])
    if final not in FINALS or not isinstance(days, list) or not all(isinstance(d, int) and 0 < d < 60 for d in days):
        raise ApiError(400, f"retry_days are whole days; final is one of {', '.join(FINALS)}.")
    with call.world.transaction() as store:
        kept = {name: call.body[name] for name in ("retry_days", "final") if name in call.body}
        store.set_meta("billing", {**store.get_meta("billing", {}), **kept} if kept else {})
        return settings_of(call.world)
