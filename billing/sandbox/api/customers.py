"""Customers: enough to be named by sessions and payment intents."""

from __future__ import annotations

from typing import Any

from ..errors import unsupported
from ..listing import page
from ..money.customers import create_customer
from ..objects import get
from .registry import Call, change, endpoint

PLAIN = ("description", "email", "name", "phone", "preferred_locales")


@endpoint("POST", "/v1/customers")
def create(call: Call) -> dict[str, Any]:
    _only(call, *PLAIN, "address", "shipping", "metadata")
    fields = {name: call.params[name] or None for name in (*PLAIN, "address", "shipping") if name in call.params}
    return create_customer(call.world, call.account, metadata=call.params.get("metadata") or {}, **fields).body


@endpoint("GET", "/v1/customers")
def list_customers(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "customer", call.params, call.path)


@endpoint("GET", "/v1/customers/{customer}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "customer", call.id).body


@endpoint("POST", "/v1/customers/{customer}")
def update(call: Call) -> dict[str, Any]:
    _only(call, *PLAIN, "address", "shipping", "metadata")
    customer = get(call.world, call.account, "customer", call.id)
    change(customer, call.params, *PLAIN, "address", "shipping")
    call.world.store.save(customer)
    call.world.emit(call.account, "customer.updated", customer.body)
    return customer.body


def _only(call: Call, *names: str) -> None:
    for name in call.params:
        if name not in names:
            raise unsupported(f"the parameter {name} of customers")
