"""The SDK's traffic of a whole journey, held against Stripe's contract; every endpoint that we call is among it."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from billing.sandbox.contract import load_contract
from billing.sandbox.contract.__main__ import main as check
from billing.sandbox.contract.__main__ import violations
from embedded import stop
from tests.scenarios.conftest import Undisturbed
from tests.support.market import ROOT, Market

pytestmark = pytest.mark.slow

# Every call of ours to the SDK, and where it goes.
CALLS = {
    "v1.balance.retrieve": "GET /v1/balance",
    "v1.balance_settings.update": "POST /v1/balance_settings",
    "v1.balance_transactions.list": "GET /v1/balance_transactions",
    "v1.balance_transactions.retrieve": "GET /v1/balance_transactions/{id}",
    "v1.billing_portal.configurations.create": "POST /v1/billing_portal/configurations",
    "v1.billing_portal.configurations.update": "POST /v1/billing_portal/configurations/{configuration}",
    "v1.billing_portal.sessions.create": "POST /v1/billing_portal/sessions",
    "v1.charges.list": "GET /v1/charges",
    "v1.charges.retrieve": "GET /v1/charges/{charge}",
    "v1.checkout.sessions.create": "POST /v1/checkout/sessions",
    "v1.checkout.sessions.expire": "POST /v1/checkout/sessions/{session}/expire",
    "v1.checkout.sessions.list": "GET /v1/checkout/sessions",
    "v1.checkout.sessions.retrieve": "GET /v1/checkout/sessions/{session}",
    "v1.credit_notes.list": "GET /v1/credit_notes",
    "v1.credit_notes.retrieve": "GET /v1/credit_notes/{id}",
    "v1.disputes.close": "POST /v1/disputes/{dispute}/close",
    "v1.disputes.list": "GET /v1/disputes",
    "v1.disputes.retrieve": "GET /v1/disputes/{dispute}",
    "v1.disputes.update": "POST /v1/disputes/{dispute}",
    "v1.events.list": "GET /v1/events",
    "v1.files.create": "POST /v1/files",
    "v1.invoice_payments.list": "GET /v1/invoice_payments",
    "v1.invoices.create_preview": "POST /v1/invoices/create_preview",
    "v1.invoices.line_items.list": "GET /v1/invoices/{invoice}/lines",
    "v1.invoices.retrieve": "GET /v1/invoices/{invoice}",
    "v1.payment_intents.retrieve": "GET /v1/payment_intents/{intent}",
    "v1.payouts.create": "POST /v1/payouts",
    "v1.payouts.list": "GET /v1/payouts",
    "v1.payouts.retrieve": "GET /v1/payouts/{payout}",
    "v1.prices.create": "POST /v1/prices",
    "v1.prices.list": "GET /v1/prices",
    "v1.prices.update": "POST /v1/prices/{price}",
    "v1.products.create": "POST /v1/products",
    "v1.products.update": "POST /v1/products/{id}",
    "v1.refunds.create": "POST /v1/refunds",
    "v1.refunds.list": "GET /v1/refunds",
    "v1.refunds.retrieve": "GET /v1/refunds/{refund}",
    "v1.subscriptions.cancel": "DELETE /v1/subscriptions/{subscription_exposed_id}",
    "v1.subscriptions.resume": "POST /v1/subscriptions/{subscription}/resume",
    "v1.subscriptions.retrieve": "GET /v1/subscriptions/{subscription_exposed_id}",
    "v1.subscriptions.update": "POST /v1/subscriptions/{subscription_exposed_id}",
    "v1.tax_rates.create": "POST /v1/tax_rates",
    "v1.transfers.create": "POST /v1/transfers",
    "v1.transfers.list": "GET /v1/transfers",
    "v1.transfers.retrieve": "GET /v1/transfers/{transfer}",
    "v1.transfers.reversals.create": "POST /v1/transfers/{id}/reversals",
    "v1.transfers.reversals.list": "GET /v1/transfers/{id}/reversals",
    "v1.webhook_endpoints.create": "POST /v1/webhook_endpoints",
    "v1.webhook_endpoints.list": "GET /v1/webhook_endpoints",
    "v1.webhook_endpoints.update": "POST /v1/webhook_endpoints/{webhook_endpoint}",
    "v2.core.account_links.create": "POST /v2/core/account_links",
    "v2.core.accounts.create": "POST /v2/core/accounts",
    "v2.core.accounts.retrieve": "GET /v2/core/accounts/{id}",
    "v2.core.event_destinations.create": "POST /v2/core/event_destinations",
    "v2.core.event_destinations.disable": "POST /v2/core/event_destinations/{id}/disable",
    "v2.core.event_destinations.list": "GET /v2/core/event_destinations",
    "v2.core.event_destinations.update": "POST /v2/core/event_destinations/{id}",
}
TOOL = ROOT.parent / "shared" / "tools" / "stripe_contract"


@pytest.fixture(scope="module")
def capture(undisturbed: Undisturbed) -> Iterator[Path]:
    """What the SDK sent and got in a journey, and in rarer events after it."""
    stop(undisturbed.market.world)
    market = Market("contract", undisturbed.market)
    # The webhooks' endpoints are registered at the addresses of the first.
    market.environment |= {
        name: value for name, value in undisturbed.market.environment.items() if name.endswith("_PORT")
    }
    try:
        file = market.world.root / "stripe.jsonl"
        code, said = market.run(Path(__file__).with_name("rare_calls.py"), SOUK_STRIPE_CAPTURE=str(file))
        assert code == 0, said
        yield file
    finally:
        market.close()


def exchanges(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def anonymous(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template)


def calls_in_the_code() -> set[str]:
    """Calls of the SDK's services, direct or by way of a variable that stands for a part of the client."""
    found: set[str] = set()
    for file in sorted((ROOT / "billing" / "stripe").glob("*.py")):
        short: dict[str, str] = {}
        for line in file.read_text().splitlines():
            if named := re.search(r"(\w+) = stripe_client\(\)\.([\w.]+)$", line):
                short[named[1]] = named[2]
            found |= {call[1] for call in re.finditer(r"stripe_client\(\)\.([\w.]+)\(", line)}
            for name, meant in short.items():
                found |= {f"{meant}.{call[1]}" for call in re.finditer(rf"(?<![\w.]){name}\.([\w.]+)\(", line)}
    return found


