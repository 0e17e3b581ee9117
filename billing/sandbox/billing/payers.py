"""Who pays: a customer, or a connected account with a customer behind it, and the card on file."""

from __future__ import annotations

from typing import Any

from ..accounts import KIND as ACCOUNT
from ..cards import BY_TOKEN
from ..errors import invalid, missing
from ..money.charges import add_payment_method
from ..money.customers import create_customer
from ..objects import get
from ..store import Record
from ..world import World


def payer_of(world: World, account: str, params: dict[str, Any]) -> Record:
    """The customer that ``customer`` or ``customer_account`` names. Raises ApiError for none, both, or an unknown one."""
    named = [name for name in ("customer", "customer_account") if params.get(name)]
    if len(named) != 1:
        raise invalid("Specify exactly one of customer and customer_account.", code="parameter_missing")
    if named[0] == "customer":
        return get(world, account, "customer", params["customer"], param="customer", status=400)
    id = params["customer_account"]
    connected = world.store.find(id)
    if connected is None or connected.kind != ACCOUNT or "customer" not in connected.body["applied_configurations"]:
        raise missing("customer_account", id, param="customer_account", status=400)
    found = world.store.where("customer", "customer_account", id)
    if found:
        return found[0]
    body = connected.body
    return create_customer(
        world, account, customer_account=id, email=body.get("contact_email"), name=body.get("display_name")
    )


def card_from(world: World, customer: Record, asked: str, param: str = "default_payment_method") -> Record:
    """The payment method of an id or of a ``pm_card_`` token, attached to the customer."""
    card = BY_TOKEN.get(asked)
    if card:
        method = add_payment_method(world, customer.account, card)
    else:
        method = get(world, customer.account, "payment_method", asked, param=param, status=400)
    return attach(world, customer, method)


def attach(world: World, customer: Record, method: Record) -> Record:
    """Keep a card for the customer's later payments."""
    method.body["customer"] = customer.id
    method.hidden["set_up"] = True
    world.store.save(method)
    world.emit(customer.account, "payment_method.attached", method.body)
    return method


def set_default(world: World, customer: Record, method: Record) -> None:
    customer.body["invoice_settings"]["default_payment_method"] = method.id
    world.store.save(customer)
    world.emit(customer.account, "customer.updated", customer.body)
