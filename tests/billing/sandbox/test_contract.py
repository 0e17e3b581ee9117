"""The contract derived from the SDK: the sandbox's traffic keeps it, and a planted breach is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stripe

from billing.sandbox.contract import Contract, load_contract
from billing.sandbox.contract.__main__ import violations
from billing.sandbox.contract.check import FormError, parse_form
from tests.billing.sandbox.harness import Sandbox, onboarded, open_account, open_session, paid_charge


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract()


def test_captured_traffic_keeps_the_contract(sandbox: Sandbox, client: stripe.StripeClient, contract: Contract) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox, 10000, "4000000000000077")
    transfer = client.v1.transfers.create(
        {"amount": 900, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    client.v1.transfers.reversals.create(transfer.id, {"amount": 100, "metadata": {"refund": "re_1"}})
    client.v1.refunds.create({"charge": charge.id, "amount": 100})
    client.v1.checkout.sessions.list({"expand": ["data.line_items", "data.payment_intent"]})
    lines = sandbox.capture.read_text().splitlines()
    assert len(lines) >= 7
    assert [found for line in lines for found in violations(contract, json.loads(line))] == []
    assert "4000000000000077" not in sandbox.capture.read_text()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            {"body": "amount=1&currency=eur&destination=acct_1&colour=red"},
            "request: Received unknown parameter: colour",
        ),
        ({"body": "amount=1&destination=acct_1"}, "request: Missing required param: currency."),
        ({"path": "/v1/transferz"}, "no such endpoint: POST /v1/transferz"),
    ],
)
def test_planted_breach_is_found(
    sandbox: Sandbox, client: stripe.StripeClient, contract: Contract, change: dict[str, str], found: str
) -> None:
    sandbox.control("topup", {"amount": 100})
    client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": onboarded(client, sandbox)})
    exchange = json.loads(sandbox.capture.read_text().splitlines()[-1])
    assert violations(contract, exchange) == []
    assert violations(contract, {**exchange, **change}) == [found]


def test_planted_fields_in_an_answer_are_found(
    sandbox: Sandbox, client: stripe.StripeClient, contract: Contract
) -> None:
    open_session(client)
    exchange = json.loads(sandbox.capture.read_text().splitlines()[-1])
    exchange["response"] |= {"colour": "red", "amount_total": "12000"}
    assert sorted(violations(contract, exchange)) == [
        "response: amount_total: expected integer, got '12000'",
        "response: colour: unknown field",
    ]


def test_operations_are_found_by_path(contract: Contract) -> None:
    assert contract.version == stripe.api_version
    for method, path, template, ids in (
        ("GET", "/v1/charges/ch_1", "/v1/charges/{charge}", ["ch_1"]),
        ("GET", "/v1/charges/search", "/v1/charges/search", []),
        ("POST", "/v2/core/accounts/acct_1/close", "/v2/core/accounts/{id}/close", ["acct_1"]),
    ):
        operation, values = contract.find(method, path)
        assert (operation.template, values) == (template, ids)
    assert contract.find("DELETE", "/v1/charges") is None


def test_forms_are_read_as_stripe_reads_them() -> None:
    assert parse_form("a[b][0]=1&a[b][1]=2&c=&d[e]=%C3%A9") == {
        "a": {"b": {"0": "1", "1": "2"}},
        "c": "",
        "d": {"e": "é"},
    }
    assert parse_form("a[][x]=1&a[][y]=2&a[][x]=3") == {"a": {"0": {"x": "1", "y": "2"}, "1": {"x": "3"}}}
    for wrong in ("a[b=1", "a=1&a=2", "a=1&a[b]=2"):
        with pytest.raises(FormError):
            parse_form(wrong)


def test_contract_is_derived_once(tmp_path: Path) -> None:
    load_contract(tmp_path)
    made = list(tmp_path.iterdir())
    stamp = made[0].stat().st_mtime_ns
    load_contract(tmp_path)
    assert [path.name for path in made] == [f"stripe-contract-{stripe.VERSION}-2.json"]
    assert made[0].stat().st_mtime_ns == stamp


def test_v2_bodies_are_checked_too(client: stripe.StripeClient) -> None:
    with pytest.raises(
        stripe.InvalidRequestError,
        match=r"Received unknown parameter: use_case\[account_onboarding\]\[configurations\]",
    ):
        client.v2.core.account_links.create(
            {
                "account": open_account(client).id,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {"configurations": ["recipient"], "refresh_url": "http://localhost/r"},
                },
            }
        )
