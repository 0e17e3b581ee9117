"""Events, kept for 30 days: v1 snapshots and v2 thin events."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ..errors import invalid, missing, unsupported
from ..listing import envelope, page_size, select_page
from ..world import EVENTS_KEPT_SECONDS, World, iso
from .registry import Call, endpoint


def show_event(world: World, row: Any) -> dict[str, Any]:
    """A snapshot event as the API and webhooks show it, with the number of deliveries still owed."""
    owed = world.store.one("SELECT count(*) AS n FROM deliveries WHERE event = ? AND state = 'waiting'", row["id"])
    return {**json.loads(row["body"]), "pending_webhooks": owed["n"] if owed else 0}


@endpoint("GET", "/v1/events")
def list_events(call: Call) -> dict[str, Any]:
    if "delivery_success" in call.params:
        raise unsupported("the filter delivery_success of events")
    if call.params.get("type") and call.params.get("types"):
        raise invalid("You may only specify one of these parameters: type, types.", code="parameters_exclusive")
    conditions = ["o.account = ?", "o.thin = 0", "o.created > ?"]
    values: list[Any] = [call.account, call.world.now - EVENTS_KEPT_SECONDS]
    types = call.params.get("types") or ([call.params["type"]] if call.params.get("type") else [])
    if types:
        conditions.append("(" + " OR ".join("o.type GLOB ?" for _ in types) + ")")
        values += [kind.replace("[", "[[]") for kind in types]
    rows, more = select_page(call.world, "events", conditions, values, call.params, "event")
    return envelope([show_event(call.world, row) for row in rows], more, call.path)


@endpoint("GET", "/v1/events/{id}")
def retrieve(call: Call) -> dict[str, Any]:
    row = call.world.store.one("SELECT * FROM events WHERE id = ? AND thin = 0 AND account = ?", call.id, call.account)
    if row is None or row["created"] <= call.world.now - EVENTS_KEPT_SECONDS:
        raise missing("event", call.id)
    return show_event(call.world, row)


@endpoint("GET", "/v2/core/events/{id}")
def retrieve_thin(call: Call) -> dict[str, Any]:
    row = call.world.store.one("SELECT * FROM events WHERE id = ? AND thin = 1", call.id)
    if row is None or row["created"] <= call.world.now - EVENTS_KEPT_SECONDS:
        raise missing("event", call.id)
    return json.loads(row["body"])


@endpoint("GET", "/v2/core/events")
def list_thin(call: Call) -> dict[str, Any]:
    """Newest first, one page: ``limit`` up to 100."""
    conditions, values = ["thin = 1"], []
    if call.params.get("object_id"):
        conditions.append("object_id = ?")
        values.append(call.params["object_id"])
    if call.params.get("types"):
        conditions.append(f"type IN ({', '.join('?' * len(call.params['types']))})")
        values += call.params["types"]
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        bound = (call.params.get("created") or {}).get(name)
        if bound:
            conditions.append(f"created {sign} ?")
            values.append(_timestamp(bound))
    rows = call.world.store.sql(
        f"SELECT body FROM events WHERE {' AND '.join(conditions)} ORDER BY seq DESC LIMIT ?",
        *values,
        page_size(call.params),
    )
    return {"data": [json.loads(row["body"]) for row in rows], "next_page_url": None, "previous_page_url": None}


def _timestamp(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except ValueError:
        raise invalid(f"Invalid timestamp: {text}. Write it like {iso(0)}.", param="created") from None
