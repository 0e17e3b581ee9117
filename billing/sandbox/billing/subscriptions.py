"""Subscriptions: begun, renewed, failing and ending, as time passes.

Source: https://docs.stripe.com/billing/subscriptions/overview
"""

from __future__ import annotations

from typing import Any

from ..errors import refused
from ..ids import new_id
from ..listing import envelope
from ..store import Record
from ..world import World, job
from . import invoices
from .amounts import add_interval, next_end
from .catalog import tax_rates_of
from .invoices import attempt, card_on_file, customer_of, finalize, finalize_later, settings_of
from .parts import (
    ENDED,
    add_item,
    fresh,
    invoice_of,
    item_of,
    not_paid,
    pending_items,
    period,
    period_lines,
    prorations,
    set_fields,
)

DAY = 86400
INCOMPLETE_SECONDS = 23 * 3600
WARNING_SECONDS = 3 * DAY


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
    invoice = invoice_of(
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


@job("subscription_incomplete_expires")
def expire_incomplete(world: World, id: str) -> None:
    """23 hours without the first payment: over for good, and its invoice void."""
    subscription = world.store.find(id)
    if subscription is None or subscription.body["status"] != "incomplete":
        return
    invoice = world.store.find(subscription.body["latest_invoice"])
    assert invoice
    invoices.void(world, invoice)
    set_fields(world, subscription, {"status": "incomplete_expired", "ended_at": world.now})


@job("trial_will_end")
def warn_of_trial_end(world: World, id: str) -> None:
    subscription = world.store.find(id)
    if subscription and subscription.body["status"] == "trialing":
        world.emit(subscription.account, "customer.subscription.trial_will_end", subscription.body)


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
    set_fields(world, subscription, change)
    invoice = invoice_of(
        world, subscription, period_lines(world, subscription), "subscription_cycle", pending_items(world, subscription)
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
    set_fields(world, subscription, {"status": "paused", "status_details": details})
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
    set_fields(world, subscription, {"status": "active", "status_details": None})
    world.emit(subscription.account, "customer.subscription.resumed", subscription.body)
    invoice = invoice_of(world, subscription, period_lines(world, subscription), "subscription_cycle")
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
    pending = pending_items(world, subscription) if invoice_now else []
    if pending:
        invoice = invoice_of(world, subscription, [], "subscription_update", pending)
        finalize(world, invoice)
        attempt(world, invoice)


def _paid(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription is None or subscription.body["latest_invoice"] != invoice.id:
        return
    if subscription.body["status"] in ("incomplete", "past_due", "unpaid"):
        set_fields(world, subscription, {"status": "active"})


def _failed(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription and subscription.body["status"] == "active":
        set_fields(world, subscription, {"status": "past_due"})


def _given_up(world: World, invoice: Record) -> None:
    subscription = world.store.find(invoice.hidden["subscription"] or "")
    if subscription is None or subscription.body["status"] in (*ENDED, "incomplete"):
        return
    final = settings_of(world)["final"]
    if final == "canceled":
        end(world, subscription, reason="payment_failed")
    elif subscription.body["status"] != final:
        set_fields(world, subscription, {"status": final})


invoices.AFTER |= {"paid": _paid, "failed": _failed, "given_up": _given_up}
