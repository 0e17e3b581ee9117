"""A whole market of its own for a test: its world in a folder of its own, its ports, and the journeys played in it."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from embedded import World, ensure_postgres, stop

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("MARKET", "PORTAL", "OFFICE", "SANDBOX", "LIVE")
# What the run of the tests itself was given, and a market of its own must not get.
NOT_OURS = ("SOUK_", "DATABASE_", "REDIS_", "STRIPE_", "DJANGO_", "PYTEST_")

TALLY = {
    "vendors": "SELECT slug, state FROM vendors_vendor ORDER BY slug",
    "offers": "SELECT sku, price_minor, available, is_visible FROM listings_offer ORDER BY sku",
    "orders": "SELECT email, total_minor, stock_hold, cancel_reason FROM orders_order ORDER BY 1, 2",
    "vendor orders": "SELECT vendor_slug, total_minor, commission_minor, fulfillment FROM orders_vendororder "
    "ORDER BY 1, 2, 3",
    "order events": "SELECT name, actor_kind, count(*) FROM orders_orderevent GROUP BY 1, 2 ORDER BY 1, 2",
    "parcels": "SELECT count(*), count(shipped_at), count(delivered_at) FROM fulfillment_parcel",
    "payments": "SELECT customer_email, state, amount_minor, refunded_minor FROM payments_payment ORDER BY 1, 3",
    "payment attempts": "SELECT state, count(*) FROM payments_paymentattempt GROUP BY 1 ORDER BY 1",
    "refunds": "SELECT state, amount_minor, net_minor FROM payments_refund ORDER BY 1, 2",
    "transfers": "SELECT v.slug, t.state, t.amount_minor FROM payouts_transfer t "
    "JOIN vendors_vendor v ON v.id = t.vendor_id ORDER BY 1, 2, 3",
    "payouts": "SELECT v.slug, p.state, sum(p.amount_minor) FROM payouts_payout p "
    "JOIN vendors_vendor v ON v.id = p.vendor_id GROUP BY 1, 2 ORDER BY 1, 2",
    "journal entries": "SELECT kind, count(*) FROM ledger_journalentry GROUP BY 1 ORDER BY 1",
    "balances": "SELECT a.code, v.slug, sum(p.amount_minor) FROM ledger_posting p "
    "JOIN ledger_ledgeraccount a ON a.id = p.account_id LEFT JOIN vendors_vendor v ON v.id = a.vendor_id "
    "GROUP BY 1, 2 ORDER BY 1, 2",
    "mails": 'SELECT template, "to", state, count(*) FROM notifications_mail GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
    "facts": "SELECT name, count(*) FROM outbox_fact WHERE name ~ '^(order|payment|refund|transfer|vendor)[.]' "
    "AND name <> 'payment.reported' GROUP BY 1 ORDER BY 1",
    "exceptions": "SELECT key, explanation FROM reconciliation_reconciliationexception WHERE state = 'open'",
}
SHOP_TALLY = {
    "stock": "SELECT v.sku, l.on_hand, l.allocated, l.reserved FROM {schema}.shop_inventory_stocklevel l "
    "JOIN {schema}.shop_catalog_variant v ON v.id = l.variant_id ORDER BY 1",
    "stock movements": "SELECT kind, count(*), sum(on_hand_delta), sum(allocated_delta), sum(reserved_delta) "
    "FROM {schema}.shop_inventory_stockmovement GROUP BY 1 ORDER BY 1",
    "imports": "SELECT state, rows_done, created_count, updated_count, error_count "
    "FROM {schema}.shop_catalog_productimport ORDER BY 1",
}
AT_THE_PROVIDER = """
    SELECT kind, count(*) FROM objects
    WHERE kind IN ('transfer', 'refund', 'v2.core.account', 'checkout.session')
       OR kind = 'charge' AND json_extract(body, '$.status') = 'succeeded'
    GROUP BY kind ORDER BY kind
