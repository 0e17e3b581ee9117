"""Subscriptions: begun, renewed, changed with proration, failing and ending, as time passes.

Source: https://docs.stripe.com/billing/subscriptions/overview
"""

from __future__ import annotations

from typing import Any

from ..errors import ApiError, invalid, refused
from ..ids import new_id
from ..listing import envelope
from ..objects import get
from ..store import Record
from ..world import World, job
from . import invoices
from .amounts import add_interval, next_end, share_of_period
from .catalog import price_of, tax_rates_of
from .invoices import attempt, card_on_file, customer_of, draft, finalize, finalize_later, line, settings_of

DAY = 86400
INCOMPLETE_SECONDS = 23 * 3600
WARNING_SECONDS = 3 * DAY
ENDED = ("canceled", "incomplete_expired")


# -- beginning -----------------------------------------------------------
def begin(
    world: World,
    customer: Record,
    prices: list[tuple[Record, int]],
    *,
    trial_end: int | None = None,
    method: Record | None = None,
    metadata: dict[str, str] | None = None,
    tax_rates: list[str] | None = None,
    missing_payment_method: str = "create_invoice",
    payment_behavior: str = "allow_incomplete",
    paid_by: Record | None = None,
) -> Record:
    """A new subscription with its first invoice; ``paid_by`` is the intent by which that was paid already.

    Raises ApiError 402 with ``payment_behavior=error_if_incomplete`` when the card is refused: nothing remains then.
    """
    now, account = world.now, customer.account
    id = new_id("sub")
    first = prices[0][0].body
    trial_end = trial_end if trial_end and trial_end > now else None
    end = trial_end or add_interval(now, first["recurring"]["interval"], first["recurring"]["interval_count"])
    subscription = world.create(
        "subscription",
        "sub",
        account,
        {
            "application": None,
            "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": trial_end or now,
            "billing_cycle_anchor_config": None,
            "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}, "updated_at": now},
            "billing_schedules": [],
            "billing_thresholds": None,
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": "charge_automatically",
            "currency": first["currency"],
            "customer": customer.id,
            "customer_account": customer.body["customer_account"],
            "days_until_due": None,
            "default_payment_method": method.id if method else None,
            "default_source": None,
            "default_tax_rates": tax_rates_of(world, account, tax_rates),
            "description": None,
            "discounts": [],
            "ended_at": None,
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
            "items": envelope(
                [item_of(world, id, price.body, quantity, now, end) for price, quantity in prices],
                False,
                f"/v1/subscription_items?subscription={id}",
            ),
            "latest_invoice": None,
            "livemode": False,
            "metadata": metadata or {},
            "next_pending_invoice_item_invoice": None,
            "on_behalf_of": None,
            "pause_collection": None,
            "payment_settings": {
                "payment_method_options": None,
                "payment_method_types": None,
                "save_default_payment_method": "on_subscription",
            },
            "pending_invoice_item_interval": None,
            "pending_setup_intent": None,
            "pending_update": None,
            "schedule": None,
            "start_date": now,
            "status": "trialing" if trial_end else "incomplete",
            "status_details": None,
            "test_clock": None,
            "transfer_data": None,
            "trial_end": trial_end,
            "trial_settings": {"end_behavior": {"missing_payment_method": missing_payment_method}},
            "trial_start": now if trial_end else None,
        },
        id=id,
    )
    world.emit(account, "customer.subscription.created", subscription.body)
    world.schedule("subscription_cycle", id, end)
    if trial_end:
        world.schedule("trial_will_end", id, max(now, trial_end - WARNING_SECONDS))
    invoice = _invoice(
        world, subscription, period_lines(world, subscription, trial=bool(trial_end)), "subscription_create"
    )
    if paid_by:
        invoices.adopt_payment(world, invoice, paid_by)
        return fresh(world, subscription)
    finalize(world, invoice)
    if payment_behavior != "default_incomplete":
        attempt(world, invoice)
    if invoice.body["status"] == "open":
        if payment_behavior == "error_if_incomplete":
            raise not_paid(world, invoice)
        world.schedule("subscription_incomplete_expires", id, now + INCOMPLETE_SECONDS)
    return fresh(world, subscription)


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


