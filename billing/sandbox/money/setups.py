"""Setup intents: keeping a card or bank account for later, the bank's consent included. No money moves."""

from __future__ import annotations

from typing import Any

from .. import cards
from ..cards import Decline
from ..errors import ApiError, refused
from ..ids import new_id, token
from ..store import Record
from ..world import World
from .charges import method_of

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create_setup(world: World, account: str, **fields: Any) -> Record:
    """Open a setup intent; ``fields`` are further fields of the object."""
    id = new_id("seti")
    record = world.create(
        "setup_intent",
        "seti",
        account,
        {
            "allowed_payment_method_types": None,
            "application": None,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "cancellation_reason": None,
            "client_secret": f"{id}_secret_{token(24)}",
            "customer": None,
            "customer_account": None,
            "description": None,
            "excluded_payment_method_types": None,
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": False,
            "mandate": None,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "single_use_mandate": None,
            "status": "requires_payment_method",
            "usage": "off_session",
            **fields,
        },
        id=id,
    )
    world.emit(account, "setup_intent.created", record.body)
    return record


def confirm(world: World, setup: Record, payment_method: Record, *, return_url: str | None) -> None:
    """Ask the bank whether this may be used later: the intent ends in requires_action or succeeded.

    Raises ApiError 402 if the bank refuses; what was written on the way is to be kept.
    """
    method = method_of(payment_method)
    setup.body |= {"payment_method": payment_method.id, "next_action": None, "last_setup_error": None}
    if method.decline:
        fail(world, setup, payment_method, method.decline)
    if method.authentication not in ("never", "on_session"):
        setup.hidden["return_url"] = return_url
        url = f"{world.settings.public_url}/c/3ds/{setup.body['client_secret']}"
        setup.body |= {
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"return_url": return_url, "url": url},
            },
        }
        world.store.save(setup)
        world.emit(setup.account, "setup_intent.requires_action", setup.body)
        return
    succeed(world, setup, payment_method)


def finish_authentication(world: World, setup: Record, *, succeeded: bool) -> None:
    """Go on after 3-D Secure; raises ApiError 402 if the customer or the bank refused."""
    payment_method = world.store.find(setup.body["payment_method"])
    assert payment_method
    if not succeeded or method_of(payment_method).authentication_breaks:
        fail(world, setup, payment_method, SETUP_AUTHENTICATION_FAILED)
    succeed(world, setup, payment_method)


def succeed(world: World, setup: Record, payment_method: Record) -> None:
    """Keep the payment method, for the customer if there is one."""
    for owner in ("customer", "customer_account"):
        if setup.body[owner] and not payment_method.body[owner]:
            payment_method.body[owner] = setup.body[owner]
            world.emit(setup.account, "payment_method.attached", payment_method.body)
    payment_method.hidden["set_up"] = True
    world.store.save(payment_method)
    setup.body |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    _attempt(world, setup, payment_method, "succeeded")
    world.store.save(setup)
    world.emit(setup.account, "setup_intent.succeeded", setup.body)


def fail(world: World, setup: Record, payment_method: Record, why: Decline) -> None:
    """Record a refused attempt and raise its ApiError 402."""
    error: dict[str, Any] = {
        "code": why.code,
        "message": why.message,
        "payment_method": payment_method.body,
        "type": "card_error",
    }
    if why.decline_code:
        error["decline_code"] = why.decline_code
    setup.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_setup_error": error,
    }
    _attempt(world, setup, payment_method, "failed", error)
    world.store.save(setup)
    world.emit(setup.account, "setup_intent.setup_failed", setup.body)
    extra = {key: error[key] for key in ("decline_code", "payment_method") if key in error}
    raise ApiError(
        402, why.message, type="card_error", code=why.code, saved=True, keep=True, setup_intent=setup.body, **extra
    )


def cancel(world: World, setup: Record, reason: str | None) -> None:
    if setup.body["status"] not in OPEN:
        raise unexpected(setup, "canceled")
    setup.body |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    world.store.save(setup)
    world.emit(setup.account, "setup_intent.canceled", setup.body)


def unexpected(setup: Record, verb: str) -> ApiError:
    return refused(
        f"You cannot have this SetupIntent {verb} because it has a status of {setup.body['status']}. Only a "
        f"SetupIntent with one of the following statuses may be {verb}: {', '.join(OPEN)}.",
        code="setup_intent_unexpected_state",
        setup_intent=setup.body,
    )


def _attempt(
    world: World, setup: Record, payment_method: Record, status: str, error: dict[str, Any] | None = None
) -> None:
    kind = payment_method.body["type"]
    made = world.create(
        "setup_attempt",
        "setatt",
        setup.account,
        {
            "application": None,
            "customer": setup.body["customer"],
            "customer_account": setup.body["customer_account"],
            "flow_directions": None,
            "livemode": False,
            "on_behalf_of": None,
            "payment_method": payment_method.id,
            "payment_method_details": {"type": kind, kind: {}},
            "setup_error": error,
            "setup_intent": setup.id,
            "status": status,
            "usage": setup.body["usage"],
        },
    )
    setup.body["latest_attempt"] = made.id


SETUP_AUTHENTICATION_FAILED = Decline(
    "setup_intent_authentication_failure",
    None,
    cards.AUTHENTICATION_FAILED.message,
    "",
)
