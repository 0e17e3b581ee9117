"""The state on disk: one SQLite file in WAL mode, one transaction for each request.

A process killed at any moment leaves either all of a request or nothing of it, webhooks still to be sent included.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (account, kind, seq);
CREATE TABLE IF NOT EXISTS references_ (
    name TEXT NOT NULL, value TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (name, value, kind, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS references_by_seq ON references_ (seq);
CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, created INTEGER NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, net INTEGER NOT NULL, type TEXT NOT NULL,
    category TEXT NOT NULL, available_on INTEGER NOT NULL, status TEXT NOT NULL,
    source TEXT, payout TEXT, description TEXT,
    CHECK (net = amount - fee), CHECK (status IN ('pending', 'available')));
CREATE INDEX IF NOT EXISTS movements_by_account ON movements (account, seq);
CREATE INDEX IF NOT EXISTS movements_by_source ON movements (source);
CREATE INDEX IF NOT EXISTS movements_by_payout ON movements (payout);
CREATE INDEX IF NOT EXISTS movements_pending ON movements (account, currency, available_on) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS movements_to_pay_out ON movements (account, currency)
    WHERE payout IS NULL AND status = 'available';
CREATE TABLE IF NOT EXISTS balances (
    account TEXT NOT NULL, currency TEXT NOT NULL, pending INTEGER NOT NULL, available INTEGER NOT NULL,
    PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    UNIQUE (kind, subject, due));
CREATE INDEX IF NOT EXISTS jobs_by_due ON jobs (due, id);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, created INTEGER NOT NULL,
    type TEXT NOT NULL, thin INTEGER NOT NULL, object_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_account ON events (account, thin, seq);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting', last_error TEXT);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (due, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS replies (
    scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, endpoint TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request_id TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, path TEXT NOT NULL, mode TEXT NOT NULL,
    remaining INTEGER NOT NULL, seconds REAL NOT NULL);
"""
ADDED_COLUMNS = (
    ("movements", "exchange_rate REAL"),
    ("faults", "account TEXT"),
    ("faults", "skip INTEGER NOT NULL DEFAULT 0"),
    ("deliveries", "trick TEXT"),
)
TABLES = (
    "meta",
    "objects",
    "references_",
    "movements",
    "balances",
    "jobs",
    "events",
    "deliveries",
    "replies",
    "faults",
)

# Fields by which Stripe lets lists be filtered, or by which the sandbox itself looks objects up.
REFERENCES = {
    "charge": ("payment_intent", "transfer_group", "customer"),
    "payment_intent": ("customer", "customer_account"),
    "checkout.session": ("payment_intent", "customer", "customer_account", "status", "subscription"),
    "refund": ("charge", "payment_intent", "status"),
    "transfer": ("destination", "transfer_group", "source_transaction"),
    "transfer_reversal": ("transfer",),
    "payout": ("status", "destination"),
    "dispute": ("charge", "payment_intent"),
    "payment_method": ("customer", "customer_account", "type"),
    "setup_intent": ("customer", "customer_account", "payment_method"),
    "setup_attempt": ("setup_intent",),
    "customer": ("email",),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "bank_account": ("account",),
}


@dataclass
class Record:
    """One object of Stripe's: ``body`` is what the API shows, ``hidden`` what only the sandbox knows."""

    id: str
    kind: str
    account: str
    created: int
    body: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)