@job("subscription_incomplete_expires")
def expire_incomplete(world: World, id: str) -> None:
    """23 hours without the first payment: over for good, and its invoice void."""
    subscription = world.store.find(id)
    if subscription is None or subscription.body["status"] != "incomplete":
        return
    invoice = world.store.find(subscription.body["latest_invoice"])
    assert invoice
    invoices.void(world, invoice)
    _set(world, subscription, {"status": "incomplete_expired", "ended_at": world.now})


@job("trial_will_end")
def warn_of_trial_end(world: World, id: str) -> None:
    subscription = world.store.find(id)
    if subscription and subscription.body["status"] == "trialing":
        world.emit(subscription.account, "customer.subscription.trial_will_end", subscription.body)


# -- time ----------------------------------------------------------------
@job("subscription_cycle")
def cycle(world: World, id: str) -> None:
    """The end of a period: the next begins, or the subscription ends or is paused."""
    subscription = world.store.find(id)
    if subscription is None or subscription.body["status"] in (*ENDED, "incomplete", "paused"):
        return
    body = subscription.body
    if period(subscription)[1] != world.now:  # the period was moved meanwhile
        return
    if body["cancel_at_period_end"]:
        end(world, subscription, reason="cancellation_requested")
        return
    change: dict[str, Any] = {}
    if body["status"] == "trialing":
        if card_on_file(world, subscription) is None:
            what = body["trial_settings"]["end_behavior"]["missing_payment_method"]
            if what == "pause":
                pause(world, subscription, "trial_end_without_payment_method")
                return
            if what == "cancel":
                end(world, subscription, reason="payment_failed")
                return
        change["status"] = "active"
    _renew(world, subscription, world.now)
    _set(world, subscription, change)
    invoice = _invoice(
        world, subscription, period_lines(world, subscription), "subscription_cycle", _pending(world, subscription)
    )
    if body["status"] == "unpaid":  # new invoices stay drafts until somebody pays the old ones
        invoice.body["auto_advance"] = False
        world.store.save(invoice)
        return
    finalize_later(world, invoice)


def _renew(world: World, subscription: Record, start: int) -> None:
    """Move every item to the period that begins at ``start``, and note its end."""
    first = subscription.body["items"]["data"][0]["price"]["recurring"]
    stop = next_end(subscription.body["billing_cycle_anchor"], start, first["interval"], first["interval_count"])
    for item in subscription.body["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": stop}
    world.store.save(subscription)
    world.schedule("subscription_cycle", subscription.id, stop)


def pause(world: World, subscription: Record, why: str) -> None:
    details = {"paused": {"type": "subscription", "subscription": {"type": why}, "transitioned_at": world.now}}
    _set(world, subscription, {"status": "paused", "status_details": details})
    world.emit(subscription.account, "customer.subscription.paused", subscription.body)


def resume(world: World, subscription: Record) -> None:
    """Take a paused subscription up again, from now: its period begins and is invoiced. Raises ApiError for another."""
    if subscription.body["status"] != "paused":
        raise refused("Only paused subscriptions can be resumed.", code="resource_invalid_state")
    subscription.body |= {
        "billing_cycle_anchor": world.now,
        "trial_end": min(subscription.body["trial_end"] or world.now, world.now),
    }
    _renew(world, subscription, world.now)
    _set(world, subscription, {"status": "active", "status_details": None})
    world.emit(subscription.account, "customer.subscription.resumed", subscription.body)
    invoice = _invoice(world, subscription, period_lines(world, subscription), "subscription_cycle")
    finalize(world, invoice)
    attempt(world, invoice)


