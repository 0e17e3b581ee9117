"""Checkout Sessions in mode=subscription: the first period is paid (or the card kept for after the trial) on the page."""

from __future__ import annotations

from typing import Any

from ..api.checkout import session_body
from ..api.registry import Call
from ..cards import Method
from ..errors import ApiError, invalid, unsupported
from ..ids import new_id
from ..money import sessions
from ..store import Record
from ..world import World
from . import invoices, parts, subscriptions
from .catalog import price_of, tax_rates_of
from .payers import attach, payer_of

DAY = 86400
DATA = ("trial_period_days", "trial_end", "metadata", "default_tax_rates", "description", "trial_settings")
MODE = "subscription"


def create(call: Call) -> dict[str, Any]:
    """Open a session whose line items are recurring prices. Raises ApiError for what the sandbox does not do."""
    params, world = call.params, call.world
    data = params.get("subscription_data") or {}
    for name in data:
        if name not in DATA:
            raise unsupported(f"subscription_data[{name}]")
    if params.get("payment_intent_data"):
        raise invalid("You can not pass `payment_intent_data` in `subscription` mode.", param="payment_intent_data")
    customer = payer_of(world, call.account, params)
    rates = tax_rates_of(world, call.account, data.get("default_tax_rates") or [])
    trial_end = data.get("trial_end") or (
        world.now + data["trial_period_days"] * DAY if data.get("trial_period_days") else None
    )
    items, prices = [], []
    for index, asked in enumerate(params["line_items"]):
        where = f"line_items[{index}]"
        if not asked.get("price"):
            raise unsupported(f"{where} without a price in mode=subscription")
        price = price_of(world, call.account, asked["price"], f"{where}[price]").body
        quantity = asked.get("quantity", 1)
        prices.append((price["id"], quantity))
        amount = 0 if trial_end else price["unit_amount"] * quantity
        tax = sum(tax["amount"] for tax in invoices.taxes(amount, rates))
        name = parts.name_of(world, price)
        items.append(
            {
                "id": new_id("li"),
                "object": "item",
                "adjustable_quantity": None,
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": tax,
                "amount_total": amount + tax,
                "currency": price["currency"],
                "description": f"Trial: {name}" if trial_end else name,
                "metadata": {},
                "price": price,
                "quantity": quantity,
            }
        )
    if len({item["currency"] for item in items}) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    due, _ = invoices.settled(sum(item["amount_total"] for item in items), customer.body["balance"])
    session = session_body(call, items, items[0]["currency"])
    session.body |= {
        "mode": MODE,
        "customer": customer.id,
        "customer_account": customer.body["customer_account"],
        "payment_method_collection": params.get("payment_method_collection", "always"),
        "total_details": {
            "amount_discount": 0,
            "amount_shipping": 0,
            "amount_tax": sum(item["amount_tax"] for item in items),
        },
        "amount_subtotal": sum(item["amount_subtotal"] for item in items),
    }
    session.hidden |= {
        "prices": prices,
        "trial_end": trial_end,
        "subscription_data": data,
        "due": due,
        "customer_creation": "if_required",
        "email": customer.body["email"],
    }
    world.store.save(session)
    return session.body


def keep_card(world: World, session: Record, method: Record, card: Method) -> None:
    """Nothing is due now: the card is kept for later. Raises ApiError 402 for one that the bank does not confirm."""
    if card.decline:
        why = card.decline
        raise ApiError(402, why.message, code=why.code, type="card_error", saved=True, keep=True)
    _complete(world, session, method, None)


def complete(world: World, session: Record, intent: Record) -> None:
    """The page's intent is paid: begin the subscription with it."""
    method = world.store.find(intent.body["payment_method"])
    assert method
    _complete(world, session, method, intent)


def _complete(world: World, session: Record, method: Record, intent: Record | None) -> None:
    customer = invoices.customer_of(world, session)
    attach(world, customer, method)
    data = session.hidden["subscription_data"]
    behavior = ((data.get("trial_settings") or {}).get("end_behavior") or {}).get("missing_payment_method")
    subscription = subscriptions.begin(
        world,
        customer,
        [(price_of(world, session.account, id, "price"), quantity) for id, quantity in session.hidden["prices"]],
        trial_end=session.hidden["trial_end"],
        method=method,
        metadata=data.get("metadata") or {},
        tax_rates=data.get("default_tax_rates") or [],
        missing_payment_method=behavior or "create_invoice",
        paid_by=intent,
    )
    session.body |= {"subscription": subscription.id, "invoice": subscription.body["latest_invoice"]}
    world.store.save(session)


sessions.MODES[MODE] = sessions.Mode(keep_card=keep_card, complete=complete)
