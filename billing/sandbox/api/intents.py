"""Payment intents, for those who pay without the hosted page."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused, unsupported
from ..listing import page
from ..money.currencies import check_amount
from ..money.payments import cancel, capture, confirm, create_intent, unexpected
from ..objects import get
from ..search import search
from ..store import Record
from .methods import check_owner, named_method
from .registry import Call, change, endpoint

PLAIN = (
    "customer",
    "customer_account",
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
# Known to Stripe and of no consequence here: which methods are offered, and how the page looks.
IGNORED = (
    "automatic_payment_methods",
    "allowed_payment_method_types",
    "excluded_payment_method_types",
    "payment_method_options",
    "payment_method_configuration",
    "radar_options",
    "use_stripe_sdk",
    "error_on_requires_action",
    "amount_details",
    "payment_details",
)
CONFIRMING = (
    "confirm",
    "payment_method",
    "payment_method_data",
    "off_session",
    "return_url",
    "mandate_data",
    "mandate",
)
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


@endpoint("POST", "/v1/payment_intents")
def create(call: Call) -> dict[str, Any]:
    params = call.params
    _only(
        call, *PLAIN, *IGNORED, *CONFIRMING, "amount", "currency", "capture_method", "confirmation_method", "metadata"
    )
    check_owner(call)
    intent = create_intent(
        call.world,
        call.account,
        amount=params["amount"],
        currency=params["currency"].lower(),
        metadata=params.get("metadata") or {},
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        **{name: params[name] or None for name in PLAIN if name in params},
    )
    redirects = (params.get("automatic_payment_methods") or {}).get("allow_redirects", "always")
    intent.body["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}
    call.world.store.save(intent)
    _name_method(call, intent)
    if params.get("confirm"):
        _confirm(call, intent)
    return intent.body


@endpoint("GET", "/v1/payment_intents")
def list_intents(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "payment_intent", call.params, call.path, by=("customer", "customer_account"))


@endpoint("GET", "/v1/payment_intents/{intent}")
def retrieve(call: Call) -> dict[str, Any]:
    call.params.pop("client_secret", None)
    return get(call.world, call.account, "payment_intent", call.id).body


@endpoint("POST", "/v1/payment_intents/{intent}")
def update(call: Call) -> dict[str, Any]:
    _only(call, *PLAIN, *IGNORED, "amount", "currency", "metadata", "payment_method", "payment_method_data")
    intent = get(call.world, call.account, "payment_intent", call.id)
    if ("amount" in call.params or "currency" in call.params) and intent.body["status"] not in CONFIRMABLE:
        raise unexpected(intent, "updated", ", ".join(CONFIRMABLE))
    if "currency" in call.params:
        intent.body["currency"] = call.params["currency"].lower()
    check_owner(call)
    change(intent, call.params, "amount", *PLAIN)
    check_amount(intent.body["amount"], intent.body["currency"])
    _name_method(call, intent)
    return call.world.store.save(intent).body


@endpoint("POST", "/v1/payment_intents/{intent}/confirm")
def confirm_intent(call: Call) -> dict[str, Any]:
    _only(call, *CONFIRMING, *IGNORED, "receipt_email", "setup_future_usage", "shipping", "capture_method")
    intent = get(call.world, call.account, "payment_intent", call.id)
    if intent.body["status"] not in CONFIRMABLE:
        raise unexpected(intent, "confirmed", ", ".join(CONFIRMABLE))
    change(intent, call.params, "receipt_email", "setup_future_usage", "shipping", "capture_method")
    _name_method(call, intent)
    _confirm(call, intent)
    return intent.body


@endpoint("POST", "/v1/payment_intents/{intent}/capture")
def capture_intent(call: Call) -> dict[str, Any]:
    _only(call, "amount_to_capture", "final_capture", "metadata")
    intent = get(call.world, call.account, "payment_intent", call.id)
    change(intent, call.params)
    capture(call.world, intent, call.params.get("amount_to_capture"))
    return intent.body


@endpoint("POST", "/v1/payment_intents/{intent}/cancel")
def cancel_intent(call: Call) -> dict[str, Any]:
    intent = get(call.world, call.account, "payment_intent", call.id)
    if any(s.body["status"] == "open" for s in call.world.store.where("checkout.session", "payment_intent", intent.id)):
        raise refused(
            "You cannot cancel a PaymentIntent that was created by a Checkout Session. Expire the session instead.",
            code="payment_intent_unexpected_state",
            payment_intent=intent.body,
        )
    cancel(call.world, intent, call.params.get("cancellation_reason"))
    return intent.body


@endpoint("GET", "/v1/payment_intents/search")
def search_intents(call: Call) -> dict[str, Any]:
    fields = ("amount", "created", "currency", "customer", "status")
    return search(call.world, call.account, "payment_intent", call.params, call.path, fields=fields)


def _name_method(call: Call, intent: Record) -> None:
    """Tell the intent what it is to be paid with, if the call says so."""
    record = named_method(call)
    if record is None:
        return
    if record.body["customer"] and record.body["customer"] != intent.body["customer"]:
        raise refused(
            f"The payment method {record.id} belongs to a customer. Please include the customer in the `customer` "
            f"parameter on the PaymentIntent.",
            param="payment_method",
        )
    intent.body["payment_method"] = record.id
    if intent.body["status"] == "requires_payment_method":
        intent.body["status"] = "requires_confirmation"
    call.world.store.save(intent)


def _confirm(call: Call, intent: Record) -> None:
    if not intent.body["payment_method"]:
        raise refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
            "the PaymentIntent "
            "with a payment method and then confirm it again, or confirm it again directly with a payment method or "
            "ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=intent.body,
        )
    off_session = bool(call.params.get("off_session"))
    if (
        not off_session
        and not call.params.get("return_url")
        and intent.body["automatic_payment_methods"]["allow_redirects"] != "never"
        and intent.body["confirmation_method"] != "manual"
    ):
        raise invalid(
            "This PaymentIntent accepts payment methods that may redirect: give a `return_url`, or create it with "
            "automatic_payment_methods[allow_redirects]=never.",
            param="return_url",
        )
    payment_method = get(call.world, call.account, "payment_method", intent.body["payment_method"])
    confirm(call.world, intent, payment_method, off_session=off_session, return_url=call.params.get("return_url"))


def _only(call: Call, *names: str) -> None:
    for name in call.params:
        if name not in names:
            raise unsupported(f"the parameter {name} of payment intents")
