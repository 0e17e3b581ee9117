"""Payouts by hand, and the list of all."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, unsupported
from ..listing import page
from ..money.payouts import cancel_payout, create_payout
from ..objects import get
from .registry import Call, change, endpoint


@endpoint("POST", "/v1/payouts")
def create(call: Call) -> dict[str, Any]:
    params = call.params
    for name in ("destination", "payout_method", "source_type"):
        if name in params:
            raise unsupported(f"the parameter {name} of payouts")
    if params["amount"] <= 0:
        raise invalid(
            "This value must be greater than or equal to 1.", param="amount", code="parameter_invalid_integer"
        )
    return create_payout(
        call.world,
        call.account,
        amount=params["amount"],
        currency=params["currency"].lower(),
        automatic=False,
        description=params.get("description") or None,
        metadata=params.get("metadata") or {},
        method=params.get("method") or "standard",
        statement_descriptor=params.get("statement_descriptor") or None,
    ).body


@endpoint("GET", "/v1/payouts")
def list_payouts(call: Call) -> dict[str, Any]:
    if "arrival_date" in call.params:
        raise unsupported("the filter arrival_date of payouts")
    return page(call.world, call.account, "payout", call.params, call.path, by=("status", "destination"))


@endpoint("GET", "/v1/payouts/{payout}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "payout", call.id).body


@endpoint("POST", "/v1/payouts/{payout}")
def update(call: Call) -> dict[str, Any]:
    payout = get(call.world, call.account, "payout", call.id)
    change(payout, call.params)
    call.world.store.save(payout)
    call.world.emit(call.account, "payout.updated", payout.body)
    return payout.body


@endpoint("POST", "/v1/payouts/{payout}/cancel")
def cancel(call: Call) -> dict[str, Any]:
    payout = get(call.world, call.account, "payout", call.id)
    cancel_payout(call.world, payout)
    return payout.body
