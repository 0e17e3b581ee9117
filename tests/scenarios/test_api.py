"""Programs at work in a market with all its processes: the example of the docs, and writes that are sent again and again."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from runpy import run_path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.live import LiveMarket

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/sell_and_pay_out.py"
ADDRESS = {"name": "Petra Vogel", "line1": "Lindenweg 4", "postal_code": "10969", "city": "Berlin", "country": "DE"}


class Guest:
    """A program without a person, at the storefront's API."""

    def __init__(self, market: LiveMarket):
        self.port, self.cart = int(market.faces["market"]), ""
        self.cart = self.ask("POST", "carts")[1]["token"]

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": f"localhost:{self.port}", "Content-Type": "application/json"}
        headers |= {"Souk-Cart": self.cart} if self.cart else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, f"/api/v1/storefront/{path}", json.dumps(body or {}), headers)
            answer = connection.getresponse()
            return (
                answer.status,
                json.loads(answer.read()),
                {name.title(): value for name, value in answer.headers.items()},
            )
        finally:
            connection.close()

    def order(self, market: LiveMarket) -> dict[str, Any]:
        """Put something of the first vendor in; gives the body that orders it."""
        slug = next(iter(market.shops))
        card = self.ask("GET", f"vendors/{slug}/listings")[1]["items"][0]
        offer = self.ask("GET", f"listings/{card['slug']}")[1]["variants"][0]["offers"][0]
        status, cart, _ = self.ask("POST", "cart/lines", {"offer_id": offer["id"], "quantity": 1})
        assert status == 201, cart
        return {"version": cart["version"], "email": f"{uuid4().hex[:8]}@mail.example", "ship_to": ADDRESS}


def orders_of(market: LiveMarket, email: str) -> list[str]:
    with market.behind.connect() as connection:
        return [row[0] for row in connection.execute("SELECT number FROM orders_order WHERE email = %s", [email])]


def test_the_example_of_the_docs_sells_ships_and_is_paid_out(live_market: LiveMarket) -> None:
    """As in the demo, something is kept of new vendors' earnings for longer."""
    slugs = list(live_market.shops)[:2]
    example = run_path(str(EXAMPLE))
    token = example["sign_in"](live_market.market(""), live_market.finance, live_market.password)
    finance = example["Api"](live_market.office(""), "finance", Authorization=f"Bearer {token}")
    reserve = {"rule": "reserve", "scope": "new_vendor", "days": 30, "rate_bps": 1000, "new_for_orders": 20}
    rule = finance.call("hold_rules_add", reserve)
    result = subprocess.run(
        [
            *(sys.executable, str(EXAMPLE)),
            *("--market", live_market.market("")),
            *("--portal", live_market.portal("{vendor}")),
            *("--office", live_market.office("")),
            *("--sandbox", f"http://127.0.0.1:{live_market.faces['sandbox']}"),
            *(part for slug in slugs for part in ("--vendor", f"{slug}={live_market.owners[slug]}")),
            *("--finance", live_market.finance, "--password", live_market.password),
        ],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    finance.call("hold_rules_end", hold_rule_id=rule["id"])
    assert result.returncode == 0, result.stdout + result.stderr
    assert "in the bank" in result.stdout
    assert "held. Reserve of 10 %" in result.stdout


def test_fifty_at_once_under_one_key_place_one_order(live_market: LiveMarket) -> None:
    guest = Guest(live_market)
    body, key = guest.order(live_market), str(uuid4())
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: guest.ask("POST", "orders", body, key), range(50)))
    refused = [answer for status, answer, _ in answers if status != 201]
    placed = {answer["number"] for status, answer, _ in answers if status == 201}
    assert len(placed) == 1
    assert {answer["code"] for answer in refused} <= {"request_in_flight"}
    assert orders_of(live_market, body["email"]) == list(placed)
    fresh = [headers for status, _, headers in answers if status == 201 and "Idempotency-Replayed" not in headers]
    assert len(fresh) == 1

    status, problem, _ = guest.ask("POST", "orders", {**body, "email": "another@mail.example"}, key)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert orders_of(live_market, "another@mail.example") == []


def test_a_process_killed_in_the_middle_of_an_order_leaves_one_order_after_the_retry(live_market: LiveMarket) -> None:
    guest = Guest(live_market)
    body, key = guest.order(live_market), str(uuid4())
    with live_market.behind.connect() as connection:
        schemas = connection.execute("SELECT name FROM isolation_wall WHERE vendor_id IS NOT NULL").fetchall()
        with connection.transaction():
            for (schema,) in schemas:
                connection.execute(f"SELECT id FROM {schema}.shop_inventory_stocklevel FOR UPDATE")
            lost: list[object] = []

            def send() -> None:
                try:
                    lost.append(guest.ask("POST", "orders", body, key))
                except (OSError, http.client.HTTPException) as error:
                    lost.append(error)

            sender = threading.Thread(target=send)
            sender.start()
            until(lambda: waiting_for_stock(live_market), "the order's wait for stock")
            os.killpg(os.getpgid(web_process(live_market)), signal.SIGKILL)
            sender.join(timeout=30)
            assert isinstance(lost[0], Exception), lost
    assert orders_of(live_market, body["email"]) == []

    def retried() -> tuple[int, Any, dict[str, str]] | None:
        try:
            answer = guest.ask("POST", "orders", body, key)
        except (OSError, http.client.HTTPException):
            return None  # it is being started again
        return None if answer[0] == 409 else answer

    status, order, headers = until(retried, "the retry's answer")
    assert (status, headers.get("Idempotency-Replayed")) == (201, None), order
    assert orders_of(live_market, body["email"]) == [order["number"]]
    status, again, headers = guest.ask("POST", "orders", body, key)
    assert (status, again["number"], headers["Idempotency-Replayed"]) == (201, order["number"], "true")
    assert orders_of(live_market, body["email"]) == [order["number"]]


def until(look: Any, what: str) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


def waiting_for_stock(market: LiveMarket) -> bool:
    with market.behind.connect() as connection:
        waiting = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'store' AND wait_event_type = 'Lock'"
        ).fetchone()
    return bool(waiting and waiting[0])


def web_process(market: LiveMarket) -> int:
    """The process that serves this market's marketplace."""
    wanted = {b"SOUK_PROCESS=web", f"SOUK_VAR={market.behind.var}".encode()}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted <= set((folder / "environ").read_bytes().split(b"\0")):
                return int(folder.name)
        except OSError:
            continue  # it has ended, or is not ours to look at
    pytest.fail("no process serves the marketplace")
