"""Connected accounts by v2 and their onboarding links; their v1 faces: account, login link, account session."""

from __future__ import annotations

from typing import Any

from ..accounts import KIND, create_account, update_account, v1_view, v2_view
from ..errors import invalid, missing, refused
from ..ids import new_id, token
from ..listing import page_size
from ..money.movements import balance_body
from ..store import Record, read_record
from ..world import World, iso
from .registry import Call, endpoint

LINK_SECONDS = 300
SESSION_SECONDS = 3600
LOGIN_SECONDS = 300


def connected(world: World, id: str, param: str = "account") -> Record:
    """The platform's connected account, or ApiError resource_missing."""
    record = world.store.find(id)
    if record is None or record.kind != KIND:
        raise missing("account", id, param=param)
    return record


@endpoint("POST", "/v2/core/accounts")
def create(call: Call) -> dict[str, Any]:
    return v2_view(create_account(call.world, call.params), call.params.get("include") or [])


@endpoint("GET", "/v2/core/accounts/{id}")
def retrieve(call: Call) -> dict[str, Any]:
    return v2_view(connected(call.world, call.id), call.params.get("include") or [])


@endpoint("POST", "/v2/core/accounts/{id}")
def update(call: Call) -> dict[str, Any]:
    record = connected(call.world, call.id)
    update_account(call.world, record, call.params)
    return v2_view(record, call.params.get("include") or [])


@endpoint("GET", "/v2/core/accounts")
def list_accounts(call: Call) -> dict[str, Any]:
    """Newest first, one page: ``limit`` up to 100."""
    limit = page_size(call.params)
    rows = call.world.store.sql(
        "SELECT * FROM objects WHERE account = ? AND kind = ? ORDER BY seq DESC", call.world.platform, KIND
    )
    wanted, closed = set(call.params.get("applied_configurations") or []), call.params.get("closed") or False
    found = [
        r
        for r in map(read_record, rows)
        if wanted <= set(r.body["applied_configurations"]) and r.body["closed"] == closed
    ]
    return {"data": [v2_view(r, []) for r in found[:limit]], "next_page_url": None, "previous_page_url": None}


@endpoint("POST", "/v2/core/accounts/{id}/close")
def close(call: Call) -> dict[str, Any]:
    record = connected(call.world, call.id)
    sums = balance_body(call.world, record.id)
    if any(entry["amount"] for entry in [*sums["available"], *sums["pending"]]):
        raise refused("This account cannot be closed while it holds a balance.", code="account_balance_not_zero")
    if not record.body["closed"]:
        record.body["closed"] = True
        call.world.store.save(record)
        call.world.emit_thin("v2.core.account.closed", record)
        call.world.emit(
            record.id, "account.application.deauthorized", {"id": new_id("ca"), "object": "application", "name": "Souk"}
        )
    return v2_view(record, [])


@endpoint("POST", "/v2/core/account_links")
def link(call: Call) -> dict[str, Any]:
    """A single-use address of the onboarding page. Returning from it proves nothing: read the account."""
    record = connected(call.world, call.params["account"])
    use_case = call.params["use_case"]
    options = use_case.get(use_case["type"])
    if not options:
        raise invalid(
            f"use_case.{use_case['type']} is required.", param=f"use_case.{use_case['type']}", code="parameter_missing"
        )
    world, secret = call.world, token(40)
    made = world.create(
        "v2.core.account_link",
        "acctlink",
        world.platform,
        {
            "account": record.id,
            "expires_at": iso(world.now + LINK_SECONDS),
            "livemode": False,
            "use_case": {
                "type": use_case["type"],
                use_case["type"]: {
                    "collection_options": options.get("collection_options"),
                    "refresh_url": options["refresh_url"],
                    "return_url": options.get("return_url"),
                },
            },
            "url": f"{world.settings.public_url}/connect/start/{secret}",
        },
        {
            "expires": world.now + LINK_SECONDS,
            "used": False,
            "refresh_url": options["refresh_url"],
            "return_url": options.get("return_url"),
        },
        id=f"acctlink_{secret}",
    )
    return {name: value for name, value in made.body.items() if name != "id"}


@endpoint("GET", "/v1/accounts/{account}")
def v1_retrieve(call: Call) -> dict[str, Any]:
    if call.id == call.world.platform:
        return platform_view(call.world)
    return v1_view(call.world, connected(call.world, call.id))


@endpoint("GET", "/v1/account")
def v1_current(call: Call) -> dict[str, Any]:
    if call.account == call.world.platform:
        return platform_view(call.world)
    return v1_view(call.world, connected(call.world, call.account))


def platform_view(world: World) -> dict[str, Any]:
    return {
        "id": world.platform,
        "object": "account",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": world.settings.country,
        "default_currency": world.settings.currency,
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


@endpoint("POST", "/v1/accounts/{account}/login_links")
def login_link(call: Call) -> dict[str, Any]:
    """A short-lived address of the vendor's own dashboard."""
    record = connected(call.world, call.id)
    if record.body["dashboard"] != "express":
        raise refused(f"Cannot create a login link for an account without an Express dashboard: {record.id}")
    if not record.hidden["details_submitted"]:
        raise refused("Cannot create a login link for an account that has not completed onboarding.")
    secret = token(40)
    call.world.create(
        "login_link",
        "lnk",
        call.world.platform,
        {},
        {"account": record.id, "expires": call.world.now + LOGIN_SECONDS},
        id=f"lnk_{secret}",
    )
    return {
        "object": "login_link",
        "created": call.world.now,
        "url": f"{call.world.settings.public_url}/express/{secret}",
    }


@endpoint("POST", "/v1/account_sessions")
def account_session(call: Call) -> dict[str, Any]:
    """A client secret for embedded components; the components that were not asked for are answered as not enabled."""
    record = connected(call.world, call.params["account"])
    contract = call.world.contract
    schema = contract.schemas["account_session"]["properties"]["components"]
    components = {}
    for name, ref in contract.deref(schema)["properties"].items():
        asked = call.params["components"].get(name) or {}
        features = contract.deref(contract.deref(ref)["properties"]["features"]).get("properties", {})
        components[name] = {
            "enabled": asked.get("enabled", False),
            "features": {
                feature: (asked.get("features") or {}).get(feature, False)
                for feature in features
                if contract.deref(features[feature]).get("type") == "boolean"
            },
        }
    return {
        "object": "account_session",
        "account": record.id,
        "client_secret": f"accs_secret__{token(48)}",
        "components": components,
        "expires_at": call.world.now + SESSION_SECONDS,
        "livemode": False,
    }
