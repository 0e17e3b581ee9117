"""Checkout Sessions with the hosted page. Those in mode=subscription are made in `billing`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..accounts import KIND as ACCOUNT
from ..errors import invalid, missing, unsupported
from ..ids import new_id
from ..listing import envelope, page
from ..money.currencies import check_amount
from ..money.sessions import expire
from ..objects import get
from ..store import Record
from ..world import World
from .registry import Call, change, endpoint

DAY = 86400
SHORTEST_SECONDS = 1800
# Kept and answered, of no consequence for the page.
ECHOED = (
    "billing_address_collection",
    "client_reference_id",
    "customer_email",
    "integration_identifier",
    "locale",
    "submit_type",
    "origin_context",
)
IGNORED = (
    "allowed_payment_method_types",
    "excluded_payment_method_types",
    "payment_method_configuration",
    "payment_method_options",
    "branding_settings",
    "custom_text",
    "adaptive_pricing",
    "customer_update",
    "wallet_options",
    "payment_method_collection",
    "redirect_on_completion",
    "saved_payment_method_options",
    "subscription_data",
)
INTENT_FIELDS = (
    "capture_method",
    "description",
    "metadata",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
OTHERS = (
    "mode",
    "ui_mode",
    "line_items",
    "success_url",
    "cancel_url",
    "customer",
    "customer_account",
    "customer_creation",
    "currency",
    "payment_intent_data",
    "automatic_tax",
    "tax_id_collection",
    "phone_number_collection",
    "expires_at",
    "metadata",
)


@endpoint("POST", "/v1/checkout/sessions")
def create(call: Call) -> dict[str, Any]:
    _check(call)
    if call.params["mode"] == "subscription":
        from ..billing.checkout import create as create_for_subscription  # which stands on this module

        return create_for_subscription(call)
    items, currency = _line_items(call.world, call.params)
    check_amount(sum(item["amount_total"] for item in items), currency, "line_items")
    return session_body(call, items, currency).body


def session_body(call: Call, items: list[dict[str, Any]], currency: str) -> Record:
    """Store a session over these ``item`` objects, its page open until it expires."""
    params, world, now = call.params, call.world, call.world.now
    expires_at = params.get("expires_at") or now + DAY
    if not now + SHORTEST_SECONDS <= expires_at <= now + DAY:
        bound = "at least 30 minutes" if expires_at < now + DAY else "less than 24 hours"
        raise invalid(f"The `expires_at` timestamp must be {bound} from Checkout Session creation.", param="expires_at")
    total = sum(item["amount_total"] for item in items)
    creation = params.get("customer_creation", "if_required")
    id = new_id("cs_test", 58)
    session = world.create(
        "checkout.session",
        "cs_test",
        call.account,
        {
            **{name: params.get(name) or None for name in ECHOED},
            "adaptive_pricing": None,
            "after_expiration": None,
            "allow_promotion_codes": None,
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "branding_settings": None,
            "cancel_url": params.get("cancel_url"),
            "client_secret": None,
            "collected_information": None,
            "consent": None,
            "consent_collection": None,
            "currency": currency,
            "currency_conversion": None,
            "custom_fields": [],
            "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            "customer": params.get("customer"),
            "customer_account": params.get("customer_account"),
            "customer_creation": creation,
            "customer_details": None,
            "discounts": [],
            "expires_at": expires_at,
            "invoice": None,
            "invoice_creation": None,
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "mode": "payment",
            "payment_intent": None,
            "payment_link": None,
            "payment_method_collection": "if_required",
            "payment_method_options": None,
            "payment_method_types": _methods(params, currency),
            "payment_status": "unpaid",
            "permissions": None,
            "phone_number_collection": {"enabled": False},
            "recovered_from": None,
            "saved_payment_method_options": None,
            "setup_intent": None,
            "shipping_address_collection": None,
            "shipping_cost": None,
            "shipping_options": [],
            "status": "open",
            "subscription": None,
            "success_url": params["success_url"],
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
            "url": f"{world.settings.public_url}/c/pay/{id}",
            "wallet_options": None,
        },
        {
            "line_items": items,
            "customer_creation": creation,
            "email": None,
            "name": None,
            "completed_event": None,
            "payment_intent_data": {k: v for k, v in (params.get("payment_intent_data") or {}).items() if v != ""},
        },
        id=id,
    )
    world.schedule("session_expires", session.id, expires_at)
    return session


@endpoint("GET", "/v1/checkout/sessions")
def list_sessions(call: Call) -> dict[str, Any]:
    for name in ("customer_details", "payment_link"):
        if name in call.params:
            raise unsupported(f"the filter {name} of sessions")
    return page(
        call.world,
        call.account,
        "checkout.session",
        call.params,
        call.path,
        by=("payment_intent", "customer", "customer_account", "status", "subscription"),
    )


@endpoint("GET", "/v1/checkout/sessions/{session}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "checkout.session", call.id).body


@endpoint("POST", "/v1/checkout/sessions/{session}")
def update(call: Call) -> dict[str, Any]:
    for name in call.params:
        if name != "metadata":
            raise unsupported(f"the parameter {name} when updating sessions")
    session = get(call.world, call.account, "checkout.session", call.id)
    change(session, call.params)
    return call.world.store.save(session).body


@endpoint("POST", "/v1/checkout/sessions/{session}/expire")
def expire_session(call: Call) -> dict[str, Any]:
    session = get(call.world, call.account, "checkout.session", call.id)
    expire(call.world, session)
    return session.body


@endpoint("GET", "/v1/checkout/sessions/{session}/line_items")
def line_items(call: Call) -> dict[str, Any]:
    items = get(call.world, call.account, "checkout.session", call.id).hidden["line_items"]
    ids = [item["id"] for item in items]
    start = ids.index(call.params["starting_after"]) + 1 if call.params.get("starting_after") in ids else 0
    limit = call.params.get("limit", 10)
    return envelope(items[start : start + limit], len(items) > start + limit, call.path)


def _check(call: Call) -> None:
    params = call.params
    for name in params:
        if name not in (*ECHOED, *IGNORED, *OTHERS):
            raise unsupported(f"the parameter {name} of checkout sessions")
    if params.get("mode", "payment") not in ("payment", "subscription"):
        raise unsupported(f"checkout sessions with mode={params['mode']} yet")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise unsupported(f"checkout sessions with ui_mode={params['ui_mode']}")
    call.need("mode")
    call.need("line_items")
    for name in ("success_url", "cancel_url"):
        if name == "success_url" or params.get(name):
            _check_url(call.need(name), name)
    for name in ("automatic_tax", "tax_id_collection", "phone_number_collection"):
        if (params.get(name) or {}).get("enabled"):
            raise unsupported(f"{name}[enabled]=true")
    for name in params.get("payment_intent_data") or {}:
        if name not in INTENT_FIELDS:
            raise unsupported(f"payment_intent_data[{name}]")
    if sum(bool(params.get(name)) for name in ("customer", "customer_account", "customer_email")) > 1:
        raise invalid(
            "You may only specify one of these parameters: customer, customer_account, customer_email.",
            code="parameters_exclusive",
        )
    if params.get("customer"):
        get(call.world, call.account, "customer", params["customer"], param="customer", status=400)
    if params.get("customer_account"):
        account = call.world.store.find(params["customer_account"])
        if account is None or account.kind != ACCOUNT or "customer" not in account.body["applied_configurations"]:
            raise missing("customer_account", params["customer_account"], param="customer_account", status=400)


def _methods(params: dict[str, Any], currency: str) -> list[str]:
    """What the page offers: cards, and debits in the currency that they know, unless the caller narrows it."""
    if params["mode"] == "subscription":
        return ["card"]
    offered = ["card", *{"eur": ["sepa_debit"], "usd": ["us_bank_account"]}.get(currency, [])]
    allowed = params.get("allowed_payment_method_types") or offered
    excluded = params.get("excluded_payment_method_types") or []
    methods = [name for name in offered if name in allowed and name not in excluded]
    if not methods:
        raise invalid("No valid payment method types for this Checkout Session.", param="excluded_payment_method_types")
    return methods


def _check_url(url: str, param: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("Not a valid URL", param=param, code="url_invalid")


def _line_items(world: World, params: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Turn the parameters into ``item`` objects with a price and a product of their own, all in one currency."""
    items, currencies = [], set()
    for index, asked in enumerate(params["line_items"]):
        where = f"line_items[{index}]"
        if asked.get("price"):
            raise missing("price", asked["price"], param=f"{where}[price]", status=400)
        data, quantity = asked.get("price_data"), asked.get("quantity")
        if not data:
            raise invalid(
                f"Missing required param: {where}[price_data].", param=f"{where}[price_data]", code="parameter_missing"
            )
        if (
            not data.get("product_data")
            or data.get("recurring")
            or "unit_amount" not in data
            or data["unit_amount"] < 0
        ):
            raise invalid(
                "price_data needs product_data and a unit_amount of at least 0, and no recurring in `payment` mode.",
                param=f"{where}[price_data]",
            )
        if not isinstance(quantity, int) or quantity < 1:
            raise invalid("Quantity is required and must be at least 1.", param=f"{where}[quantity]")
        currency, product = data["currency"].lower(), data["product_data"]
        currencies.add(currency)
        total = data["unit_amount"] * quantity
        price = {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": world.now,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_id("prod", 14),
            "recurring": None,
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": data["unit_amount"],
            "unit_amount_decimal": str(data["unit_amount"]),
        }
        items.append(
            {
                "id": new_id("li"),
                "object": "item",
                "adjustable_quantity": None,
                "amount_discount": 0,
                "amount_subtotal": total,
                "amount_tax": 0,
                "amount_total": total,
                "currency": currency,
                "description": product["name"],
                "metadata": asked.get("metadata") or {},
                "price": price,
                "quantity": quantity,
            }
        )
    if len(currencies) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    return items, currencies.pop()