def end(world: World, subscription: Record, *, reason: str, invoice_now: bool = False, prorate: bool = False) -> None:
    """Cancel now, for good. With ``prorate`` unused time becomes a credit; with ``invoice_now`` it is invoiced at once."""
    if subscription.body["status"] in ENDED:
        raise refused(f"No such subscription: '{subscription.id}'", code="resource_missing")
    account = subscription.account
    if prorate and subscription.body["status"] in ("active", "past_due"):
        customer = customer_of(world, subscription)
        for one in prorations(world, subscription, [], world.now):
            add_item(world, customer, subscription, one)
    details = {**subscription.body["cancellation_details"], "reason": reason}
    subscription.body |= {
        "status": "canceled",
        "canceled_at": subscription.body["canceled_at"] or world.now,
        "ended_at": world.now,
        "cancellation_details": details,
    }
    world.store.save(subscription)
    latest = world.store.find(subscription.body["latest_invoice"] or "")
    if latest and latest.body["status"] in ("draft", "open"):
        latest.body |= {"auto_advance": False, "next_payment_attempt": None}
        world.store.save(latest)
    world.emit(account, "customer.subscription.deleted", subscription.body)
    pending = _pending(world, subscription) if invoice_now else []
    if pending:
        invoice = _invoice(world, subscription, [], "subscription_update", pending)
        finalize(world, invoice)
        attempt(world, invoice)


