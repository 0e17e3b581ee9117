"""Refunds of charges.

They never touch transfers: with separate charges and transfers the platform reverses those itself.
"""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused, unsupported
from ..listing import page
from ..money.refunds import cancel as cancel_refund
from ..money.refunds import create_refund
from ..objects import get
from .registry import Call, change, endpoint


@endpoint("POST", "/v1/refunds")
def create(call: Call) -> dict[str, Any]:
    params = call.params
    for name in ("customer", "origin", "currency", "instructions_email"):
        if name in params:
            raise unsupported(f"the parameter {name} of refunds")
    for name in ("reverse_transfer", "refund_application_fee"):
        if params.get(name):
            raise refused(
                f"The charge does not have an associated transfer or application fee, so {name} cannot be used.",
                param=name,
            )
    if bool(params.get("charge")) == bool(params.get("payment_intent")):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    id = params.get("charge")
    if not id:
        intent = get(
            call.world, call.account, "payment_intent", params["payment_intent"], param="payment_intent", status=404
        )
        id = intent.body["latest_charge"]
        if intent.body["status"] != "succeeded" or not id:
            raise refused(
                f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.",
                code="charge_not_refundable",
            )
    charge = get(call.world, call.account, "charge", id, param="charge", status=404)
    metadata = params.get("metadata") or {}
    return create_refund(call.world, charge, params.get("amount"), reason=params.get("reason"), metadata=metadata).body


@endpoint("GET", "/v1/refunds")
def list_refunds(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "refund", call.params, call.path, by=("charge", "payment_intent"))


@endpoint("GET", "/v1/refunds/{refund}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "refund", call.id).body


@endpoint("POST", "/v1/refunds/{refund}")
def update(call: Call) -> dict[str, Any]:
    refund = get(call.world, call.account, "refund", call.id)
    change(refund, call.params)
    call.world.store.save(refund)
    call.world.emit(call.account, "refund.updated", refund.body)
    return refund.body


@endpoint("POST", "/v1/refunds/{refund}/cancel")
def cancel(call: Call) -> dict[str, Any]:
    """Only while it is in requires_action, a state that cards never reach."""
    refund = get(call.world, call.account, "refund", call.id)
    cancel_refund(call.world, refund)
    return refund.body
