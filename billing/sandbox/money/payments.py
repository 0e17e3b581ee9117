"""Payment intents and their charges: the state machine that the API and the hosted page drive alike."""

from __future__ import annotations

from typing import Any

from .. import cards
from ..cards import Card, Decline
from ..errors import ApiError, refused
from ..ids import new_id, token
from ..store import Record
from ..world import World
from . import disputes
from .charges import add_charge, card_of
from .currencies import SUPPORTED, show
from .movements import move
from .settings import DAY, SETTLEMENT_DAYS

# Standard cards of the European Economic Area: 1.5 % and 25 cents, rounded half up. Source: https://stripe.com/pricing
FEE_PER_MILLE = 15
FEE_FIXED_MINOR = 25
MINIMUM_MINOR = 50
MAXIMUM_MINOR = 99_999_999


def card_fee(amount: int) -> int:
    """What Stripe keeps of a card payment of ``amount`` minor units."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_MINOR


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Raises ApiError unless a card can be charged this amount of minor units in this currency."""
    if currency != currency.lower() or currency not in SUPPORTED:
        raise ApiError(400, f"Invalid currency: {currency}.", param="currency")
    if amount < MINIMUM_MINOR:
        raise ApiError(
            400, f"Amount must be at least {show(MINIMUM_MINOR, currency)}.", code="amount_too_small", param=param
        )
    if amount > MAXIMUM_MINOR:
        raise ApiError(
            400, f"Amount must be no more than {show(MAXIMUM_MINOR, currency)}.", code="amount_too_large", param=param
        )


def create_intent(world: World, account: str, *, amount: int, currency: str, **fields: Any) -> Record:
    """Open a payment intent of ``amount`` minor units; ``fields`` are further fields of the object."""
    check_amount(amount, currency)
    id = new_id("pi")
    record = world.create(
        "payment_intent",
        "pi",
        account,
        {
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic_async",
            "client_secret": f"{id}_secret_{token(24)}",
            "confirmation_method": "automatic",
            "currency": currency,
            "customer": None,
            "customer_account": None,
            "description": None,
            "excluded_payment_method_types": None,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": None,
            "shipping": None,
            "source": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
            **fields,
        },
        id=id,
    )
    world.emit(account, "payment_intent.created", record.body)
    return record


def confirm(
    world: World, intent: Record, payment_method: Record, *, off_session: bool = False, return_url: str | None = None
) -> None:
    """Try to pay: the intent ends in requires_action, requires_capture or succeeded.

    Raises ApiError 402 if the card is declined; what was written on the way (failed charge, events) is to be kept.
    """
    card = card_of(payment_method)
    intent.body |= {"payment_method": payment_method.id, "next_action": None, "last_payment_error": None}
    set_up = off_session and card.authentication == "unless_set_up" and payment_method.hidden.get("set_up")
    if card.authentication != "never" and not set_up:
        if off_session:
            decline(
                world,
                intent,
                payment_method,
                Decline(
                    "authentication_required",
                    "authentication_required",
                    "Your card was declined. This transaction requires authentication.",
                ),
            )
        intent.hidden["return_url"] = return_url
        intent.body |= {
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "return_url": return_url,
                    "url": f"{world.settings.public_url}/c/3ds/{intent.body['client_secret']}",
                },
            },
        }
        world.store.save(intent)
        world.emit(intent.account, "payment_intent.requires_action", intent.body)
        return
    settle(world, intent, payment_method, authenticated=False)


def settle(world: World, intent: Record, payment_method: Record, *, authenticated: bool) -> None:
    """Ask the bank, the customer having proved who they are if that was needed; raises ApiError 402 on a decline."""
    card = card_of(payment_method)
    why = card.decline or card.declines_later
    if why:
        decline(world, intent, payment_method, why, authenticated=authenticated)
    manual = intent.body["capture_method"] == "manual"
    charge = add_charge(world, intent, payment_method, succeeded=True, captured=not manual, authenticated=authenticated)
    intent.body |= {"latest_charge": charge.id, "next_action": None, "last_payment_error": None}
    if manual:
        intent.body |= {"status": "requires_capture", "amount_capturable": intent.body["amount"]}
        world.store.save(intent)
        world.emit(intent.account, "charge.succeeded", charge.body)
        world.emit(intent.account, "payment_intent.amount_capturable_updated", intent.body)
        return
    receive(world, charge, card, intent.body["amount"])
    intent.body |= {"status": "succeeded", "amount_received": intent.body["amount"]}
    world.store.save(intent)
    world.emit(intent.account, "charge.succeeded", charge.body)
    world.emit(intent.account, "payment_intent.succeeded", intent.body)
    disputes.open_for(world, charge, card)


