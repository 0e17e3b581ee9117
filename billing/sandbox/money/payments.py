"""Payment intents and their charges: the state machine that the API and the hosted page drive alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import cards
from ..cards import Debit, Decline, Method
from ..errors import ApiError, refused
from ..ids import new_id, token
from ..store import Record
from ..world import World, job
from . import disputes, radar
from .charges import add_charge, method_for, method_of
from .currencies import WHOLE_UNITS, check_amount
from .movements import move
from .settings import DAY, SETTLEMENT_DAYS

# Standard cards of the European Economic Area: 1.5 % and 25 cents, rounded half up. Source: https://stripe.com/pricing
FEE_PER_MILLE = 15
FEE_FIXED_MINOR = 25
# The 25 cents where a minor unit is worth something else.
FEE_FIXED_ELSEWHERE = {
    "jpy": 40,
    "krw": 370,
    "huf": 8500,
    "kwd": 80,
    "bhd": 100,
    "isk": 3700,
    "ugx": 100000,
    "mga": 1200,
}
# A SEPA debit costs 35 cents; an ACH debit 0.8 %, five dollars at most.
SEPA_FEE_MINOR = 35
ACH_FEE_PER_MILLE = 8
ACH_FEE_MOST_MINOR = 500
AUTHORIZATION_LASTS_SECONDS = 7 * DAY
# Told what became of an intent whose debit was not answered at once.
AFTER_DEBIT: list[Callable[[World, Record], None]] = []


def card_fee(amount: int, currency: str = "eur") -> int:
    """What Stripe keeps of a card payment of ``amount`` minor units."""
    fee = (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_ELSEWHERE.get(currency, FEE_FIXED_MINOR)
    return (fee + 50) // 100 * 100 if currency in WHOLE_UNITS else fee


def fee_of(method: Method, amount: int, currency: str) -> int:
    """What Stripe keeps of ``amount`` minor units taken by card or debit."""
    if method.type == "sepa_debit":
        return SEPA_FEE_MINOR
    if method.type == "us_bank_account":
        return min((amount * ACH_FEE_PER_MILLE + 500) // 1000, ACH_FEE_MOST_MINOR)
    return card_fee(amount, currency)


AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
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
    method = method_of(payment_method)
    intent.body |= {"payment_method": payment_method.id, "next_action": None, "last_payment_error": None}
    if needs_authentication(payment_method, off_session=off_session):
        if off_session:
            decline(world, intent, payment_method, AUTHENTICATION_REQUIRED)
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
    elif isinstance(method, Debit):
        _debit(world, intent, payment_method, method)
    else:
        settle(world, intent, payment_method, authenticated=False)


def needs_authentication(payment_method: Record, *, off_session: bool) -> bool:
    """Whether the bank asks who pays."""
    asks = method_of(payment_method).authentication
    if off_session and (asks == "on_session" or (asks == "unless_set_up" and payment_method.hidden.get("set_up"))):
        return False
    return asks != "never"


def settle(world: World, intent: Record, payment_method: Record, *, authenticated: bool) -> None:
    """Ask the bank, the customer having proved who they are if that was needed; raises ApiError 402 on a decline."""
    card = method_of(payment_method)
    why = card.decline or card.declines_later
    if why:
        decline(world, intent, payment_method, why, authenticated=authenticated)
    manual = intent.body["capture_method"] == "manual"
    charge = add_charge(world, intent, payment_method, succeeded=True, captured=not manual, authenticated=authenticated)
    intent.body |= {"latest_charge": charge.id, "next_action": None, "last_payment_error": None}
    _save_for_later(world, intent, payment_method, authenticated=authenticated)
    if manual:
        intent.body |= {"status": "requires_capture", "amount_capturable": intent.body["amount"]}
        world.store.save(intent)
        world.schedule("authorization_expires", intent.id, world.now + AUTHORIZATION_LASTS_SECONDS)
        world.emit(intent.account, "charge.succeeded", charge.body)
        world.emit(intent.account, "payment_intent.amount_capturable_updated", intent.body)
        return
    receive(world, charge, card, intent.body["amount"])
    intent.body |= {"status": "succeeded", "amount_received": intent.body["amount"]}
    _announce_success(world, intent, charge, card)


def _announce_success(world: World, intent: Record, charge: Record, method: Method) -> None:
    """Tell of a paid intent, and of the trouble that its test card brings along."""
    if method.review:
        intent.body["review"] = radar.open_review(world, charge).id
    world.store.save(intent)
    world.emit(intent.account, "charge.succeeded", charge.body)
    world.emit(intent.account, "payment_intent.succeeded", intent.body)
    if method.fraud_warning:
        radar.warn(world, charge)
    for reason in (method.dispute, method.second_dispute):
        if reason:
            disputes.open_dispute(world, charge, reason)


def _save_for_later(world: World, intent: Record, payment_method: Record, *, authenticated: bool) -> None:
    """Attach what was paid with to the customer, if the intent says that it will be used again."""
    if not intent.body["setup_future_usage"]:
        return
    for owner in ("customer", "customer_account"):
        if intent.body[owner] and not payment_method.body[owner]:
            payment_method.body[owner] = intent.body[owner]
            world.emit(intent.account, "payment_method.attached", payment_method.body)
    payment_method.hidden["set_up"] = authenticated or payment_method.hidden.get("set_up", False)
    world.store.save(payment_method)


# -- debits --------------------------------------------------------------
def _debit(world: World, intent: Record, payment_method: Record, debit: Debit) -> None:
    """Ask for a debit: the intent is processing until the customer's bank has answered."""
    charge = add_charge(
        world, intent, payment_method, succeeded=False, captured=True, authenticated=False, pending=True
    )
    intent.body |= {"status": "processing", "latest_charge": charge.id}
    _save_for_later(world, intent, payment_method, authenticated=True)
    world.store.save(intent)
    world.schedule("debit_answered", intent.id, world.now + debit.settles_after_seconds)
    world.emit(intent.account, "charge.pending", charge.body)
    world.emit(intent.account, "payment_intent.processing", intent.body)


