"""The sandbox's world: its state, its clock, the work that falls due, and the events that it announces."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import tricks
from .contract import Contract
from .ids import new_id, token
from .store import Record, Store

EVENTS_KEPT_SECONDS = 30 * 86400
Job = Callable[["World", str], None]
JOBS: dict[str, Job] = {}


def job(kind: str) -> Callable[[Job], Job]:
    """Register what runs when work of this kind falls due; it is given the world and the work's subject."""

    def register(function: Job) -> Job:
        JOBS[kind] = function
        return function

    return register


@dataclass(frozen=True)
class Settings:
    """How this sandbox was started."""

    state: Path
    public_url: str = "http://127.0.0.1:8003"
    secret_keys: tuple[str, ...] = ("sk_test_souk_sandbox",)
    country: str = "DE"
    currency: str = "eur"
    strict: bool = False
    capture: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    clock_file: Path | None = None


class InvalidAnswer(Exception):
    """The sandbox was about to break Stripe's contract itself."""


class World:
    """Everything a handler needs. ``now`` stands still within a transaction."""

    def __init__(self, settings: Settings, contract: Contract):
        self.settings = settings
        self.contract = contract
        self.store = Store(settings.state)
        self.frozen: int | None = None
        self.request: dict[str, str | None] = {"id": None, "idempotency_key": None}
        with self.store.transaction():
            self._found()

    def _found(self) -> None:
        """Found the platform's own account, once for each state directory."""
        self.offset: int = self.store.get_meta("offset", 0)
        self.platform: str = self.store.get_meta("platform", "")
        self.rate_limit: int | None = self.store.get_meta("rate_limit")
        if not self.platform:
            self.platform = new_id("acct", 16)
            self.store.set_meta("platform", self.platform)

    def reset(self) -> None:
        """Forget everything, webhook endpoints and the moved clock included; must be called inside a transaction."""
        self.store.wipe()
        self._found()
        self.frozen = self.real_now()

    # -- time ------------------------------------------------------------
    def real_now(self) -> int:
        return int(time.time()) + self.offset

    @property
    def now(self) -> int:
        """The sandbox's time in seconds since 1970."""
        return self.real_now() if self.frozen is None else self.frozen

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """One transaction of the store, begun by doing what fell due since the last one."""
        with self.store.transaction() as store:
            if self.frozen is not None:  # an inner transaction
                yield store
                return
            before = self.offset, self.platform
            try:
                self.run_due(self.real_now())
                yield store
            except BaseException:
                self.offset, self.platform = before  # the store undoes itself; these two are copies of what it holds
                raise
            finally:
                self.frozen = None
                self.request = {"id": None, "idempotency_key": None}

    def run_due(self, until: int) -> int:
        """Do all work due up to ``until``, in order of its time and at its time; return how much was done."""
        done = 0
        while row := self.store.one("SELECT * FROM jobs WHERE due <= ? ORDER BY due, id LIMIT 1", until):
            self.store.sql("DELETE FROM jobs WHERE id = ?", row["id"])
            self.frozen = row["due"]
            JOBS[row["kind"]](self, row["subject"])
            done += 1
        self.frozen = until
        return done

    def schedule(self, kind: str, subject: str, due: int) -> None:
        """Have work of a kind done at a time; the same work at the same time is noted once."""
        self.store.sql("INSERT OR IGNORE INTO jobs (due, kind, subject) VALUES (?, ?, ?)", due, kind, subject)

    def advance(self, until: int) -> int:
        """Move the clock forward and do what falls due on the way; return how much was done."""
        done = self.run_due(until)
        self.offset += until - self.real_now()
        self.store.set_meta("offset", self.offset)
        self._tell_clock()
        return done

    def _tell_clock(self) -> None:
        """Take along who reads our time from a file: the seconds by which it is ahead, never less than before."""
        file = self.settings.clock_file
        if file is None:
            return
        with suppress(FileNotFoundError):
            if int(file.read_text()) >= self.offset:
                return
        draft = file.with_name(f"{file.name}.sandbox")
        draft.write_text(str(self.offset))
        draft.replace(file)

    def start_at(self, instant: int) -> bool:
        """Set the clock of a world in which nothing has happened yet, to the past as well; False once something has."""
        if self.store.one("SELECT 1 FROM objects LIMIT 1") or self.store.one("SELECT 1 FROM jobs LIMIT 1"):
            return False
        self.offset = instant - int(time.time())
        self.store.set_meta("offset", self.offset)
        self.frozen = instant
        return True

    # -- objects ---------------------------------------------------------
    def create(
        self,
        kind: str,
        prefix: str,
        account: str,
        body: dict[str, Any],
        hidden: dict[str, Any] | None = None,
        *,
        id: str = "",
    ) -> Record:
        """Store a new object: ``id``, ``object`` and ``created`` are put into the body.

        ``created`` in v2's form for v2.
        """
        id = id or new_id(prefix)
        created = iso(self.now) if kind.startswith("v2.") else self.now
        full = {"id": id, "object": kind, "created": created, **body}
        return self.store.add(Record(id, kind, account, self.now, full, hidden or {}))

    # -- events ----------------------------------------------------------
    def emit(self, account: str, type: str, snapshot: dict[str, Any], previous: dict[str, Any] | None = None) -> str:
        """Announce a v1 event of ``account``: the snapshot is frozen now; returns the event's id."""
        self._check_snapshot(type, snapshot)
        data: dict[str, Any] = {"object": snapshot}
        if previous is not None:
            data["previous_attributes"] = previous
        body = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": self.contract.version,
            "created": self.now,
            "data": data,
            "livemode": False,
            "request": dict(self.request),
            "type": type,
        }
        if account != self.platform:
            body["account"] = account
        return self._announce(account, body, thin=False, object_id=snapshot.get("id", ""))

    def _check_snapshot(self, type: str, snapshot: dict[str, Any]) -> None:
        schema = self.contract.schema_of(snapshot["object"])
        problems = self.contract.judge(schema, snapshot) if schema else []
        if problems:
            self.note_breach(f"{type} breaks the contract: " + "; ".join(problem.message for problem in problems[:5]))

    def note_breach(self, text: str) -> None:
        """The sandbox itself broke Stripe's contract: an error where tests must see it, else kept to be looked at."""
        if self.settings.strict:
            raise InvalidAnswer(text)
        self.store.set_meta("breaches", [*self.store.get_meta("breaches", []), {"at": self.now, "text": text}][-50:])

    def emit_thin(
        self, type: str, related: Record | None, data: dict[str, Any] | None = None, *, only: str | None = None
    ) -> str:
        """Announce a v2 event of the platform about ``related``, to one endpoint only if told.

        Returns the event's id.
        """
        body: dict[str, Any] = {
            "id": f"evt_test_{token(42)}",
            "object": "v2.core.event",
            "type": type,
            "livemode": False,
            "created": iso(self.now),
            "context": None,
            "reason": None,
            "changes": None,
            "snapshot_event": None,
            "data": data,
        }
        if related:
            path = f"/v2/core/{related.kind.removeprefix('v2.core.')}s/{related.id}"
            body["related_object"] = {"id": related.id, "type": related.kind, "url": path}
        if self.request["id"]:
            body["reason"] = {
                "type": "request",
                "request": {"id": self.request["id"], "idempotency_key": self.request["idempotency_key"] or ""},
            }
        return self._announce(self.platform, body, thin=True, object_id=related.id if related else "", only=only)

    def _announce(
        self, account: str, body: dict[str, Any], *, thin: bool, object_id: str, only: str | None = None
    ) -> str:
        self.store.sql(
            "INSERT INTO events (id, account, created, type, thin, object_id, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            body["id"],
            account,
            self.now,
            body["type"],
            thin,
            object_id,
            json.dumps(body),
        )
        knobs, id = self.knobs(), str(body["id"])
        told = [only] if only else [endpoint.id for endpoint in self.listeners(account, body["type"], thin=thin)]
        if body["type"] in knobs["drop"] or not told:
            return id
        rule = tricks.take_trick(self.store, body["type"], account)
        tricks.deliver(
            self.store,
            id,
            told,
            rule,
            delay=knobs["delay_seconds"],
            twice=knobs["duplicate"],
            schedule=lambda seconds: self.schedule("deliver_late", id, self.now + int(seconds)),
        )
        if rule and rule["mode"] == "twin":
            self._announce(account, {**body, "id": new_id("evt")}, thin=thin, object_id=object_id, only=only)
        return id

    def event_body(self, id: str) -> dict[str, Any]:
        """The stored body of an event; KeyError if there is none."""
        row = self.store.one("SELECT body FROM events WHERE id = ?", id)
        if row is None:
            raise KeyError(id)
        return json.loads(row["body"])

    def listeners(self, account: str, type: str, *, thin: bool) -> list[Record]:
        """The endpoints that are to be told: of the platform's events, or (``connect``) of its connected accounts'."""
        rows = [r for kind in ("webhook_endpoint", "v2.core.event_destination") for r in self.store.all(kind)]
        return [
            r
            for r in rows
            if r.hidden["thin"] == thin
            and r.hidden["connect"] == (account != self.platform)
            and r.body["status"] == "enabled"
            and (type in r.body["enabled_events"] or "*" in r.body["enabled_events"])
        ]

    def knobs(self) -> dict[str, Any]:
        """How webhooks misbehave: ``duplicate``, ``reverse``, ``delay_seconds``, ``drop`` (a list of event types)."""
        return {
            "duplicate": False,
            "reverse": False,
            "delay_seconds": 0,
            "drop": [],
            **self.store.get_meta("webhooks", {}),
        }


@job("deliver_late")
def deliver_late(world: World, event: str) -> None:
    tricks.release(world.store, event=event)


def iso(timestamp: int) -> str:
    """v2 writes instants as ``2026-10-28T12:00:00.000Z``."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