"""

PREPARE = """
from django.conf import settings
from marketplace.demo.progress import Progress
from marketplace.demo.setup import prepare
prepare(settings.WORLD, Progress())
"""


class Market:
    """`close` ends its servers and removes everything."""

    def __init__(self, name: str, like: "Market | None" = None) -> None:
        """Nothing runs yet. `like` is a market that is stopped: the new one begins with a copy of what that holds."""
        self.var = Path(tempfile.mkdtemp(prefix="souk-market-"))
        self.var.chmod(0o755)  # the servers' user has to get in
        self.faults = self.var / "faults"
        self.faults.mkdir()
        self.running: set[subprocess.Popen[str]] = set()
        if like is not None:
            subprocess.run(["cp", "-a", like.world.root, self.var / name], check=True)
        self.world = World(name, self.var / name)
        ports = free_ports(len(PORTS))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
        self.environment |= {
            "SOUK_VAR": str(self.var),
            "SOUK_JOURNEY_WORLD": name,
            "SOUK_WORLD": name,
            "NO_PROXY": "127.0.0.1,localhost",
            **{f"SOUK_{face}_PORT": str(port) for face, port in zip(PORTS, ports, strict=True)},
        }

    def start(self, *arguments: str | Path, **environment: str) -> "subprocess.Popen[str]":
        """Start `python` with these arguments in this world; what it says can be read from `stdout`."""
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            env={**self.environment, **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A shell that started these tests in the background has told them to ignore Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.running.add(process)
        return process

    def run(self, *arguments: str | Path, **environment: str) -> tuple[int, str]:
        """Run it to its end; gives its exit code and all that it said."""
        process = self.start(*arguments, **environment)
        said = process.communicate(timeout=900)[0]
        return process.returncode, said

    def prepare(self) -> None:
        """Make roles, tables and walls as a journey does, and stop."""
        code, said = self.run("manage.py", "shell", "-v", "0", "-c", PREPARE, SOUK_PROCESS="journey")
        assert code == 0, said
        stop(self.world)

    def journey(self, *arguments: str | Path) -> tuple[int, str]:
        return self.run("manage.py", "journey", *arguments)

    def interrupt_journey_at(self, words: str, number: signal.Signals, *arguments: str | Path) -> tuple[int, str]:
        """Play the journey until it says that a step is finished, and send its process a signal in the next one."""
        process = self.start("manage.py", "journey", *arguments, PYTHONUNBUFFERED="1")
        said = ""
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if words in line:
                time.sleep(0.15)
                process.send_signal(number)
                break
        said += process.stdout.read()
        return process.wait(timeout=60), said

    def connect(self) -> psycopg.Connection:
        """As superuser."""
        address = ensure_postgres(self.world)
        return psycopg.connect(
            host=str(address.host),
            port=address.port,
            user=address.superuser,
            password=address.password,
            dbname="souk",
            autocommit=True,
        )

    def tally(self) -> dict[str, Any]:
        """What this market came to, by names that are the same in every run: no ids, no instants."""
        with self.connect() as connection:
            found = {name: connection.execute(query).fetchall() for name, query in TALLY.items()}
            shops = connection.execute(
                "SELECT slug, schema_name FROM vendors_vendor WHERE schema_name IS NOT NULL ORDER BY slug"
            ).fetchall()
            for slug, schema in shops:
                for name, query in SHOP_TALLY.items():
                    found[f"{name} of {slug}"] = connection.execute(query.format(schema=f'"{schema}"')).fetchall()
        file = self.world.sandbox / "sandbox.sqlite3"
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as provider:
            found["at the provider"] = provider.execute(AT_THE_PROVIDER).fetchall()
        return found

    def interrupt(self) -> None:
        """End what still runs in it."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)

    def close(self) -> None:
        self.interrupt()
        for process in self.running:
            process.wait(timeout=60)
        stop(self.world)
        shutil.rmtree(self.var, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def money_lines(said: str) -> list[str]:
    """The money table as a journey printed it."""
    lines = said.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("vendor  "))
    last = next(number for number, line in enumerate(lines) if line.startswith("unexplained"))
    return lines[first : last + 1]
