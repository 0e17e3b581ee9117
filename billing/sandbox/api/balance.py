"""Balance, balance transactions and balance settings; for a vendor's, with the Stripe-Account header."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, missing, refused
from ..listing import envelope, select_page
from ..money.movements import balance_body, movement_body
from ..money.payouts import resume_payouts
from ..money.settings import balance_settings, save_balance_settings
from .registry import Call, endpoint


@endpoint("GET", "/v1/balance")
def retrieve(call: Call) -> dict[str, Any]:
    return balance_body(call.world, call.account)


@endpoint("GET", "/v1/balance_transactions")
def list_movements(call: Call) -> dict[str, Any]:
    """``payout`` works for automatic payouts only, and only once Stripe has reconciled them."""
    conditions, values = ["o.account = ?"], [call.account]
    for name in ("type", "source", "currency", "payout"):
        if call.params.get(name):
            conditions.append(f"o.{name} = ?")
            values.append(call.params[name])
    if call.params.get("payout"):
        payout = call.world.store.find(call.params["payout"])
        if payout is None or payout.kind != "payout" or payout.account != call.account:
            raise missing("payout", call.params["payout"], param="payout", status=404)
        if not payout.body["automatic"]:
            raise refused(
                "Balance transaction history can only be filtered on automatic transfers, not manual.", param="payout"
            )
        if payout.body["reconciliation_status"] != "completed":
            raise refused(
                "The balance transactions of this payout are not ready yet.",
                code="payout_reconciliation_not_ready",
                param="payout",
            )
    rows, more = select_page(call.world, "movements", conditions, values, call.params, "balance_transaction")
    return envelope([movement_body(row) for row in rows], more, call.path)


@endpoint("GET", "/v1/balance_transactions/{id}")
def retrieve_movement(call: Call) -> dict[str, Any]:
    row = call.world.store.one("SELECT * FROM movements WHERE id = ? AND account = ?", call.id, call.account)
    if row is None:
        raise missing("balance_transaction", call.id)
    return movement_body(row)


@endpoint("GET", "/v1/balance_settings")
def retrieve_settings(call: Call) -> dict[str, Any]:
    return balance_settings(call.world, call.account)


@endpoint("POST", "/v1/balance_settings")
def update_settings(call: Call) -> dict[str, Any]:
    """Change the schedule of payouts, the floor, the delay; only what is named changes."""
    body, asked = balance_settings(call.world, call.account), call.params.get("payments") or {}
    if "debit_negative_balances" in asked:
        body["payments"]["debit_negative_balances"] = asked["debit_negative_balances"]
    payouts = asked.get("payouts") or {}
    if "statement_descriptor" in payouts:
        body["payments"]["payouts"]["statement_descriptor"] = payouts["statement_descriptor"] or None
    if "minimum_balance_by_currency" in payouts:
        floors = payouts["minimum_balance_by_currency"] or {}
        kept = {**(body["payments"]["payouts"]["minimum_balance_by_currency"] or {}), **floors} if floors else {}
        body["payments"]["payouts"]["minimum_balance_by_currency"] = {k: v for k, v in kept.items() if v != ""} or None
    if payouts.get("schedule"):
        body["payments"]["payouts"]["schedule"] = _schedule(payouts["schedule"])
    timing = asked.get("settlement_timing") or {}
    if "delay_days_override" in timing:
        override = timing["delay_days_override"] or None
        if override is not None and not 0 < override <= 31:
            raise invalid(
                "delay_days_override must be between 1 and 31.",
                param="payments[settlement_timing][delay_days_override]",
            )
        body["payments"]["settlement_timing"]["delay_days_override"] = override
    save_balance_settings(call.world, call.account, body)
    call.world.emit(call.account, "balance_settings.updated", body)
    if body["payments"]["payouts"]["status"] == "enabled":
        resume_payouts(call.world, call.account)
    return body


def _schedule(asked: dict[str, Any]) -> dict[str, Any]:
    interval = asked.get("interval")
    if interval is None:
        interval = "weekly" if asked.get("weekly_payout_days") else "monthly"
    days = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}.get(interval)
    if days and not asked.get(days):
        raise invalid(
            f"Missing required param: payments[payouts][schedule][{days}].",
            code="parameter_missing",
            param=f"payments[payouts][schedule][{days}]",
        )
    return {"interval": interval, **({days: asked[days]} if days else {})}
