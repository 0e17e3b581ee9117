"""Webhooks on their way: an outbox on disk, emptied by a few threads, tried again until the receiver says 2xx.

At least once and in no order, as at Stripe: several deliveries travel at a time, and one whose answer was lost is sent
again. Source: https://docs.stripe.com/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx

from . import tricks
from .api.events import show_event
from .ids import token
from .store import Record
from .world import World

WORKERS = 6
BATCH = 64
TIMEOUT_SECONDS = 10
# Seconds before each further try; then every minute, until events are forgotten.
BACK_OFF = (0.2, 1, 5, 15, 60)
GIVEN_UP_AFTER = 3 * 86400 // 60


def signature(payload: str, secrets: list[str], timestamp: int) -> str:
    """The ``Stripe-Signature`` header, one ``v1`` a secret. Source: https://docs.stripe.com/webhooks#verify-manually"""
    signed = f"{timestamp}.{payload}".encode()
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={digest}" for digest in digests)])


def secrets_of(endpoint: Record) -> list[str]:
    """The endpoint's secret, and for a day after it was rolled the one before too."""
    old = endpoint.hidden.get("old_secret")
    alive = old and endpoint.hidden["old_secret_until"] > time.time()
    return [endpoint.hidden["secret"], *([old] if alive else [])]


class Dispatcher:
    """Sends what is due from the outbox until it is stopped."""

    def __init__(self, world: World):
        self.world = world
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="webhook")
        self.client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
        self.traveling: set[int] = set()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Stop taking up deliveries and wait for those on their way; the rest stays in the outbox."""
        self.stopping.set()
        with self.world.store.changed:
            self.world.store.changed.notify_all()
        self.thread.join()
        self.pool.shutdown(cancel_futures=True)
        self.client.close()

    def owed(self) -> int:
        """How many deliveries are still to be made."""
        with self.world.store.transaction() as store:
            row = store.one("SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'")
        return row["n"] if row else 0

    def delivered(self, event: str) -> bool:
        """Whether nothing is owed of this event any more."""
        with self.world.store.transaction() as store:
            return store.one("SELECT 1 FROM deliveries WHERE event = ? AND state = 'waiting' LIMIT 1", event) is None

    def _run(self) -> None:
        store = self.world.store
        while not self.stopping.is_set():
            seen = store.commits
            try:
                rest = self._send_due()
            except Exception as error:  # the thread must outlive any single failure; what was due stays due
                print(f"webhooks: {error!r}", file=sys.stderr)
                rest = 1.0
            with store.changed:
                if store.commits == seen and not self.stopping.is_set():
                    store.changed.wait(rest)

    def _send_due(self) -> float:
        """Take up what is due and free; return for how many seconds there is nothing more to do."""
        now = time.time()
        with self.world.store.lock:
            rows = self.world.store.sql(
                "SELECT id, due FROM deliveries WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT ?",
                now,
                BATCH + len(self.traveling),
            ).fetchall()
            following = self.world.store.one(
                "SELECT min(due) AS due FROM deliveries WHERE state = 'waiting' AND due > ?", now
            )
            backwards = self.world.knobs()["reverse"]
        free = [row["id"] for row in rows if row["id"] not in self.traveling]
        self.traveling.update(free)
        if backwards:  # one after the other, or they would overtake each other
            self.pool.submit(self._deliver_in_turn, free[::-1])
        else:
            for id in free:
                self.pool.submit(self._deliver, id)
        later = following["due"] - now if following and following["due"] else 0.5
        return max(0.01, min(0.5, later))

    def _deliver_in_turn(self, ids: list[int]) -> None:
        for id in ids:
            self._deliver(id)

    def _deliver(self, id: int) -> None:
        try:
            self._attempt(id)
        except Exception as error:  # a worker's edge: the delivery stays in the outbox and is tried again
            print(f"webhook {id}: {error!r}", file=sys.stderr)
        finally:
            self.traveling.discard(id)

    def _attempt(self, id: int) -> None:
        with self.world.store.transaction() as store:
            row = store.one("SELECT * FROM deliveries WHERE id = ? AND state = 'waiting'", id)
            if row is None:
                return
            endpoint = store.find(row["endpoint"])
            event = store.one("SELECT * FROM events WHERE id = ?", row["event"])
            if endpoint is None or event is None or endpoint.body["status"] != "enabled":
                store.sql("UPDATE deliveries SET state = 'dropped' WHERE id = ?", id)
                return
            body = json.loads(event["body"]) if event["thin"] else show_event(self.world, event)
            body = tricks.disguise(store, body, row["trick"], self.world.platform)
        attempts = row["attempts"] + 1
        forged = row["trick"] in tricks.FORGED
        error = self._post(
            endpoint.hidden.get("url") or endpoint.body["url"],
            secrets_of(endpoint),
            notification(body),
            trick=row["trick"] if attempts == 1 else None,
        )
        with self.world.store.transaction() as store:
            if error is None:
                store.sql(
                    "UPDATE deliveries SET state = 'delivered', attempts = ?, last_error = NULL WHERE id = ?",
                    attempts,
                    id,
                )
            else:
                wait = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
                store.sql(
                    "UPDATE deliveries SET state = ?, attempts = ?, last_error = ?, due = ? WHERE id = ?",
                    "given_up" if forged or attempts > GIVEN_UP_AFTER else "waiting",
                    attempts,
                    error,
                    time.time() + wait,
                    id,
                )

    def _post(self, url: str, secrets: list[str], payload: str, *, trick: str | None) -> str | None:
        """Send one attempt, signed now; return what went wrong, None if it was taken."""
        at = int(time.time()) - (3600 if trick == "old_timestamp" else 0)
        if trick == "wrong_secret":
            secrets = [f"whsec_{token(32)}"]
        target, host = local_address(url)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Host": host,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(payload, secrets, at),
        }
        try:
            response = self.client.post(target, content=payload.encode(), headers=headers)
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}"
        return None if response.is_success else f"HTTP {response.status_code}"


def notification(body: dict[str, Any]) -> str:
    """What is sent: a snapshot event whole, a thin event without its data."""
    if body["object"] == "v2.core.event":
        body = {name: value for name, value in body.items() if name not in ("data", "changes")}
    return json.dumps(body, indent=2)


def local_address(url: str) -> tuple[str, str]:
    """Where to connect, and the Host to name: ``*.localhost`` is this machine, whatever the resolver says."""
    parts = urlsplit(url)
    if parts.hostname and (parts.hostname == "localhost" or parts.hostname.endswith(".localhost")):
        port = f":{parts.port}" if parts.port else ""
        return parts._replace(netloc=f"127.0.0.1{port}").geturl(), parts.netloc
    return url, parts.netloc