def test_the_table_names_every_call_in_the_code() -> None:
    assert calls_in_the_code() == set(CALLS)


def test_a_whole_journey_keeps_the_contract(capture: Path, tmp_path: Path) -> None:
    contract = load_contract()
    assert {
        f"{exchange['method']} {exchange['path']}": problems
        for exchange in exchanges(capture)
        if (problems := violations(contract, exchange))
    } == {}
    if TOOL.is_dir():  # a second opinion, where there is one
        result = judge(capture, tmp_path)
        assert (result.returncode, result.stdout) == (0, "")


def test_every_endpoint_that_we_call_is_among_it(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = load_contract()
    counts: Counter[str] = Counter()
    for exchange in exchanges(capture):
        found = contract.find(exchange["method"], exchange["path"])
        assert found is not None, exchange["path"]
        if exchange["status"] < 400:
            counts[f"{exchange['method']} {anonymous(found[0].template)}"] += 1
    with capsys.disabled():
        print()
        for endpoint, count in sorted(counts.items(), key=lambda item: item[0].split()[::-1]):
            print(f"{count:6} {endpoint}")
    assert set(counts) == {anonymous(endpoint) for endpoint in CALLS.values()}


@pytest.mark.parametrize(("path", "parameter"), [("/v1/transfers", "&surprise=1"), ("/v2/core/accounts", None)])
def test_a_planted_parameter_is_found(capture: Path, tmp_path: Path, path: str, parameter: str | None) -> None:
    planted = next(one for one in exchanges(capture) if (one["method"], one["path"]) == ("POST", path))
    body = planted["body"]
    planted["body"] = body + parameter if parameter else json.dumps({**json.loads(body), "surprise": 1})
    file = tmp_path / "planted.jsonl"
    file.write_text(json.dumps(planted) + "\n")
    assert [problem for problem in violations(load_contract(), planted) if "surprise" in problem] != []
    assert check([str(file)]) == 1
    if TOOL.is_dir():
        assert judge(file, tmp_path).returncode == 1


def judge(file: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    spec = folder / "spec.json"
    subprocess.run([sys.executable, str(TOOL / "sdk_spec.py"), "-o", str(spec)], check=True, capture_output=True)
    return subprocess.run(
        [sys.executable, str(TOOL / "stripe_contract.py"), str(spec), str(file)],
        check=False,
        capture_output=True,
        text=True,
    )
