"""Whoever dies (-9) between two steps of placing and paying: an order ends paid once or released, never both, never stuck."""

import http.client
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from runpy import run_path
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import uuid4

import pytest

from embedded import status
from kit.faults import POINTS
from tests.support.guest import Guest
from tests.support.live import LiveMarket
from tests.support.promised import held, let_time_pass, stock_of

EXAMPLE = run_path(str(Path(__file__).resolve().parents[2] / "docs/examples/sell_and_pay_out.py"))
CUT_OFF = (OSError, http.client.HTTPException)
# What became of a guest's orders, and of their payments.
ORDERS = """
SELECT o.number, o.stock_hold, p.state, o.id::text FROM orders_order o JOIN payments_payment p ON p.reference_id = o.id
  WHERE o.email = %s ORDER BY o.placed_at
"""
SALES = """SELECT count(*) FROM ledger_journalentry
    WHERE kind = 'sale' AND source_key IN (SELECT 'txn:' || id FROM unnest(%s::text[]) id)"""
CHARGES = """SELECT json_extract(body, '$.balance_transaction') FROM objects
    WHERE kind = 'charge' AND json_extract(body, '$.status') = 'succeeded' AND json_extract(body, '$.transfer_group') = ?"""

pytestmark = pytest.mark.slow


def killings() -> list[tuple[str, str]]:
    """(point, who dies there): the process that passes it, and the database under it. The worker passes those of payment."""
    for module in ("billing.stripe.confirm", "marketplace.checkout.actions"):
        import_module(module)
    assert len(POINTS) == len(set(POINTS)) == 15
    return [
        (point, victim)
        for point in POINTS
        for victim in ("web", "worker", "postgres")
        if victim != "worker" or point.startswith("paid.")
    ]


