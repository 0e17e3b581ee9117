"""The journey as an operator meets it: its table, its going on after interruptions, its refusals, falsified books."""

import csv
import json
import re
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.scenarios import watching
from tests.scenarios.conftest import Undisturbed
from tests.support.market import Market, money_lines
from tests.support.watched import Watched

pytestmark = pytest.mark.slow
BRANDS = 8
PRODUCTS_A_BRAND = 12
ORDERS = 12
COLUMNS = (
    "id",
    "brand",
    "gtin",
    "title",
    "description",
    "price_minor",
    "currency",
    "released_on",
    "image_url",
    "attributes",
)


@pytest.fixture(scope="module")
def market(undisturbed: Undisturbed) -> Market:
    """One market for the whole file: every test leaves a finished journey with sound books in it."""
    return undisturbed.market


@pytest.fixture(scope="module")
def first(undisturbed: Undisturbed) -> list[str]:
    """The money table of the first journey in this market."""
    return undisturbed.table


def columns(table: list[str]) -> tuple[list[list[Decimal]], dict[str, Decimal]]:
    """The amounts of the vendors' rows with their sums last, and of the lines below them."""
    rule = next(line for line in table if line.startswith("---"))
    first, last = (number for number, line in enumerate(table) if line == rule)
    body = [*table[first + 1 : last], table[last + 1]]
    rows = [
        [Decimal(cell.replace(",", "")) for cell in line.split("  ") if cell.strip()[:1].isdigit()] for line in body
    ]
    below = [line.removesuffix(" EUR").rsplit(maxsplit=1) for line in table[last + 2 :] if line.endswith("EUR")]
    return rows, {words.strip(): Decimal(amount.replace(",", "")) for words, amount in below}


def test_the_columns_sum_to_what_customers_paid(first: list[str]) -> None:
    rows, whole = columns(first)
    assert len(rows) == 5
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
    paid, refunded, commission, earnings, transferred, in_bank = rows[-1]
    assert (paid, refunded) == (whole["customers paid"], whole["got back"])
    assert paid == refunded + commission + earnings
    assert whole["customers paid"] == whole["got back"] + whole["vendors' earnings"] + whole["commission"]
    assert whole["commission"] == whole["of it the provider"] + whole["of it the platform"]
    assert earnings == transferred == in_bank == whole["vendors' earnings"]
    assert whole["unexplained"] == 0
    assert paid > refunded > 0


def test_a_posting_that_was_changed_is_named_by_the_match_and_by_the_next_journey(
    market: Market, first: list[str]
) -> None:
    with market.connect() as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers: the books defend themselves
        posting, key = connection.execute(
            "SELECT p.id, e.source_key FROM ledger_posting p JOIN ledger_journalentry e ON e.id = p.entry_id "
            "JOIN ledger_ledgeraccount a ON a.id = p.account_id WHERE e.kind = 'sale' AND a.vendor_id IS NOT NULL "
            "ORDER BY p.id LIMIT 1"
        ).fetchone() or ("", "")
        connection.execute("UPDATE ledger_posting SET amount_minor = amount_minor - 7 WHERE id = %s", [posting])

        code, said = market.run("manage.py", "reconcile")
        assert code == 1
        assert f"Entry {key} " in said
        assert "Vendor payable of vendor" in said
        assert "difference  -0.07 EUR" in said

        code, said = market.journey()
        assert code == 1
        assert f"Entry {key} " in said
        assert "Vendor payable, difference -0.07 EUR" in said
        assert "no longer match" in said
        assert "Begin anew" not in said

        connection.execute("UPDATE ledger_posting SET amount_minor = amount_minor + 7 WHERE id = %s", [posting])
    code, said = market.run("manage.py", "reconcile")
    assert code == 0, said
    assert "match to the cent" in said


