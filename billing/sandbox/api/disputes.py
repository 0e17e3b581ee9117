"""Disputes: the evidence texts winning_evidence and losing_evidence decide them."""

from __future__ import annotations

from typing import Any

from ..listing import page
from ..money.disputes import close_dispute, submit_evidence
from ..objects import get
from .registry import Call, change, endpoint


@endpoint("GET", "/v1/disputes")
def list_disputes(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "dispute", call.params, call.path, by=("charge", "payment_intent"))


@endpoint("GET", "/v1/disputes/{dispute}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "dispute", call.id).body


@endpoint("POST", "/v1/disputes/{dispute}")
def update(call: Call) -> dict[str, Any]:
    dispute = get(call.world, call.account, "dispute", call.id)
    change(dispute, call.params)
    call.world.store.save(dispute)
    if call.params.get("evidence"):
        # Evidence without ``submit`` is submitted, as at Stripe.
        submit_evidence(call.world, dispute, call.params["evidence"], submit=call.params.get("submit", True))
    return dispute.body


@endpoint("POST", "/v1/disputes/{dispute}/close")
def close(call: Call) -> dict[str, Any]:
    """Give in: the dispute is lost."""
    dispute = get(call.world, call.account, "dispute", call.id)
    close_dispute(call.world, dispute, "lost")
    return dispute.body