@dataclass
class Buyer:
    """A guest who presses the same button again when no answer comes; or gives up there, where `comes_back` is not so."""

    market: LiveMarket
    guest: Guest
    body: dict[str, Any]
    comes_back: bool
    # The provider's own page leads back to the marketplace; where it is not followed, only the webhook tells.
    follows: bool = True
    has_paid: bool = False

    def buy(self) -> None:
        key = str(uuid4())
        placed = self._again(lambda: self.guest.ask("POST", "orders", self.body, key))
        if placed is None:
            return
        seen, path = {"Souk-Order": placed["access_token"]}, f"orders/{placed['number']}/payment"
        page = self._again(lambda: self.guest.ask("POST", path, headers=seen))
        if page is None:
            return
        form = {**EXAMPLE["CARD"], "email": self.guest.email, "name": "Petra Vogel"}
        code, headers, text = EXAMPLE["ask"](
            "POST",
            page["url"],
            body=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert code in (302, 303), text
        self.has_paid = True
        if self.follows:
            self._again(lambda: (EXAMPLE["ask"]("GET", urljoin(page["url"], headers["Location"]))[0], {}, {}))

    def _again(self, ask: Callable[[], tuple[int, Any, Any]]) -> Any:
        """The answer, asked for until there is one: an error of the server's is none."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                code, answer, _ = ask()
            except CUT_OFF:
                code, answer = 0, None
            if 200 <= code < 400:
                return answer
            assert code == 0 or code >= 500 or code == 409, answer
            if not self.comes_back:
                return None
            time.sleep(0.2)
        raise AssertionError(f"no answer within 90 seconds, last {code} {answer}")


def stop_at(market: LiveMarket, point: str, victim: str) -> Callable[[], None]:
    """Have `victim` die when this point is passed; gives what waits for that, and does it."""
    process = "worker" if victim == "worker" else "web"
    armed = market.behind.faults / f"{process}.{point}"
    armed.write_text("wait" if victim == "postgres" else "die")
    reached = armed.with_name(f"{armed.name}.reached")

    def kill() -> None:
        EXAMPLE["wait_for"](f"{point} in {process}", reached.exists)
        if victim == "postgres":
            kill_postgres(market)
            armed.with_name(f"{armed.name}.go").touch()

    return kill


def kill_postgres(market: LiveMarket) -> None:
    (pid,) = [server.server for server in status(market.behind.world) if server.kind == "postgres"]
    assert pid
    os.kill(pid, signal.SIGKILL)


def sandbox(market: LiveMarket, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    code, _, text = EXAMPLE["ask"](
        method,
        f"http://127.0.0.1:{market.faces['sandbox']}/_sandbox/{path}",
        body=json.dumps(body or {}).encode(),
        headers={"Authorization": f"Bearer {EXAMPLE['SANDBOX_KEY']}"},
    )
    assert code == 200, text


def charges(market: LiveMarket, order_id: str) -> list[str]:
    """The movements of what the customer's card was charged for an order."""
    with sqlite3.connect(f"file:{market.behind.world.sandbox / 'sandbox.sqlite3'}?mode=ro", uri=True) as provider:
        return [row[0] for row in provider.execute(CHARGES, [order_id])]


def test_each_order_is_paid_once_or_released_whoever_dies_between_two_steps(live_market: LiveMarket) -> None:
    first = Guest(live_market)
    offers = [first.offers(slug)[-1]["id"] for slug in list(live_market.shops)[:2]]
    tried: list[tuple[str, str, Buyer]] = []
    for turn, (point, victim) in enumerate(killings()):
        guest = Guest(live_market, source=f"127.0.9.{1 + turn}")
        for offer in offers:
            body = guest.put(offer)
        # Half of those whose order was begun never come back; who has paid has, whatever they do then.
        buyer = Buyer(live_market, guest, body, comes_back=turn % 2 == 0, follows=victim != "worker")
        if victim != "worker":
            # The page that the customer comes back to is to be the first that hears of it.
            sandbox(live_market, "POST", "webhooks/misbehave", {"mode": "hold", "times": 1000})
        kill = stop_at(live_market, point, victim)
        with ThreadPoolExecutor(1) as pool:
            buying = pool.submit(buyer.buy)
            kill()
            buying.result(timeout=120)
        sandbox(live_market, "DELETE", "webhooks/misbehave")
        EXAMPLE["wait_for"]("The marketplace", lambda: answers(live_market))
        tried.append((point, victim, buyer))

    found = {(point, victim): orders_of(live_market, buyer) for point, victim, buyer in tried}
    unpaid = [number for orders in found.values() for number, _, state, _ in orders if state != "paid"]
    let_time_pass(live_market, unpaid)
    EXAMPLE["wait_for"]("The stock of what nobody paid", lambda: not held(live_market, unpaid))
    wrong = []
    for point, victim, buyer in tried:
        ends = EXAMPLE["wait_for"]("An end", lambda buyer=buyer: settled(live_market, buyer))
        paid = [movements for hold, state, movements in ends if (hold, state) == ("allocated", "paid")]
        let_go = [hold for hold, state, movements in ends if hold == "released" and state != "paid" and not movements]
        once = all(len(movements) == 1 for movements in paid)
        if not once or len(paid) + len(let_go) != len(ends) or len(paid) != buyer.has_paid:
            wrong.append((point, victim, buyer.has_paid, ends))
        assert buyer.has_paid or not buyer.comes_back, (point, victim)
    assert wrong == []
    for slug, offer in zip(list(live_market.shops)[:2], offers, strict=True):
        assert stock_of(live_market, schema_of(live_market, slug), offer).agrees
    code, said = live_market.behind.run("manage.py", "reconcile")
    assert code == 0, said


def answers(market: LiveMarket) -> bool:
    try:
        return bool(EXAMPLE["ask"]("GET", market.market("/readyz"))[0] == 200)
    except CUT_OFF:
        return False


def orders_of(market: LiveMarket, buyer: Buyer) -> list[tuple[str, str, str, str]]:
    with market.behind.connect() as connection:
        return connection.execute(ORDERS, [buyer.guest.email]).fetchall()


def settled(market: LiveMarket, buyer: Buyer) -> list[tuple[str, str, list[str]]] | None:
    """What became of all orders of a guest, with the charges that the books have as sales; None while one is on its way."""
    found = []
    with market.behind.connect() as connection:
        for _, hold, state, order_id in orders_of(market, buyer):
            movements = charges(market, order_id)
            row = connection.execute(SALES, [movements]).fetchone()
            if hold == "held" or (row or (0,))[0] != len(movements):
                return None
            found.append((hold, state, movements))
    return found or [("released", "nothing was written", [])]


def schema_of(market: LiveMarket, slug: str) -> str:
    with market.behind.connect() as connection:
        row = connection.execute("SELECT schema_name FROM vendors_vendor WHERE slug = %s", [slug]).fetchone()
    assert row is not None
    return str(row[0])
