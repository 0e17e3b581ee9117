"""Programs at work in a market with all its processes: the example of the docs, and writes that are sent again and again."""

import http.client
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

from tests.support.guest import Guest
from tests.support.live import LiveMarket

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/sell_and_pay_out.py"


def order_of_something(guest: Guest, market: LiveMarket) -> dict[str, Any]:
    """Put something of the first vendor in; gives the body that orders it."""
    return guest.put(guest.offers(next(iter(market.shops)))[0]["id"])


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
    body, key = order_of_something(guest, live_market), str(uuid4())
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
    body, key = order_of_something(guest, live_market), str(uuid4())
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
