"""How webhooks go wrong on demand: one rule each for an event type and an account, used up after so many events.

| mode | what the receiver sees |
| --- | --- |
| drop | nothing; the event can still be listed |
| duplicate | the same event twice |
| twin | two events, each with an id of its own, for one change |
| delay | the event ``seconds`` later, by the real clock |
| late | the event after ``seconds`` of the sandbox's clock, three days unless said otherwise |
| hold | nothing until it is released, in whatever order |
| wrong_secret, old_timestamp | a first try that must be refused, signed wrongly or an hour ago; then a right one |
| other_account | besides, a copy that names another connected account |
| unknown_type | besides, a copy of a type that does not exist |
| thin | besides, a thin notification at the address of snapshots |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from .ids import new_id
from .store import Record, Store

MODES = (
    *("drop", "duplicate", "twin", "delay", "late", "hold", "wrong_secret", "old_timestamp"),
    *("other_account", "unknown_type", "thin"),
)
# A copy that nobody should believe: tried once, never again.
FORGED = ("other_account", "unknown_type", "thin")
MISSIGNED = ("wrong_secret", "old_timestamp")
LATE_SECONDS = 3 * 86400
UNKNOWN_TYPE = "sandbox.thing.happened"


def order_trick(store: Store, trick: dict[str, Any]) -> list[dict[str, Any]]:
    """Add a rule (``type`` a glob, ``account`` or None, ``mode``, ``times``, ``seconds``); answer all there are."""
    rules = [*store.get_meta("tricks", []), trick]
    store.set_meta("tricks", rules)
    return rules


def take_trick(store: Store, type: str, account: str) -> dict[str, Any] | None:
    """The first rule for an event, one of its times used up."""
    rules = store.get_meta("tricks", [])
    for rule in rules:
        if fnmatchcase(type, rule["type"].replace("[", "[[]")) and rule["account"] in (None, account):
            rule["times"] -= 1
            store.set_meta("tricks", [r for r in rules if r["times"] > 0])
            return rule
    return None


def post(
    store: Store, event: str, endpoint: str, *, due: float, state: str = "waiting", trick: str | None = None
) -> None:
    """Put one delivery into the outbox."""
    store.sql(
        "INSERT INTO deliveries (event, endpoint, due, state, trick) VALUES (?, ?, ?, ?, ?)",
        event,
        endpoint,
        due,
        state,
        trick,
    )


def deliver(
    store: Store,
    event: str,
    told: list[str],
    rule: dict[str, Any] | None,
    *,
    delay: float,
    twice: bool,
    schedule: Callable[[float], None],
) -> None:
    """Put an event into the outbox for those who are told, as its rule has it; ``schedule`` releases what is late."""
    mode = rule["mode"] if rule else None
    seconds = rule["seconds"] if rule else 0
    if mode == "drop":
        return
    due = time.time() + delay + (seconds if mode == "delay" else 0)
    state = "held" if mode in ("hold", "late") else "waiting"
    for endpoint in told * (2 if twice or mode == "duplicate" else 1):
        post(store, event, endpoint, due=due, state=state, trick=mode if mode in MISSIGNED else None)
    if mode in FORGED:
        for endpoint in told:
            post(store, event, endpoint, due=due, trick=mode)
    if mode == "late":
        schedule(seconds or LATE_SECONDS)


def disguise(store: Store, body: dict[str, Any], trick: str | None, platform: str) -> dict[str, Any]:
    """The body of a forged copy."""
    if trick == "other_account":
        others: list[Record] = [r for r in store.all("v2.core.account") if r.id != body.get("account")]
        return {**body, "account": others[0].id if others else new_id("acct", 16)}
    if trick == "unknown_type":
        return {**body, "type": UNKNOWN_TYPE}
    if trick == "thin" and body["object"] != "v2.core.event":
        thing = body["data"]["object"]
        return {
            "id": body["id"],
            "object": "v2.core.event",
            "type": f"v1.{body['type']}",
            "livemode": False,
            "created": "2026-10-28T12:00:00.000Z",
            "related_object": {"id": thing.get("id", ""), "type": thing["object"], "url": f"/v1/{thing['object']}s"},
        }
    return body


def release(store: Store, *, event: str | None = None, order: str = "created") -> int:
    """Let held deliveries go, of one event or of all; in the order they were made, reversed or shuffled."""
    turns = {"created": "id", "reverse": "id DESC", "shuffle": "random()"}[order]
    rows = store.sql(
        f"SELECT id FROM deliveries WHERE state = 'held' AND (event = ? OR ? IS NULL) ORDER BY {turns}", event, event
    ).fetchall()
    for turn, row in enumerate(rows):  # one after the other: several travel at a time, and would overtake each other
        store.sql("UPDATE deliveries SET state = 'waiting', due = ? WHERE id = ?", time.time() + turn * 0.2, row["id"])
    return len(rows)
