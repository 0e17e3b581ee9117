"""Setup intents: cards and bank accounts to be used later."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused, unsupported
from ..listing import page
from ..money.setups import OPEN, cancel, confirm, create_setup, unexpected
from ..objects import get
from ..store import Record
from .methods import check_owner, named_method
from .registry import Call, change, endpoint

PLAIN = ("customer", "customer_account", "description", "usage")
# Of no consequence here: which methods are offered.
IGNORED = (
    "allowed_payment_method_types",
    "excluded_payment_method_types",
    "payment_method_configuration",
    "payment_method_options",
    "use_stripe_sdk",
    "mandate_data",
)
CONFIRMING = ("confirm", "payment_method", "payment_method_data", "return_url")


@endpoint("POST", "/v1/setup_intents")
def create(call: Call) -> dict[str, Any]:
    params = call.params
    _only(call, *PLAIN, *IGNORED, *CONFIRMING, "automatic_payment_methods", "metadata")
    check_owner(call)
    fields = {name: params[name] or None for name in PLAIN if name in params}
    setup = create_setup(call.world, call.account, metadata=params.get("metadata") or {}, **fields)
    redirects = (params.get("automatic_payment_methods") or {}).get("allow_redirects", "always")
    setup.body["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}
    _name_method(call, setup)
    if params.get("confirm"):
        _confirm(call, setup)
    return call.world.store.save(setup).body


@endpoint("GET", "/v1/setup_intents")
def list_setups(call: Call) -> dict[str, Any]:
    by = ("customer", "customer_account", "payment_method")
    return page(call.world, call.account, "setup_intent", call.params, call.path, by=by)


@endpoint("GET", "/v1/setup_intents/{intent}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "setup_intent", call.id).body


@endpoint("POST", "/v1/setup_intents/{intent}")
def update(call: Call) -> dict[str, Any]:
    _only(call, "customer", "customer_account", "description", "metadata", "payment_method", *IGNORED)
    setup = get(call.world, call.account, "setup_intent", call.id)
    if setup.body["status"] not in OPEN:
        raise unexpected(setup, "updated")
    check_owner(call)
    change(setup, call.params, "customer", "customer_account", "description")
    _name_method(call, setup)
    return call.world.store.save(setup).body


@endpoint("POST", "/v1/setup_intents/{intent}/confirm")
def confirm_setup(call: Call) -> dict[str, Any]:
    _only(call, *CONFIRMING, *IGNORED)
    setup = get(call.world, call.account, "setup_intent", call.id)
    if setup.body["status"] not in OPEN:
        raise unexpected(setup, "confirmed")
    _name_method(call, setup)
    _confirm(call, setup)
    return setup.body


@endpoint("POST", "/v1/setup_intents/{intent}/cancel")
def cancel_setup(call: Call) -> dict[str, Any]:
    setup = get(call.world, call.account, "setup_intent", call.id)
    cancel(call.world, setup, call.params.get("cancellation_reason"))
    return setup.body


@endpoint("GET", "/v1/setup_attempts")
def list_attempts(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "setup_attempt", call.params, call.path, by=("setup_intent",))


def _name_method(call: Call, setup: Record) -> None:
    record = named_method(call)
    if record is None:
        return
    setup.body |= {"payment_method": record.id, "status": "requires_confirmation"}
    call.world.store.save(setup)


def _confirm(call: Call, setup: Record) -> None:
    if not setup.body["payment_method"]:
        raise refused(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=setup.body,
        )
    back = call.params.get("return_url")
    if not back and setup.body["automatic_payment_methods"]["allow_redirects"] != "never":
        raise invalid(
            "This SetupIntent accepts payment methods that may redirect: give a `return_url`, or create it with "
            "automatic_payment_methods[allow_redirects]=never.",
            param="return_url",
        )
    method = get(call.world, call.account, "payment_method", setup.body["payment_method"])
    confirm(call.world, setup, method, return_url=back)


def _only(call: Call, *names: str) -> None:
    for name in call.params:
        if name not in names:
            raise unsupported(f"the parameter {name} of setup intents")
