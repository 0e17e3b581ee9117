"""Webhook endpoints (v1, snapshots) and event destinations (v2, thin events)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..errors import invalid, unsupported
from ..ids import token
from ..listing import page, page_size
from ..objects import get
from ..store import Record, read_record
from ..world import World, iso
from .registry import Call, change, endpoint

DESTINATION = "v2.core.event_destination"


def check_url(world: World, url: str, param: str) -> None:
    """Raises ApiError unless the sandbox may deliver there: to this machine, and to hosts that it was told of."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    if parts.scheme not in ("http", "https") or not (local or host in world.settings.allowed_hosts):
        raise invalid(
            f"Invalid URL: {url}. The sandbox delivers to localhost, *.localhost and 127.0.0.1 (and hosts given "
            f"by --allow-host).",
            param=param,
            code="url_invalid",
        )


@endpoint("POST", "/v1/webhook_endpoints")
def create(call: Call) -> dict[str, Any]:
    """The only answer that holds the signing secret."""
    params, world = call.params, call.world
    check_url(world, params["url"], "url")
    if params.get("api_version") not in (None, world.contract.version):
        raise unsupported(f"another api_version than {world.contract.version}")
    made = world.create(
        "webhook_endpoint",
        "we",
        world.platform,
        {
            "api_version": params.get("api_version"),
            "application": None,
            "description": params.get("description") or None,
            "enabled_events": params["enabled_events"],
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "status": "enabled",
            "url": params["url"],
        },
        {"secret": f"whsec_{token(32)}", "connect": params.get("connect", False), "thin": False},
    )
    return {**made.body, "secret": made.hidden["secret"]}


@endpoint("GET", "/v1/webhook_endpoints")
def list_endpoints(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "webhook_endpoint", call.params, call.path)


@endpoint("GET", "/v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "webhook_endpoint", call.id).body


@endpoint("POST", "/v1/webhook_endpoints/{webhook_endpoint}")
def update(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "webhook_endpoint", call.id)
    if call.params.get("url"):
        check_url(call.world, call.params["url"], "url")
    change(record, call.params, "url", "enabled_events", "description")
    if "disabled" in call.params:
        record.body["status"] = "disabled" if call.params["disabled"] else "enabled"
    return call.world.store.save(record).body


@endpoint("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}")
def delete(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "webhook_endpoint", call.id)
    _remove(call.world, record)
    return {"id": record.id, "object": "webhook_endpoint", "deleted": True}


def _remove(world: World, record: Record) -> None:
    world.store.remove(record.id)
    world.store.sql("UPDATE deliveries SET state = 'dropped' WHERE endpoint = ? AND state = 'waiting'", record.id)


# -- v2 ------------------------------------------------------------------
def show_destination(record: Record, include: list[str]) -> dict[str, Any]:
    """The address is shown when it is included, the secret only by the creating call."""
    shown = {"url": record.hidden["url"]} if "webhook_endpoint.url" in include else {}
    secret = {"signing_secret": record.hidden["secret"]} if "webhook_endpoint.signing_secret" in include else {}
    return {**record.body, "webhook_endpoint": {"signing_secret": None, "url": None, **shown, **secret}}


@endpoint("POST", "/v2/core/event_destinations")
def create_destination(call: Call) -> dict[str, Any]:
    params, world = call.params, call.world
    if params["type"] != "webhook_endpoint":
        raise unsupported(f"event destinations of type {params['type']}")
    if not (params.get("webhook_endpoint") or {}).get("url"):
        raise invalid(
            "Missing required param: webhook_endpoint.url.", param="webhook_endpoint.url", code="parameter_missing"
        )
    check_url(world, params["webhook_endpoint"]["url"], "webhook_endpoint.url")
    origins = params.get("events_from") or ["@self"]
    if origins not in (["@self"], ["@accounts"]):
        raise unsupported("events_from other than @self or @accounts")
    made = world.create(
        DESTINATION,
        "ed_test",
        world.platform,
        {
            "amazon_eventbridge": None,
            "azure_event_grid": None,
            "description": params.get("description") or "",
            "enabled_events": params["enabled_events"],
            "event_payload": params["event_payload"],
            "events_from": origins,
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "name": params["name"],
            "snapshot_api_version": params.get("snapshot_api_version"),
            "status": "enabled",
            "status_details": None,
            "type": "webhook_endpoint",
            "updated": iso(world.now),
        },
        {
            "secret": f"whsec_{token(32)}",
            "connect": origins == ["@accounts"],
            "thin": params["event_payload"] == "thin",
            "url": params["webhook_endpoint"]["url"],
        },
    )
    return show_destination(made, params.get("include") or [])


@endpoint("GET", "/v2/core/event_destinations")
def list_destinations(call: Call) -> dict[str, Any]:
    rows = call.world.store.sql(
        "SELECT * FROM objects WHERE account = ? AND kind = ? ORDER BY seq DESC LIMIT ?",
        call.world.platform,
        DESTINATION,
        page_size(call.params),
    )
    data = [show_destination(read_record(row), call.params.get("include") or []) for row in rows]
    return {"data": data, "next_page_url": None, "previous_page_url": None}


@endpoint("GET", "/v2/core/event_destinations/{id}")
def retrieve_destination(call: Call) -> dict[str, Any]:
    return show_destination(
        get(call.world, call.world.platform, DESTINATION, call.id), call.params.get("include") or []
    )


@endpoint("POST", "/v2/core/event_destinations/{id}")
def update_destination(call: Call) -> dict[str, Any]:
    record = get(call.world, call.world.platform, DESTINATION, call.id)
    for name in ("name", "description", "enabled_events"):
        if call.params.get(name) is not None:
            record.body[name] = call.params[name]
    if call.params.get("metadata"):
        record.body["metadata"] = {
            k: v for k, v in {**record.body["metadata"], **call.params["metadata"]}.items() if v is not None
        }
    url = (call.params.get("webhook_endpoint") or {}).get("url")
    if url:
        check_url(call.world, url, "webhook_endpoint.url")
        record.hidden["url"] = url
    return _stamp(call, record)


@endpoint("POST", "/v2/core/event_destinations/{id}/disable")
def disable_destination(call: Call) -> dict[str, Any]:
    record = get(call.world, call.world.platform, DESTINATION, call.id)
    record.body |= {"status": "disabled", "status_details": {"disabled": {"reason": "user"}}}
    return _stamp(call, record)


@endpoint("POST", "/v2/core/event_destinations/{id}/enable")
def enable_destination(call: Call) -> dict[str, Any]:
    record = get(call.world, call.world.platform, DESTINATION, call.id)
    record.body |= {"status": "enabled", "status_details": None}
    return _stamp(call, record)


@endpoint("POST", "/v2/core/event_destinations/{id}/ping")
def ping_destination(call: Call) -> dict[str, Any]:
    record = get(call.world, call.world.platform, DESTINATION, call.id)
    return call.world.event_body(call.world.emit_thin("v2.core.event_destination.ping", record, only=record.id))


@endpoint("DELETE", "/v2/core/event_destinations/{id}")
def delete_destination(call: Call) -> dict[str, Any]:
    record = get(call.world, call.world.platform, DESTINATION, call.id)
    _remove(call.world, record)
    return {"id": record.id, "object": DESTINATION}


def _stamp(call: Call, record: Record) -> dict[str, Any]:
    record.body["updated"] = iso(call.world.now)
    call.world.store.save(record)
    return show_destination(record, call.params.get("include") or [])
