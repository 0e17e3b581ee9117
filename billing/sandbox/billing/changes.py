"""Subscriptions changed while they go on: other items with proration, another end."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused
from ..store import Record
from ..world import World
from .amounts import add_interval
from .catalog import price_of
from .invoices import attempt, customer_of, finalize
from .parts import ENDED, _period_line, add_item, fresh, invoice_of, item_of, not_paid, period, prorations, set_fields
from .subscriptions import cycle


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
        invoice = invoice_of(world, subscription, plan["lines"], "subscription_update")
        finalize(world, invoice)
        attempt(world, invoice)
        if invoice.body["status"] == "open" and payment_behavior == "error_if_incomplete":
            raise not_paid(world, invoice)
        subscription.body |= {"status": fresh(world, subscription).body["status"]}
        return
    for one in plan["lines"]:
        add_item(world, customer, subscription, one)


def update(world: World, subscription: Record, change: dict[str, Any]) -> None:
    """Set plain fields; announced in any case, as Stripe does after an update of items."""
    set_fields(world, subscription, change)


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
        set_fields(world, subscription, change)


def move_trial_end(world: World, subscription: Record, at: int) -> None:
    """End a trial at another time; now begins the paid time. Raises ApiError for a subscription without a trial."""
    if subscription.body["status"] != "trialing" or at < world.now:
        raise refused("Only a trial that goes on can be moved, and only to a time ahead.", param="trial_end")
    for item in subscription.body["items"]["data"]:
        item["current_period_end"] = at
    set_fields(world, subscription, {"trial_end": at, "billing_cycle_anchor": at})
    if at == world.now:
        cycle(world, subscription.id)
    else:
        world.schedule("subscription_cycle", subscription.id, at)
