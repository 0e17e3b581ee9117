"""Customers: who is named by sessions and intents, and whose cards are kept."""

from __future__ import annotations

from typing import Any

from ..cards import BY_TOKEN
from ..errors import ApiError, unsupported
from ..listing import page
from ..money.charges import add_payment_method
from ..money.customers import create_customer
from ..objects import get
from ..search import search
from ..store import Record
from .methods import attach_method
from .registry import Call, change, endpoint

PLAIN = ("description", "email", "name", "phone", "preferred_locales")
KNOWN = (*PLAIN, "address", "shipping", "tax_exempt", "invoice_settings", "metadata")


@endpoint("POST", "/v1/customers")
def create(call: Call) -> dict[str, Any]:
    """``payment_method`` is attached to the new customer; test clocks are subscriptions' business."""
    _only(call, *KNOWN, "payment_method", "test_clock")
    if call.params.get("test_clock"):
        get(
            call.world,
            call.account,
            "test_helpers.test_clock",
            call.params["test_clock"],
            param="test_clock",
            status=400,
        )
    kept = (*PLAIN, "address", "shipping", "tax_exempt", "test_clock")
    fields = {name: call.params[name] or None for name in kept if name in call.params}
    customer = create_customer(call.world, call.account, metadata=call.params.get("metadata") or {}, **fields)
    if call.params.get("payment_method"):
        card = BY_TOKEN.get(call.params["payment_method"])
        method = (
            add_payment_method(call.world, call.account, card)
            if card
            else get(call.world, call.account, "payment_method", call.params["payment_method"], status=400)
        )
        attach_method(call, method, "customer", customer.id)
    _set_invoicing(call, customer)
    return customer.body


@endpoint("GET", "/v1/customers/search")
def search_customers(call: Call) -> dict[str, Any]:
    fields = ("created", "email", "name", "phone")
    return search(call.world, call.account, "customer", call.params, call.path, fields=fields)


@endpoint("GET", "/v1/customers")
def list_customers(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "customer", call.params, call.path, by=("email",))


@endpoint("GET", "/v1/customers/{customer}")
def retrieve(call: Call) -> dict[str, Any]:
    """A deleted customer is answered as such, and is not an error."""
    gone = call.world.store.find(f"deleted:{call.id}")
    if gone and gone.account == call.account:
        return gone.body
    return get(call.world, call.account, "customer", call.id).body


@endpoint("POST", "/v1/customers/{customer}")
def update(call: Call) -> dict[str, Any]:
    _only(call, *KNOWN)
    customer = get(call.world, call.account, "customer", call.id)
    change(customer, call.params, *PLAIN, "address", "shipping", "tax_exempt")
    _set_invoicing(call, customer)
    call.world.store.save(customer)
    call.world.emit(call.account, "customer.updated", customer.body)
    return customer.body


@endpoint("DELETE", "/v1/customers/{customer}")
def delete(call: Call) -> dict[str, Any]:
    """For good: the cards are detached, and no call can name the customer again."""
    customer = get(call.world, call.account, "customer", call.id)
    for method in call.world.store.where("payment_method", "customer", customer.id):
        method.body["customer"] = None
        call.world.store.save(method)
    call.world.store.remove(customer.id)
    body = {"id": customer.id, "object": "customer", "deleted": True}
    call.world.store.add(Record(f"deleted:{customer.id}", "deleted", call.account, call.world.now, body))
    call.world.emit(call.account, "customer.deleted", customer.body)
    return body


def _set_invoicing(call: Call, customer: Record) -> None:
    asked = call.params.get("invoice_settings") or {}
    for name in asked:
        if name not in ("default_payment_method", "custom_fields", "footer"):
            raise unsupported(f"invoice_settings[{name}]")
    if not asked:
        return
    if asked.get("default_payment_method"):
        method = get(call.world, call.account, "payment_method", asked["default_payment_method"], status=400)
        if method.body["customer"] != customer.id:
            raise ApiError(
                400,
                f"The customer does not have a payment method with the ID {method.id}. The payment method must be "
                f"attached to the customer.",
                code="resource_missing",
                param="invoice_settings[default_payment_method]",
            )
    customer.body["invoice_settings"] |= {name: value or None for name, value in asked.items()}
    call.world.store.save(customer)


def _only(call: Call, *names: str) -> None:
    for name in call.params:
        if name not in names:
            raise unsupported(f"the parameter {name} of customers")