@job("debit_answered")
def answer_debit(world: World, id: str) -> None:
    """The customer's bank pays a debit, or does not."""
    intent = world.store.find(id)
    if intent is None or intent.body["status"] != "processing":
        return
    charge = world.store.find(intent.body["latest_charge"])
    assert charge
    debit = method_for(charge)
    assert isinstance(debit, Debit)
    if debit.why:
        _fail_debit(world, intent, charge, debit.why)
        return
    charge.body |= {"status": "succeeded", "paid": True}
    receive(world, charge, debit, charge.body["amount"], type="payment")
    intent.body |= {"status": "succeeded", "amount_received": charge.body["amount"]}
    _announce_success(world, intent, charge, debit)
    for hear in AFTER_DEBIT:
        hear(world, intent)


def bounce(world: World, charge: Record) -> None:
    """A bank takes a paid debit back, days later: the money leaves the platform, whatever was transferred of it."""
    intent = world.store.find(charge.body["payment_intent"] or "")
    if charge.body["payment_method_details"]["type"] == "card" or charge.body["status"] != "succeeded" or not intent:
        raise refused(f"Only a debit that was paid can be returned; {charge.id} is none.")
    charge.body["failure_balance_transaction"] = move(
        world,
        charge.account,
        type="payment_failure_refund",
        amount=-charge.body["amount"],
        currency=charge.body["currency"],
        source=charge.id,
        description="PAYMENT FAILURE",
    )
    _fail_debit(world, intent, charge, cards.BOUNCED)


def _fail_debit(world: World, intent: Record, charge: Record, why: Decline) -> None:
    charge.body |= {"status": "failed", "paid": False, "failure_code": why.code, "failure_message": why.message}
    world.store.save(charge)
    payment_method = world.store.find(intent.body["payment_method"])
    error: dict[str, Any] = {"charge": charge.id, "code": why.code, "message": why.message, "type": "card_error"}
    if payment_method:
        error |= {"payment_method": payment_method.body}
    intent.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "amount_received": 0,
        "last_payment_error": error,
    }
    world.store.save(intent)
    world.emit(intent.account, "charge.failed", charge.body)
    world.emit(intent.account, "payment_intent.payment_failed", intent.body)
    for hear in AFTER_DEBIT:
        hear(world, intent)


def receive(world: World, charge: Record, method: Method, amount: int, *, type: str = "charge") -> None:
    """Book the money of a captured charge: gross, Stripe's fee, and the day on which it becomes available."""
    available_on = world.now if method.available_at_once else world.now + SETTLEMENT_DAYS * DAY
    charge.body["balance_transaction"] = move(
        world,
        charge.account,
        type=type,
        amount=amount,
        fee=fee_of(method, amount, charge.body["currency"]),
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
    receive(world, charge, method_of(payment_method), amount)
    intent.body |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    world.store.save(intent)
    world.emit(intent.account, "charge.captured", charge.body)
    world.emit(intent.account, "payment_intent.succeeded", intent.body)


@job("authorization_expires")
def expire_authorization(world: World, id: str) -> None:
    """What was authorized and never captured is given back after seven days."""
    intent = world.store.find(id)
    if intent is None or intent.body["status"] != "requires_capture":
        return
    cancel(world, intent, "automatic")
    charge = world.store.find(intent.body["latest_charge"])
    assert charge
    world.emit(intent.account, "charge.expired", charge.body)


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
