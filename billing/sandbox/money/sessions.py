"""Checkout Sessions: one purchase, one payment intent, one page; paid once, or expired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..cards import Method
from ..errors import ApiError, refused
from ..store import Record
from ..world import World, job
from . import payments
from .charges import add_payment_method, method_of
from .customers import create_customer


@dataclass(frozen=True)
class Mode:
    """What a session of another mode than `payment` does with the card: keep it when nothing is due, or once it paid."""

    keep_card: Callable[[World, Record, Record, Method], None]
    complete: Callable[[World, Record, Record], None]


MODES: dict[str, Mode] = {}


def pay(
    world: World,
    session: Record,
    method: Method,
    *,
    email: str,
    name: str | None = None,
    exp_month: int = 12,
    exp_year: int = 2034,
) -> None:
    """Try to pay a session, as its page does: afterwards it is complete, or its intent requires_action.

    A debit completes it while it is still unpaid. Raises ApiError 402 for a declined card (what was written is to be
    kept), 400 if the session is not open any more.
    """
    _check_open(session)
    due = session.hidden.get("due", session.body["amount_total"])
    intent = _intent(world, session, due) if due else None
    if intent and intent.body["status"] == "requires_action":  # the person went back and chose another card
        intent.body |= {"status": "requires_payment_method", "next_action": None}
    session.hidden |= {"email": session.body["customer_email"] or email, "name": name}
    world.store.save(session)
    if method.type not in session.body["payment_method_types"]:
        raise refused(f"This session does not take payment methods of type {method.type}.")
    made = add_payment_method(
        world, session.account, method, email=session.hidden["email"], name=name, exp_month=exp_month, exp_year=exp_year
    )
    if intent is None:
        MODES[session.body["mode"]].keep_card(world, session, made, method)
        _close(world, session, "no_payment_required")
        return
    payments.confirm(world, intent, made, return_url=session.body["url"])
    complete_if_paid(world, session, intent)


def authenticate(world: World, session: Record, *, succeeded: bool) -> None:
    """End the 3-D Secure step of a session. Raises ApiError 402 if the bank declines after it, 400 if there is none."""
    _check_open(session)
    intent = intent_of(world, session)
    if intent is None or intent.body["status"] != "requires_action":
        raise refused("There is nothing to authenticate.")
    finish_authentication(world, intent, succeeded=succeeded)
    complete_if_paid(world, session, intent)


def finish_authentication(world: World, intent: Record, *, succeeded: bool) -> None:
    """Go on with an intent after 3-D Secure; raises ApiError 402 on a failure or a decline."""
    method = world.store.find(intent.body["payment_method"])
    assert method
    if not succeeded or method_of(method).authentication_breaks:
        payments.fail_authentication(world, intent)
        error = intent.body["last_payment_error"]
        raise ApiError(402, error["message"], code=error["code"], type="card_error", saved=True, keep=True)
    payments.settle(world, intent, method, authenticated=True)


def complete_if_paid(world: World, session: Record, intent: Record) -> None:
    """Close the session over a paid (or authorized, or debited) intent, and announce it."""
    if intent.body["status"] not in ("succeeded", "requires_capture", "processing"):
        return
    if session.hidden["customer_creation"] == "always" and not session.body["customer"]:
        customer = create_customer(world, session.account, email=session.hidden["email"], name=session.hidden["name"])
        session.body["customer"] = intent.body["customer"] = customer.id
        world.store.save(intent)
    if session.body["mode"] in MODES:
        MODES[session.body["mode"]].complete(world, session, intent)
    _close(world, session, "paid" if intent.body["status"] == "succeeded" else "unpaid")


def _close(world: World, session: Record, payment_status: str) -> None:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    session.body |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": {
            "address": address,
            "email": session.hidden["email"],
            "name": session.hidden["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    session.hidden["completed_event"] = world.emit(session.account, "checkout.session.completed", session.body)
    world.store.save(session)


def hear_of_debit(world: World, intent: Record) -> None:
    """The bank has answered the debit of a completed session, or taken it back."""
    for session in world.store.where("checkout.session", "payment_intent", intent.id):
        paid = intent.body["status"] == "succeeded"
        session.body["payment_status"] = "paid" if paid else "unpaid"
        world.store.save(session)
        world.emit(session.account, f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session.body)


payments.AFTER_DEBIT.append(hear_of_debit)


def expire(world: World, session: Record) -> None:
    """Close an unpaid session for good and give its payment intent up. Raises ApiError unless it is open."""
    if session.body["status"] != "open":
        raise refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session.body['status']}`."
        )
    intent = intent_of(world, session)
    if intent and intent.body["status"] not in ("succeeded", "canceled"):
        payments.cancel(world, intent, "expired")
    session.body |= {"status": "expired", "url": None}
    world.store.save(session)
    world.emit(session.account, "checkout.session.expired", session.body)


@job("session_expires")
def expire_when_due(world: World, id: str) -> None:
    session = world.store.find(id)
    if session and session.body["status"] == "open":
        expire(world, session)


def destination(session: Record) -> str:
    """Where the person goes after paying: the success address with the session's id filled in."""
    return session.body["success_url"].replace("{CHECKOUT_SESSION_ID}", session.id)


def _check_open(session: Record) -> None:
    if session.body["status"] == "complete":
        raise refused("This purchase is already paid.", code="session_complete")
    if session.body["status"] == "expired":
        raise refused("This page has expired.", code="session_expired")


def intent_of(world: World, session: Record) -> Record | None:
    """The session's intent, once there is one; a subscription's is its invoice's, and not shown with the session."""
    return world.store.find(session.body["payment_intent"] or session.hidden.get("intent") or "")


def _intent(world: World, session: Record, amount: int) -> Record:
    """The session's one intent, opened at the first attempt as at Stripe."""
    found = intent_of(world, session)
    if found:
        return found
    fields: dict[str, Any] = {
        **session.hidden["payment_intent_data"],
        "customer": session.body["customer"],
        "customer_account": session.body["customer_account"],
    }
    intent = payments.create_intent(world, session.account, amount=amount, currency=session.body["currency"], **fields)
    if session.body["mode"] == "payment":
        session.body["payment_intent"] = intent.id
    else:
        session.hidden["intent"] = intent.id
    world.store.save(session)
    return intent