def test_an_interrupted_journey_goes_on_where_it_stood(market: Market, first: list[str]) -> None:
    whole = market.tally()
    code, said = market.interrupt_journey_at("Vendors apply:", signal.SIGINT)
    assert code == 1
    assert "Match what the last journey left: 0 exceptions" in said
    assert "Begin anew" in said
    assert "The same command goes on from here." in said

    code, said = market.interrupt_journey_at("Customers order:", signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert "Begin anew" not in said
    assert "Vendors apply:" not in said

    code, said = market.interrupt_journey_at("Who did not pay", signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert "Customers order:" not in said

    code, said = market.journey()
    assert code == 0, said
    assert "Customers pay:" not in said
    assert money_lines(said) == first
    assert market.tally() == whole


def test_another_script_does_not_take_over_an_unfinished_journey(
    market: Market, first: list[str], tmp_path: Path
) -> None:
    state = market.world.root / "journey.json"
    finished = state.read_text()
    state.write_text(json.dumps({"script": "cast", "done": [], "until": {}, "orders": {}}))
    code, said = market.journey("--catalogue", catalogue(tmp_path / "catalogue.csv"))
    state.write_text(finished)
    assert code == 1
    assert "A journey over the cast is unfinished." in said
    assert "--afresh" in said


def test_a_catalogue_becomes_a_market(market: Market, first: list[str], tmp_path: Path) -> None:
    file = catalogue(tmp_path / "catalogue.csv")
    code, said = market.journey("--catalogue", file, "--orders", str(ORDERS))
    assert code == 0, said
    rows, whole = columns(money_lines(said))
    assert len(rows) == BRANDS + 1
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]
    assert rows[-1][0] == whole["customers paid"]
    assert re.search(r"^shops [0-9.]+ s \+ products visible [0-9.]+ s = [0-9.]+ s$", said, re.MULTILINE)
    tally = market.tally()
    assert len(tally["vendors"]) == BRANDS
    assert len(tally["offers"]) == BRANDS * PRODUCTS_A_BRAND + 50  # and fifty second offers
    assert len(tally["orders"]) == ORDERS
    assert tally["vendors"][0] == ("acme-tools-0", "active")


def test_it_is_refused_in_production(market: Market) -> None:
    code, said = market.run("manage.py", "journey", SOUK_ENV="production")
    assert code == 1
    assert said.strip() == (
        "manage.py journey plays a whole market in every role. It is refused in production (SOUK_ENV)."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "No such file"),
        ("brand,title\nAcme,Saw\n", "line 1: the columns attributes, description, gtin, id, price_minor are missing"),
        ("", "are missing"),
        ("id,brand,gtin,title,description,price_minor,attributes\n1,Acme\n", "line 2: the row is too short"),
        ("id,brand,gtin,title,description,price_minor,attributes\n1,Acme,,Saw,,cheap,{}\n", "'cheap' is not a price"),
        ("id,brand,gtin,title,description,price_minor,attributes\n1,Acme,,Saw,,-5,{}\n", "'-5' is not a price"),
        ("id,brand,gtin,title,description,price_minor,attributes\n1,Acme,,Saw,,5,[]\n", "not a JSON object"),
        ("id,brand,gtin,title,description,price_minor,attributes\n1,Acme,,Saw,,5,{\n", "line 2:"),
        ("id,brand,gtin,title,description,price_minor,attributes\n", "holds no products"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(market: Market, tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "catalogue.csv"
    if text is not None:
        file.write_text(text)
    code, said = market.journey("--catalogue", file)
    assert code == 1
    assert said.startswith("CommandError: The catalogue cannot be read:")
    assert words in said


def test_what_is_not_packed_is_refused(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.csv.xz"
    file.write_text("not packed")
    code, said = market.journey("--catalogue", file)
    assert code == 1
    assert said.startswith("CommandError: The catalogue cannot be read:")


def catalogue(file: Path) -> Path:
    """A small catalogue with the columns of a real one."""
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number in range(BRANDS * PRODUCTS_A_BRAND):
            brand = f"Acme Tools {number % BRANDS}"
            attributes = json.dumps({"type": ("Saw", "Drill", "")[number % 3], "weight": number})
            title, price = f"{brand} model {number}", 499 + 137 * number
            writer.writerow(
                [number + 1, brand, "", title, f"Lasts. “{number}”", price, "EUR", "2020-01-31", "", attributes]
            )
    return file


# Last in this file: they shop in the market that the journeys leave, and ship nothing.


@pytest.fixture(scope="module")
def watched(market: Market, first: list[str]) -> Iterator[Watched]:
    """The market with all its processes, watched, after somebody was there."""
    with Watched(market) as running:
        yield running


@pytest.fixture(scope="module")
def visit(watched: Watched) -> dict[str, int]:
    """What was done, by how often."""
    done = watching.shop(watched)
    watching.knock(watched)
    watching.fail_with(watched, watching.EMAIL)
    watching.settled(watched)
    return done


def test_the_metrics_say_what_happened(watched: Watched, visit: dict[str, int]) -> None:
    web, office, worker = watched.samples("web"), watched.samples("office"), watched.samples("worker")
    assert web["product_views_total", (("surface", "page"),)] == visit["views"]
    assert web["cart_operations_total", (("operation", "add"), ("result", "ok"))] == visit["added"]
    listing = (("method", "GET"), ("route", "/p/<slug:slug>/"), ("status", "200"))
    assert web["http_request_duration_seconds_count", listing] == visit["views"]

    with watched.market.connect() as connection:
        orders = dict(
            connection.execute(
                "SELECT 'placed', count(*) FROM orders_order UNION ALL "
                "SELECT 'paid', count(*) FROM payments_payment WHERE state = 'paid' UNION ALL "
                "SELECT 'canceled', count(*) FROM orders_order WHERE canceled_at IS NOT NULL"
            ).fetchall()
        )
        transfers = connection.execute(
            "SELECT state, count(*), sum(amount_minor) FROM payouts_transfer WHERE state <> 'canceled' GROUP BY state"
        ).fetchall()
        events = connection.execute(
            "SELECT count(*) FROM provider_stripe_webhookevent WHERE done_at IS NOT NULL"
        ).fetchone()
    assert min(orders["placed"], orders["paid"]) > 1
    for told in (office, worker):
        assert {name: told["orders_total", (("event", name),)] for name in orders} == orders
        assert {key for key in told if key[0] == "transfers_total"} == {
            ("transfers_total", (("currency", "EUR"), ("state", state))) for state, _, _ in transfers
        }
        for state, count, amount in transfers:
            labels = (("currency", "EUR"), ("state", state))
            assert (told["transfers_total", labels], told["transfers_amount_minor", labels]) == (count, amount)
        assert told["ledger_drift_minor", (("currency", "EUR"),)] == 0
        assert told["ledger_trial_balance_minor", (("currency", "EUR"),)] == 0
        assert told["queue_age_seconds", (("queue", "webhooks"),)] == 0
        assert not [key for key, value in told.items() if key[0] == "figures_failed" and value]
    # Events that came while nobody was watched are counted by nobody.
    seen = sum(value for (name, _), value in worker.items() if name == "webhook_lag_seconds_count")
    assert events is not None
    assert 0 < seen <= events[0]
    assert worker["sweeps_total", (("result", "ok"), ("sweep", "outbox.deliver"))] > 0

    shopworker = watched.samples("shopworker")
    assert not [key for key in shopworker if key[0] in ("orders_total", "transfers_total", "figures_failed")]
    assert not [key for key in web if key[0] in ("orders_total", "transfers_total", "figures_failed")]


def test_the_logs_say_who_and_which_and_keep_every_secret(watched: Watched, visit: dict[str, int]) -> None:
    secrets = watching.planted(watched.market)
    control = watched.market.world.logs / "control.log"
    control.write_text("\n".join(f"it was {value} again" for value in secrets.values()))
    found = watching.leaks(watched.logs(), secrets)
    control.unlink()
    # That the reading finds what it looks for, each in its line; and that there is nothing else to be found.
    assert sorted(found) == sorted(f"{what} in control.log:{line}" for line, what in enumerate(secrets, start=1))

    lines = [json.loads(line) for file, _, line in watched.logs() if file != "control.log" and line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > visit["views"]
    assert all(line["request_id"] for line in requests)
    assert [line["status"] for line in requests if line.get("person")]
    assert [line["route"] for line in requests if line.get("vendor")]
    assert not [line for line in requests if line["route"] in ("livez", "readyz", "metrics")]
    failed = [line for line in lines if line["event"] == "delivery_failed"]
    assert {line["sweep"] for line in failed} == {"outbox.deliver"}
    assert all(line["task_id"] for line in failed)
    assert any("[redacted]" in line["exception"] for line in failed)
    assert "stripe.process_inbox" in {line["sweep"] for line in lines if line["event"] == "swept"}