# -- payments ------------------------------------------------------------
def _paid(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription is None or subscription.body["latest_invoice"] != invoice.id:
        return
    if subscription.body["status"] in ("incomplete", "past_due", "unpaid"):
        _set(world, subscription, {"status": "active"})


def _failed(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription and subscription.body["status"] == "active":
        _set(world, subscription, {"status": "past_due"})


def _given_up(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription is None or subscription.body["status"] in (*ENDED, "incomplete"):
        return
    final = settings_of(world)["final"]
    if final == "canceled":
        end(world, subscription, reason="payment_failed")
    elif subscription.body["status"] != final:
        _set(world, subscription, {"status": final})


invoices.AFTER |= {"paid": _paid, "failed": _failed, "given_up": _given_up}


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


# -- changes -------------------------------------------------------------
def wanted_items(world: World, subscription: Record, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The subscription's items as ``items`` of an update asks for them. Raises ApiError for an unknown item or price."""
    have = {item["id"]: item for item in subscription.body["items"]["data"]}
    wanted = dict(have)
    start, stop = period(subscription)
    for index, change in enumerate(asked):
        where = f"items[{index}]"
        if change.get("id") and change["id"] not in have:
            raise invalid(f"Invalid subscription_item id: {change['id']}", param=f"{where}[id]")
        if change.get("deleted"):
            wanted.pop(change.get("id", ""), None)
            continue
        old = have.get(change.get("id", ""))
        price = (
            price_of(world, subscription.account, change["price"], f"{where}[price]").body
            if change.get("price")
            else old and old["price"]
        )
        if not price:
            raise invalid(f"Missing required param: {where}[price].", param=f"{where}[price]", code="parameter_missing")
        quantity = change.get("quantity", old["quantity"] if old else 1)
        made = item_of(world, subscription.id, price, quantity, start, stop, id=change.get("id", ""))
        wanted[made["id"]] = made
    if not wanted:
        raise invalid("A subscription must have at least one active item.", param="items")
    if (
        len({(i["price"]["recurring"]["interval"], i["price"]["recurring"]["interval_count"]) for i in wanted.values()})
        > 1
    ):
        raise invalid("All prices of a subscription must have the same interval.", param="items")
    return list(wanted.values())


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


def planned(world: World, subscription: Record, asked: list[dict[str, Any]], behavior: str, at: int) -> dict[str, Any]:
    """What a change of items would do: the items, whether a new period begins, and the lines to be billed for it."""
    wanted = wanted_items(world, subscription, asked)
    new, old = wanted[0]["price"]["recurring"], subscription.body["items"]["data"][0]["price"]["recurring"]
    restarts = (new["interval"], new["interval_count"]) != (old["interval"], old["interval_count"])
    if subscription.body["status"] in ("trialing", "incomplete", "paused"):
        return {"items": wanted, "restarts": False, "lines": [], "anchor": None}
    lines: list[dict[str, Any]] = []
    if restarts:
        stop = add_interval(at, new["interval"], new["interval_count"])
        lines = prorations(world, subscription, wanted, at, restart=stop) if behavior != "none" else []
        for item in wanted:
            item |= {"current_period_start": at, "current_period_end": stop}
        lines += [_period_line(world, subscription, item) for item in wanted]
    elif behavior != "none":
        lines = prorations(world, subscription, wanted, at)
    return {"items": wanted, "restarts": restarts, "lines": lines, "anchor": at if restarts else None}


def change_items(
    world: World,
    subscription: Record,
    asked: list[dict[str, Any]],
    *,
    behavior: str = "create_prorations",
    at: int | None = None,
    payment_behavior: str = "allow_incomplete",
) -> None:
    """Switch prices or quantities. Raises ApiError 402 with ``error_if_incomplete`` if the difference cannot be paid."""
    if subscription.body["status"] in ENDED:
        raise refused("A canceled subscription can only update its cancellation_details and metadata.")
    at = at or world.now
    plan = planned(world, subscription, asked, behavior, at)
    if plan["items"] == subscription.body["items"]["data"]:
        return
    subscription.body["items"]["data"] = plan["items"]
    if plan["restarts"]:
        subscription.body["billing_cycle_anchor"] = at
        world.schedule("subscription_cycle", subscription.id, plan["items"][0]["current_period_end"])
    world.store.save(subscription)
    if not plan["lines"]:
        return
    customer = customer_of(world, subscription)
    if behavior == "always_invoice" or plan["restarts"]:
        invoice = _invoice(world, subscription, plan["lines"], "subscription_update")
        finalize(world, invoice)
        attempt(world, invoice)
        if invoice.body["status"] == "open" and payment_behavior == "error_if_incomplete":
            raise not_paid(world, invoice)
        subscription.body |= {"status": fresh(world, subscription).body["status"]}
        return
    for one in plan["lines"]:
        add_item(world, customer, subscription, one)


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


def _pending(world: World, subscription: Record) -> list[Record]:
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


def _invoice(
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


def _set(world: World, subscription: Record, change: dict[str, Any]) -> None:
    """Change a subscription and announce it with what was there before."""
    before = {name: subscription.body[name] for name in change}
    subscription.body |= change
    world.store.save(subscription)
    world.emit(subscription.account, "customer.subscription.updated", subscription.body, before)


def update(world: World, subscription: Record, change: dict[str, Any]) -> None:
    """Set plain fields; announced in any case, as Stripe does after an update of items."""
    _set(world, subscription, change)


def period(subscription: Record) -> tuple[int, int]:
    item = subscription.body["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def fresh(world: World, subscription: Record) -> Record:
    """The subscription as it is stored now: paying its invoice changed it."""
    return get(world, subscription.account, "subscription", subscription.id)


def name_of(world: World, price: dict[str, Any]) -> str:
    product = world.store.find(price["product"])
    return f"{product.body['name']} ({price['recurring']['interval']}ly)" if product else str(price["id"])


def set_cancel_at_period_end(world: World, subscription: Record, cancels: bool) -> None:
    """Let a subscription end with its period, or take that back."""
    stop = period(subscription)[1]
    details = {
        **subscription.body["cancellation_details"],
        "reason": "cancellation_requested" if cancels else None,
    }
    change = {
        "cancel_at_period_end": cancels,
        "cancel_at": stop if cancels else None,
        "canceled_at": world.now if cancels else None,
        "cancellation_details": details,
    }
    if cancels != subscription.body["cancel_at_period_end"]:
        _set(world, subscription, change)


def move_trial_end(world: World, subscription: Record, at: int) -> None:
    """End a trial at another time; now begins the paid time. Raises ApiError for a subscription without a trial."""
    if subscription.body["status"] != "trialing" or at < world.now:
        raise refused("Only a trial that goes on can be moved, and only to a time ahead.", param="trial_end")
    for item in subscription.body["items"]["data"]:
        item["current_period_end"] = at
    _set(world, subscription, {"trial_end": at, "billing_cycle_anchor": at})
    if at == world.now:
        cycle(world, subscription.id)
    else:
        world.schedule("subscription_cycle", subscription.id, at)