def receive(world: World, charge: Record, card: Card, amount: int) -> None:
    """Book the money of a captured charge: gross, Stripe's fee, and the day on which it becomes available."""
    available_on = world.now if card.available_at_once else world.now + SETTLEMENT_DAYS * DAY
    charge.body["balance_transaction"] = move(
        world,
        charge.account,
        type="charge",
        amount=amount,
        fee=card_fee(amount),
        currency=charge.body["currency"],
        source=charge.id,
        available_on=available_on,
        description=charge.body["description"],
    )
    charge.hidden["available_on"] = available_on
    world.store.save(charge)


def capture(world: World, intent: Record, amount: int | None) -> None:
    """Take authorized money, all or a part.

    The rest is released. Raises ApiError in another state than requires_capture.
    """
    if intent.body["status"] != "requires_capture":
        raise unexpected(intent, "captured", "requires_capture")
    amount = intent.body["amount_capturable"] if amount is None else amount
    if not 0 < amount <= intent.body["amount_capturable"]:
        raise refused(
            f"The amount to capture must be between 1 and {intent.body['amount_capturable']}.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge, payment_method = (
        world.store.find(intent.body["latest_charge"]),
        world.store.find(intent.body["payment_method"]),
    )
    assert charge
    assert payment_method
    charge.body |= {"captured": True, "amount_captured": amount}
    receive(world, charge, card_of(payment_method), amount)
    intent.body |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    world.store.save(intent)
    world.emit(intent.account, "charge.captured", charge.body)
    world.emit(intent.account, "payment_intent.succeeded", intent.body)


def cancel(world: World, intent: Record, reason: str | None) -> None:
    """Give an unpaid intent up for good, releasing an authorization.

    Raises ApiError if it is paid or canceled already.
    """
    if intent.body["status"] in ("succeeded", "canceled"):
        raise unexpected(
            intent,
            "canceled",
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing",
        )
    if intent.body["status"] == "requires_capture":
        charge = world.store.find(intent.body["latest_charge"])
        assert charge
        charge.body |= {"refunded": True, "amount_refunded": charge.body["amount"]}
        world.store.save(charge)
        world.emit(intent.account, "charge.refunded", charge.body)
    intent.body |= {
        "status": "canceled",
        "canceled_at": world.now,
        "cancellation_reason": reason,
        "next_action": None,
        "amount_capturable": 0,
    }
    world.store.save(intent)
    world.emit(intent.account, "payment_intent.canceled", intent.body)


def decline(world: World, intent: Record, payment_method: Record, why: Decline, *, authenticated: bool = False) -> None:
    """Record a declined attempt and raise its ApiError 402: the intent waits for another payment method."""
    charge = add_charge(
        world, intent, payment_method, succeeded=False, captured=False, authenticated=authenticated, why=why
    )
    error: dict[str, Any] = {
        "charge": charge.id,
        "code": why.code,
        "message": why.message,
        "payment_method": payment_method.body,
        "type": "card_error",
        "doc_url": f"https://stripe.com/docs/error-codes/{why.code.replace('_', '-')}",
    }
    if why.decline_code:
        error["decline_code"] = why.decline_code
    intent.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge.id,
        "last_payment_error": error,
    }
    world.store.save(intent)
    world.emit(intent.account, "charge.failed", charge.body)
    world.emit(intent.account, "payment_intent.payment_failed", intent.body)
    extra = {key: error[key] for key in ("charge", "decline_code", "payment_method") if key in error}
    raise ApiError(
        402, why.message, type="card_error", code=why.code, saved=True, keep=True, payment_intent=intent.body, **extra
    )


def fail_authentication(world: World, intent: Record) -> None:
    """The customer did not prove who they are: no charge, back to requires_payment_method."""
    why = cards.AUTHENTICATION_FAILED
    payment_method = world.store.find(intent.body["payment_method"])
    assert payment_method
    intent.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": {
            "code": why.code,
            "message": why.message,
            "payment_method": payment_method.body,
            "type": "invalid_request_error",
        },
    }
    world.store.save(intent)
    world.emit(intent.account, "payment_intent.payment_failed", intent.body)


def unexpected(intent: Record, verb: str, allowed: str) -> ApiError:
    return refused(
        f"This PaymentIntent could not be {verb} because it has a status of {intent.body['status']}. Only a "
        f"PaymentIntent with "
        f"one of the following statuses may be {verb}: {allowed}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent.body,
    )