class Store:
    """Records and counters. Everything but ``transaction`` and ``changed`` must be called inside a transaction."""

    def __init__(self, directory: Path):
        directory.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(directory / "sandbox.sqlite3", isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode=WAL")
        # WAL with NORMAL loses nothing when the process is killed; only a power cut may cost the last commits.
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(SCHEMA)
        self._add_missing_columns()
        self.lock = threading.RLock()
        self.changed = threading.Condition()
        self.depth = 0
        self.commits = 0

    def _add_missing_columns(self) -> None:
        """Bring a file that an older sandbox wrote up to date."""
        for table, column in ADDED_COLUMNS:
            name = column.split()[0]
            if name not in {row["name"] for row in self.connection.execute(f"PRAGMA table_info({table})")}:
                self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """Run the block as one transaction: committed at its end, undone if it raises. An inner one joins the outer."""
        with self.lock:
            if self.depth:
                yield self
                return
            before = self.connection.total_changes
            self.connection.execute("BEGIN IMMEDIATE")
            self.depth = 1
            try:
                yield self
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            finally:
                self.depth = 0
            nothing_new = self.connection.total_changes == before
        if nothing_new:  # whoever waits asks by reading: waking the others each time would keep them all busy
            return
        with self.changed:
            self.commits += 1
            self.changed.notify_all()

    def wait_for(self, done: Callable[[], bool], seconds: float) -> bool:
        """Block, outside any transaction, until ``done()`` or the time is up.

        ``done`` is asked again after each commit.
        """
        with self.changed:
            return self.changed.wait_for(done, timeout=seconds)

    def sql(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    def one(self, statement: str, *values: Any) -> sqlite3.Row | None:
        return self.connection.execute(statement, values).fetchone()

    def wipe(self) -> None:
        for table in TABLES:
            self.sql(f"DELETE FROM {table}")

    # -- settings of the sandbox itself ----------------------------------
    def get_meta(self, key: str, default: Any = None) -> Any:
        row = self.one("SELECT value FROM meta WHERE key = ?", key)
        return json.loads(row["value"]) if row else default

    def set_meta(self, key: str, value: Any) -> None:
        self.sql(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            json.dumps(value),
        )

    # -- objects ---------------------------------------------------------
    def add(self, record: Record) -> Record:
        cursor = self.sql(
            "INSERT INTO objects (id, kind, account, created, body, hidden) VALUES (?, ?, ?, ?, ?, ?)",
            record.id,
            record.kind,
            record.account,
            record.created,
            json.dumps(record.body),
            json.dumps(record.hidden),
        )
        self._refer(cursor.lastrowid or 0, record)
        return record

    def save(self, record: Record) -> Record:
        row = self.one(
            "UPDATE objects SET body = ?, hidden = ? WHERE id = ? RETURNING seq",
            json.dumps(record.body),
            json.dumps(record.hidden),
            record.id,
        )
        if row is None:
            raise KeyError(record.id)
        self.sql("DELETE FROM references_ WHERE seq = ?", row["seq"])
        self._refer(row["seq"], record)
        return record

    def _refer(self, seq: int, record: Record) -> None:
        for name in REFERENCES.get(record.kind, ()):
            value = record.body.get(name) or record.hidden.get(name)
            if value:
                self.sql("INSERT INTO references_ VALUES (?, ?, ?, ?)", name, value, record.kind, seq)

    def find(self, id: str) -> Record | None:
        row = self.one("SELECT * FROM objects WHERE id = ?", id)
        return read_record(row) if row else None

    def remove(self, id: str) -> None:
        self.sql("DELETE FROM objects WHERE id = ?", id)

    def where(self, kind: str, name: str, value: str) -> list[Record]:
        """All records of a kind that refer to ``value`` in the field ``name``, oldest first."""
        rows = self.sql(
            "SELECT o.* FROM references_ r JOIN objects o ON o.seq = r.seq "
            "WHERE r.name = ? AND r.value = ? AND r.kind = ? ORDER BY r.seq",
            name,
            value,
            kind,
        )
        return [read_record(row) for row in rows]

    def all(self, kind: str) -> list[Record]:
        return [read_record(row) for row in self.sql("SELECT * FROM objects WHERE kind = ? ORDER BY seq", kind)]


def read_record(row: sqlite3.Row) -> Record:
    return Record(
        row["id"], row["kind"], row["account"], row["created"], json.loads(row["body"]), json.loads(row["hidden"])
    )
