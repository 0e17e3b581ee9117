"""Charges: read-only here; payment intents make them."""

from __future__ import annotations

from typing import Any

from ..listing import page
from ..objects import get
from ..search import search
from .registry import Call, change, endpoint


@endpoint("GET", "/v1/charges")
def list_charges(call: Call) -> dict[str, Any]:
    return page(
        call.world, call.account, "charge", call.params, call.path, by=("payment_intent", "transfer_group", "customer")
    )


@endpoint("GET", "/v1/charges/search")
def search_charges(call: Call) -> dict[str, Any]:
    fields = ("amount", "created", "currency", "customer", "disputed", "refunded", "status")
    return search(call.world, call.account, "charge", call.params, call.path, fields=fields)


@endpoint("GET", "/v1/charges/{charge}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "charge", call.id).body


@endpoint("POST", "/v1/charges/{charge}")
def update(call: Call) -> dict[str, Any]:
    charge = get(call.world, call.account, "charge", call.id)
    change(charge, call.params, "description", "receipt_email", "transfer_group")
    call.world.store.save(charge)
    call.world.emit(call.account, "charge.updated", charge.body)
    return charge.body
