"""What a subscription consists of: its items, the lines by which they are billed, its invoices."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError
from ..ids import new_id
from ..objects import get
from ..store import Record
from ..world import World
from . import invoices
from .amounts import share_of_period
from .invoices import customer_of, draft, line

ENDED = ("canceled", "incomplete_expired")


def item_of(
    world: World, subscription: str, price: dict[str, Any], quantity: int, start: int, end: int, id: str = ""
) -> dict[str, Any]:
    recurring = price["recurring"]
    return {
        "id": id or new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": {
            "id": price["id"],
            "object": "plan",
            "active": price["active"],
            "amount": price["unit_amount"],
            "amount_decimal": price["unit_amount_decimal"],
            "billing_scheme": "per_unit",
            "created": price["created"],
            "currency": price["currency"],
            "interval": recurring["interval"],
            "interval_count": recurring["interval_count"],
            "livemode": False,
            "metadata": {},
            "meter": None,
            "nickname": price["nickname"],
            "product": price["product"],
            "tiers_mode": None,
            "transform_usage": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        },
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def not_paid(world: World, invoice: Record) -> ApiError:
    """Why an invoice's payment failed, as the answer to who wanted it paid."""
    payment = invoices.payment_of(world, invoice)
    intent = world.store.find(payment.hidden["intent"]) if payment else None
    error = (intent and intent.body["last_payment_error"]) or {}
    return ApiError(
        402,
        error.get("message") or "This customer has no attached payment source or default payment method.",
        code=error.get("code") or "resource_missing",
        type="card_error" if error else "invalid_request_error",
        saved=True,
        **({"decline_code": error["decline_code"]} if error.get("decline_code") else {}),
    )


def prorations(
    world: World, subscription: Record, wanted: list[dict[str, Any]], at: int, *, restart: int | None = None
) -> list[dict[str, Any]]:
    """Lines that give back the unused time of items that change or go, and charge the rest of the period for the new.

    With ``restart`` (another interval: a new period, ending then, begins) only the credits; to the second, half up.
    """
    start, stop = period(subscription)
    rates, currency = subscription.body["default_tax_rates"], subscription.body["currency"]
    new = {item["id"]: item for item in wanted}
    lines = []
    for old in subscription.body["items"]["data"]:
        kept = new.get(old["id"])
        if kept and kept["price"]["id"] == old["price"]["id"] and kept["quantity"] == old["quantity"] and not restart:
            continue
        amount = share_of_period(old["price"]["unit_amount"] * old["quantity"], at, start, stop)
        lines.append(_proration(world, subscription, old, -amount, at, stop, "Unused time on", rates, currency))
    for item in wanted if not restart else []:
        old_item = next((o for o in subscription.body["items"]["data"] if o["id"] == item["id"]), None)
        if old_item and old_item["price"]["id"] == item["price"]["id"] and old_item["quantity"] == item["quantity"]:
            continue
        amount = share_of_period(item["price"]["unit_amount"] * item["quantity"], at, start, stop)
        lines.append(_proration(world, subscription, item, amount, at, stop, "Remaining time on", rates, currency))
    return lines


def _proration(
    world: World,
    subscription: Record,
    item: dict[str, Any],
    amount: int,
    start: int,
    stop: int,
    words: str,
    rates: list[dict[str, Any]],
    currency: str,
) -> dict[str, Any]:
    return line(
        amount=amount,
        currency=currency,
        description=f"{words} {name_of(world, item['price'])}",
        start=start,
        end=stop,
        rates=rates,
        price=item["price"],
        quantity=item["quantity"],
        subscription=subscription.id,
        item=item["id"],
        invoice_item=new_id("ii"),
        proration=True,
    )


def add_item(world: World, customer: Record, subscription: Record | None, one: dict[str, Any]) -> Record:
    """Keep a line as an invoice item, for the next invoice."""
    parent = one["parent"]["subscription_item_details"] or one["parent"]["invoice_item_details"]
    id = parent["invoice_item"]
    body = {
        "id": id,
        "object": "invoiceitem",
        "amount": one["amount"],
        "currency": one["currency"],
        "customer": customer.id,
        "customer_account": customer.body["customer_account"],
        "date": world.now,
        "description": one["description"],
        "discountable": one["discountable"],
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": one["metadata"],
        "net_amount": one["amount"],
        "parent": subscription
        and {
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription.id,
                "subscription_item": parent.get("subscription_item"),
            },
        },
        "period": one["period"],
        "pricing": one["pricing"],
        "proration": parent["proration"],
        "proration_details": None,
        "quantity": one["quantity"] or 1,
        "quantity_decimal": str(one["quantity"] or 1),
        "tax_rates": [],
        "test_clock": None,
    }
    # Not by `create`: an invoice item has a `date`, and no `created`.
    hidden = {"line": one, "subscription": subscription.id if subscription else None}
    item = world.store.add(Record(id, "invoiceitem", customer.account, world.now, body, hidden))
    world.emit(customer.account, "invoiceitem.created", item.body)
    return item


def pending_items(world: World, subscription: Record) -> list[Record]:
    """The invoice items that wait for the customer's next invoice."""
    found = world.store.where("invoiceitem", "customer", subscription.body["customer"])
    return [i for i in found if i.body["invoice"] is None and i.hidden["subscription"] in (None, subscription.id)]


def period_lines(world: World, subscription: Record, *, trial: bool = False) -> list[dict[str, Any]]:
    """What a period of the subscription costs, a line for each item."""
    return [_period_line(world, subscription, item, trial=trial) for item in subscription.body["items"]["data"]]


def _period_line(world: World, subscription: Record, item: dict[str, Any], *, trial: bool = False) -> dict[str, Any]:
    price = item["price"]
    name = name_of(world, price)
    return line(
        amount=0 if trial else price["unit_amount"] * item["quantity"],
        currency=price["currency"],
        description=f"Trial period for {name}" if trial else f"{item['quantity']} × {name}",
        start=item["current_period_start"],
        end=item["current_period_end"],
        rates=subscription.body["default_tax_rates"],
        price=price,
        quantity=item["quantity"],
        subscription=subscription.id,
        item=item["id"],
    )


def invoice_of(
    world: World, subscription: Record, lines: list[dict[str, Any]], reason: str, pending: list[Record] | None = None
) -> Record:
    """Draft an invoice of the subscription, with the items that waited for it."""
    start, stop = period(subscription)
    waiting = pending or []
    invoice = draft(
        world,
        customer_of(world, subscription),
        [item.hidden["line"] for item in waiting] + lines,
        reason=reason,
        currency=subscription.body["currency"],
        start=start,
        end=stop,
        subscription=subscription,
    )
    for item in waiting:
        item.body["invoice"] = invoice.id
        world.store.save(item)
    return invoice


def set_fields(world: World, subscription: Record, change: dict[str, Any]) -> None:
    """Change a subscription and announce it with what was there before."""
    before = {name: subscription.body[name] for name in change}
    subscription.body |= change
    world.store.save(subscription)
    world.emit(subscription.account, "customer.subscription.updated", subscription.body, before)


def period(subscription: Record) -> tuple[int, int]:
    item = subscription.body["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def fresh(world: World, subscription: Record) -> Record:
    """The subscription as it is stored now: paying its invoice changed it."""
    return get(world, subscription.account, "subscription", subscription.id)


def name_of(world: World, price: dict[str, Any]) -> str:
    product = world.store.find(price["product"])
    return f"{product.body['name']} ({price['recurring']['interval']}ly)" if product else str(price["id"])
