"""The sandbox's own controls: clock, faults, webhooks, shortcuts. All below /_sandbox/, never on a path of Stripe's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import accounts, tricks
from .cards import BY_NUMBER, DEBIT_BY_NUMBER
from .delivery import Dispatcher
from .errors import ApiError
from .ids import token
from .money import disputes, payments, payouts, radar, sessions
from .money.currencies import SUPPORTED
from .money.movements import balance_body, move
from .money.refunds import fail as fail_refund
from .money.refunds import require_action
from .store import Record, Store
from .world import World

FAULTS = (
    *("500", "500_saved", "500_after", "drop", "hang", "slow", "429", "429_retry", "lock_timeout", "409"),
    *("balance_insufficient", "lose_capability"),
)
KNOBS: dict[str, Any] = {"duplicate": bool, "reverse": bool, "delay_seconds": (int, float), "drop": list}


@dataclass
class Control:
    """One control request: its JSON, and the segments of the path that stood for ids."""

    world: World
    dispatcher: Dispatcher
    body: dict[str, Any]
    ids: list[str]

    def object(self, kind: str) -> Record:
        record = self.world.store.find(self.ids[0])
        if record is None or record.kind != kind:
            raise ApiError(404, f"There is no {kind} {self.ids[0]}.")
        return record


Action = Callable[[Control], dict[str, Any]]
ROUTES: list[tuple[str, list[str], Action]] = []


def control(method: str, path: str) -> Callable[[Action], Action]:
    def register(function: Action) -> Action:
        ROUTES.append((method, path.split("/"), function))
        return function

    return register


def answer(world: World, dispatcher: Dispatcher, method: str, path: str, text: str) -> dict[str, Any]:
    """Carry out ``METHOD /_sandbox/<path>``; raises ApiError if there is no such control or its JSON is wrong."""
    parts = path.strip("/").split("/")
    for verb, pattern, action in ROUTES:
        if (
            verb == method
            and len(pattern) == len(parts)
            and all(p in (part, "*") for p, part in zip(pattern, parts, strict=True))
        ):
            try:
                body = json.loads(text or "{}")
            except ValueError:
                raise ApiError(400, "The body must be JSON.") from None
            if not isinstance(body, dict):
                raise ApiError(400, "The body must be a JSON object.")
            return action(
                Control(world, dispatcher, body, [part for p, part in zip(pattern, parts, strict=True) if p == "*"])
            )
    raise ApiError(404, f"There is no control {method} /_sandbox/{path}.")


@control("POST", "clock/advance")
def advance(call: Control) -> dict[str, Any]:
    """{"seconds": N} or {"to": timestamp}; the clock never goes back."""
    with call.world.transaction():
        before = call.world.now
        to = call.body["to"] if "to" in call.body else before + call.body.get("seconds", -1)
        if not isinstance(to, int) or to < before:
            raise ApiError(400, 'Give {"seconds": N} with N >= 0, or {"to": timestamp} that is not in the past.')
        done = call.world.advance(to)
    return {"now": to, "done": done}


@control("POST", "clock/start")
def start_clock(call: Control) -> dict[str, Any]:
    """{"at": timestamp}: where time begins, also in the past. Only while there are no objects."""
    at = call.body.get("at")
    if not isinstance(at, int) or at < 0:
        raise ApiError(400, 'Give {"at": timestamp}.')
    with call.world.transaction():
        if not call.world.start_at(at):
            raise ApiError(400, "This sandbox holds objects already; its clock can only be moved ahead.")
    return {"now": at}


@control("GET", "clock")
def clock(call: Control) -> dict[str, Any]:
    return {"now": call.world.real_now(), "offset": call.world.offset}


@control("POST", "reset")
def reset(call: Control) -> dict[str, Any]:
    with call.world.transaction():
        call.world.reset()
    return {"platform": call.world.platform}


@control("GET", "state")
def state(call: Control) -> dict[str, Any]:
    """Balances of all accounts and what is still to be delivered."""
    with call.world.transaction() as store:
        owners = [call.world.platform, *(r.id for r in store.all(accounts.KIND))]
        kinds = {row["kind"]: row["n"] for row in store.sql("SELECT kind, count(*) AS n FROM objects GROUP BY kind")}
        drift = store.sql(
            "SELECT b.account, b.currency FROM balances b LEFT JOIN movements m ON m.account = b.account AND "
            "m.currency = b.currency"
            " GROUP BY b.account, b.currency HAVING b.pending + b.available <> coalesce(sum(m.net), 0)"
        ).fetchall()
        return {
            "platform": call.world.platform,
            "now": call.world.now,
            "offset": call.world.offset,
            "objects": kinds,
            "balances": {id: _sums(call.world, id) for id in owners},
            "drift": [list(row) for row in drift],
            "webhooks": deliveries(call.world),
            "knobs": call.world.knobs(),
            "tricks": store.get_meta("tricks", []),
            "faults": faults(store),
            "breaches": store.get_meta("breaches", []),
            "reversal_when_short": _when_short(store),
            "rate_limit": call.world.rate_limit,
            "settlement_currencies": store.get_meta("settlement_currencies"),
        }


@control("POST", "config")
def configure(call: Control) -> dict[str, Any]:
    """Any of {"reversal_when_short": "negative" | "refuse", "rate_limit": N | null, "settlement_currencies": [...] | null}.

    ``rate_limit`` is of calls of one endpoint within a second. ``settlement_currencies`` are those that the platform
    holds; what comes in others is changed into its own.
    """
    known: dict[str, Callable[[Any], bool]] = {
        "reversal_when_short": lambda v: v in ("negative", "refuse"),
        "rate_limit": lambda v: v is None or (isinstance(v, int) and v > 0),
        "settlement_currencies": lambda v: v is None or (isinstance(v, list) and set(v) <= SUPPORTED),
    }
    for name, value in call.body.items():
        if name not in known or not known[name](value):
            raise ApiError(400, f"Unknown or malformed setting: {name}.")
    with call.world.transaction() as store:
        for name, value in call.body.items():
            store.set_meta(name, value)
        call.world.rate_limit = store.get_meta("rate_limit")
        return {name: store.get_meta(name) for name in known} | {"reversal_when_short": _when_short(store)}


def _when_short(store: Store) -> str:
    return str(store.get_meta("reversal_when_short", "negative"))


# -- webhooks ------------------------------------------------------------
@control("POST", "webhooks/config")
def set_knobs(call: Control) -> dict[str, Any]:
    """Any of {"duplicate": bool, "reverse": bool, "delay_seconds": number, "drop": [event types]}.

    {} puts all right again.
    """
    for name, value in call.body.items():
        if name not in KNOBS or not isinstance(value, KNOBS[name]):
            raise ApiError(400, f"Unknown or malformed knob: {name}.")
    with call.world.transaction() as store:
        store.set_meta("webhooks", {**store.get_meta("webhooks", {}), **call.body} if call.body else {})
        return call.world.knobs()


@control("POST", "webhooks/drain")
def drain(call: Control) -> dict[str, Any]:
    """{"timeout": seconds, default 10}: try everything now, and wait until nothing is owed."""
    until = time.monotonic() + float(call.body.get("timeout", 10))
    done = False
    while not done and time.monotonic() < until:
        with call.world.transaction() as store:
            store.sql("UPDATE deliveries SET due = ? WHERE state = 'waiting' AND due > ?", time.time(), time.time())
        done = call.world.store.wait_for(lambda: call.dispatcher.owed() == 0, 0.2)
    with call.world.transaction():
        return deliveries(call.world)


@control("POST", "webhooks/resend")
def resend(call: Control) -> dict[str, Any]:
    """{"event": id}: deliver an event once more to every endpoint that listens to it.

    ``"as"``: wrong_secret, old_timestamp, other_account, unknown_type or thin, to send it as it should not be.
    """
    trick = call.body.get("as")
    if trick not in (None, *tricks.FORGED, *tricks.MISSIGNED):
        raise ApiError(400, f"as must be one of {', '.join((*tricks.FORGED, *tricks.MISSIGNED))}.")
    with call.world.transaction() as store:
        row = store.one("SELECT * FROM events WHERE id = ?", call.body.get("event", ""))
        if row is None:
            raise ApiError(404, "There is no such event.")
        told = call.world.listeners(row["account"], row["type"], thin=bool(row["thin"]))
        for endpoint in told:
            tricks.post(store, row["id"], endpoint.id, due=time.time(), trick=trick)
    return {"deliveries": len(told)}


@control("POST", "webhooks/misbehave")
def misbehave(call: Control) -> dict[str, Any]:
    """{"mode": one of tricks.MODES, "type": "*", "account": id, "times": 1, "seconds": 0}: what goes wrong next."""
    mode, account = call.body.get("mode"), call.body.get("account")
    if mode not in tricks.MODES:
        raise ApiError(400, f"mode must be one of {', '.join(tricks.MODES)}.")
    rule = {
        "mode": mode,
        "type": str(call.body.get("type", "*")),
        "account": account,
        "times": int(call.body.get("times", 1)),
        "seconds": float(call.body.get("seconds", 0)),
    }
    with call.world.transaction() as store:
        return {"tricks": tricks.order_trick(store, rule)}


@control("DELETE", "webhooks/misbehave")
def behave(call: Control) -> dict[str, Any]:
    """No more rules; what is held is let go."""
    with call.world.transaction() as store:
        store.set_meta("tricks", [])
        return {"tricks": [], "released": tricks.release(store)}


@control("POST", "webhooks/release")
def release(call: Control) -> dict[str, Any]:
    """{"order": "created" | "reverse" | "shuffle", "event": id}: let held events go, all of them unless one is named."""
    order = call.body.get("order", "created")
    if order not in ("created", "reverse", "shuffle"):
        raise ApiError(400, "order must be created, reverse or shuffle.")
    with call.world.transaction() as store:
        return {"released": tricks.release(store, event=call.body.get("event"), order=order)}


@control("POST", "webhooks/roll")
def roll_secret(call: Control) -> dict[str, Any]:
    """{"endpoint": id}: a new signing secret; for a day deliveries are signed with both, as at Stripe."""
    with call.world.transaction() as store:
        endpoint = store.find(str(call.body.get("endpoint", "")))
        if endpoint is None or "secret" not in endpoint.hidden:
            raise ApiError(404, "There is no such endpoint.")
        endpoint.hidden |= {
            "old_secret": endpoint.hidden["secret"],
            "old_secret_until": time.time() + 86400,
            "secret": f"whsec_{token(32)}",
        }
        store.save(endpoint)
    return {"secret": endpoint.hidden["secret"]}


# -- faults --------------------------------------------------------------
@control("POST", "fail")
def fail(call: Control) -> dict[str, Any]:
    """{"path": "/v1/transfers", "mode": one of FAULTS, "method": "POST", "times": 1, "seconds": 0, "account", "skip": 0}.

    A path may end in *. ``account``: only calls on its behalf, or that name it. ``skip``: so many go well before.
    """
    mode, path = str(call.body.get("mode")), call.body.get("path")
    if mode not in FAULTS or not isinstance(path, str):
        raise ApiError(400, f"Give a path and a mode: {', '.join(FAULTS)}.")
    with call.world.transaction() as store:
        store.sql(
            "INSERT INTO faults (method, path, mode, remaining, seconds, account, skip) VALUES (?, ?, ?, ?, ?, ?, ?)",
            call.body.get("method", "POST"),
            path,
            mode,
            int(call.body.get("times", 1)),
            float(call.body.get("seconds", 0)),
            call.body.get("account"),
            int(call.body.get("skip", 0)),
        )
        return {"faults": faults(store)}


def faults(store: Store) -> list[dict[str, Any]]:
    rows = store.sql("SELECT id, method, path, mode, remaining, seconds, account, skip FROM faults ORDER BY id")
    return [dict(row) for row in rows]


@control("DELETE", "fail")
def stop_failing(call: Control) -> dict[str, Any]:
    with call.world.transaction() as store:
        store.sql("DELETE FROM faults")
    return {"faults": []}


# -- shortcuts -----------------------------------------------------------
@control("POST", "accounts/*/capability")
def capability(call: Control) -> dict[str, Any]:
    """{"status": "active" | "pending" | "restricted" | "rejected" | "unsupported"}"""
    status = call.body.get("status")
    if status not in ("active", "pending", "restricted", "rejected", "unsupported"):
        raise ApiError(400, "status must be active, pending, restricted, rejected or unsupported.")
    with call.world.transaction():
        accounts.set_capability(call.world, call.object(accounts.KIND), status)
    return {"id": call.ids[0], "stripe_transfers": status}


@control("POST", "accounts/*/onboard")
def onboard(call: Control) -> dict[str, Any]:
    """{"succeed": true, "iban": ..., "name": ..., "email": ...}, all optional: what the onboarding page does."""
    details = {name: str(call.body[name]) for name in ("name", "email", "iban") if call.body.get(name)}
    with call.world.transaction():
        record = call.object(accounts.KIND)
        accounts.onboard(call.world, record, succeeded=bool(call.body.get("succeed", True)), details=details)
        balance = record.body["configuration"]["recipient"]["capabilities"]["stripe_balance"]
    return {"id": record.id, "stripe_transfers": balance["stripe_transfers"]["status"]}


@control("POST", "sessions/*/pay")
def pay(call: Control) -> dict[str, Any]:
    """{"card": number, "email": ..., "authenticate": true}: pay a session as its page does, 3-D Secure included.

    ``"debit"``, an IBAN or routing/account number, in place of a card. A decline answers 402 with Stripe's error.
    Otherwise the webhook of the completed session is waited for.
    """
    number = "".join(str(call.body.get("debit") or call.body.get("card", "4242424242424242")).split())
    card = DEBIT_BY_NUMBER.get(number) or BY_NUMBER.get(number)
    if card is None:
        raise ApiError(400, "That is not one of the test cards.")
    with call.world.transaction():
        session = call.object("checkout.session")
        problem = None
        try:
            sessions.pay(call.world, session, card, email=str(call.body.get("email", "customer@example.com")))
            if session.body["status"] == "open" and "authenticate" in call.body:
                sessions.authenticate(call.world, session, succeeded=bool(call.body["authenticate"]))
        except ApiError as error:
            if not error.keep:
                raise
            problem = error
    if problem:
        raise problem
    event = session.hidden["completed_event"]
    delivered = bool(event) and call.world.store.wait_for(
        lambda: call.dispatcher.delivered(event), float(call.body.get("timeout", 5))
    )
    return {
        "id": session.id,
        "status": session.body["status"],
        "payment_status": session.body["payment_status"],
        "payment_intent": session.body["payment_intent"],
        "redirect": sessions.destination(session) if event else None,
        "webhook_delivered": delivered,
    }


@control("POST", "payouts/*/fail")
def fail_payout(call: Control) -> dict[str, Any]:
    """The bank returns a payout, before or after it was paid."""
    with call.world.transaction():
        payout = call.object("payout")
        if payout.body["status"] not in ("pending", "in_transit", "paid"):
            raise ApiError(400, f"This payout is {payout.body['status']}.")
        payouts.fail_payout(call.world, payout, call.body.get("code", "account_closed"))
    return {"id": payout.id, "status": "failed"}


@control("POST", "refunds/*/fail")
def fail_a_refund(call: Control) -> dict[str, Any]:
    with call.world.transaction():
        fail_refund(call.world, call.object("refund").id)
        status = call.object("refund").body["status"]
    return {"id": call.ids[0], "status": status}


@control("POST", "refunds/*/require_action")
def refund_requires_action(call: Control) -> dict[str, Any]:
    """The customer has to say where the money shall go; until then the refund can be canceled."""
    with call.world.transaction():
        refund = call.object("refund")
        require_action(call.world, refund)
    return {"id": refund.id, "status": refund.body["status"]}


@control("POST", "charges/*/bounce")
def bounce(call: Control) -> dict[str, Any]:
    """The bank takes a paid debit back."""
    with call.world.transaction():
        charge = call.object("charge")
        payments.bounce(call.world, charge)
    return {"id": charge.id, "status": charge.body["status"]}


@control("POST", "charges/*/warn")
def warn(call: Control) -> dict[str, Any]:
    """An early fraud warning."""
    with call.world.transaction():
        made = radar.warn(call.world, call.object("charge"))
    return {"id": made.id, "actionable": made.body["actionable"]}


@control("POST", "charges/*/review")
def review(call: Control) -> dict[str, Any]:
    with call.world.transaction():
        made = radar.open_review(call.world, call.object("charge"))
    return {"id": made.id, "open": True}


@control("POST", "charges/*/dispute")
def dispute(call: Control) -> dict[str, Any]:
    """{"reason": "fraudulent" | "product_not_received" | ... | "inquiry", "amount": minor units, all of it if left out}"""
    amount = call.body.get("amount")
    if amount is not None and (not isinstance(amount, int) or amount <= 0):
        raise ApiError(400, "amount must be a positive integer.")
    with call.world.transaction():
        reason = str(call.body.get("reason", "fraudulent"))
        made = disputes.open_dispute(call.world, call.object("charge"), reason, amount)
    return {"id": made.id, "status": made.body["status"]}


@control("POST", "disputes/*/escalate")
def escalate_inquiry(call: Control) -> dict[str, Any]:
    """The bank takes the money of what it only asked about so far."""
    with call.world.transaction():
        record = call.object("dispute")
        disputes.escalate(call.world, record)
    return {"id": record.id, "status": record.body["status"]}


@control("POST", "disputes/*/close")
def close_dispute(call: Control) -> dict[str, Any]:
    """{"status": "won" | "lost"}"""
    if call.body.get("status") not in ("won", "lost"):
        raise ApiError(400, "status must be won or lost.")
    with call.world.transaction():
        record = call.object("dispute")
        disputes.close_dispute(call.world, record, call.body["status"])
    return {"id": record.id, "status": record.body["status"]}


@control("POST", "topup")
def top_up(call: Control) -> dict[str, Any]:
    """{"amount": minor units, "currency": "eur"}: add available money to the platform's balance."""
    amount, currency = call.body.get("amount"), call.body.get("currency", call.world.settings.currency)
    if not isinstance(amount, int) or amount <= 0:
        raise ApiError(400, "amount must be a positive integer.")
    with call.world.transaction():
        move(
            call.world,
            call.world.platform,
            type="topup",
            amount=amount,
            currency=currency,
            source=None,
            description="Sandbox top-up",
        )
        return {"balance": balance_body(call.world, call.world.platform)}


def _sums(world: World, account: str) -> dict[str, dict[str, int]]:
    rows = world.store.sql("SELECT * FROM balances WHERE account = ?", account)
    return {row["currency"]: {"pending": row["pending"], "available": row["available"]} for row in rows}


def deliveries(world: World) -> dict[str, int]:
    counts = {"waiting": 0, "held": 0, "delivered": 0, "dropped": 0, "given_up": 0}
    for row in world.store.sql("SELECT state, count(*) AS n FROM deliveries GROUP BY state"):
        counts[row["state"]] = row["n"]
    return counts
