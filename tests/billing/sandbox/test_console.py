"""The console: what is inside can be seen, the knobs turn, and nobody else's page or name gets in."""

from __future__ import annotations

import subprocess
import sys

import pytest
import stripe

from tests.billing.sandbox.harness import ROOT, Receiver, Sandbox, onboarded, paid_charge


def test_every_page_shows_what_is_there(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    charge = paid_charge(client, sandbox)
    client.v1.transfers.create(
        {"amount": 5000, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    for path, expected in (
        ("", "Every answer and event kept"),
        ("objects", charge.id),
        ("objects?kind=transfer", "€50.00"),
        (f"objects/{charge.id}", "Dispute as fraudulent"),
        (f"objects/{vendor}", "Restrict transfers"),
        ("money", "€120.00"),
        (f"money?account={vendor}", "€50.00"),
        ("events", "transfer.created"),
        ("trouble", "lose_capability"),
    ):
        page = sandbox.http.get(f"/console/{path}")
        assert page.status_code == 200, path
        assert expected in page.text, path
    assert sandbox.http.get("/console/objects/ch_nothing").status_code == 404


def test_forms_turn_the_knobs(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    before = sandbox.state()["now"]

    def do(control: str, **fields: str) -> str:
        named = {name.replace("_", ".", 1): value for name, value in fields.items()}
        answer = sandbox.http.post("/console/do", data={"control": control, "back": "trouble", **named})
        assert answer.status_code == 303
        return sandbox.http.get(answer.headers["location"]).text

    assert "Done" in do("clock/advance", n_seconds="86400")
    assert sandbox.state()["now"] - before >= 86400
    do("fail", s_path="/v1/refunds", s_mode="429", s_account="", n_times="2")
    assert [(f["path"], f["mode"], f["remaining"], f["account"]) for f in sandbox.state()["faults"]] == [
        ("/v1/refunds", "429", 2, None)
    ]
    do("config", s_reversal_when_short="refuse", n_rate_limit="none", l_settlement_currencies="eur, usd")
    assert sandbox.state()["settlement_currencies"] == ["eur", "usd"]
    assert "This did not work: mode must be" in do("webhooks/misbehave", s_mode="sing")
    client.v1.customers.create({"name": "Ada"})
    sandbox.control("webhooks/drain")
    event = client.v1.events.list().data[0].id
    do("webhooks/resend", s_event=event)
    sandbox.control("webhooks/drain")
    assert [e["id"] for e in receiver.events()] == [event, event]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://attacker.example"},
    ],
)
def test_other_sites_cannot_use_it(sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = sandbox.http.post("/console/do", data={"control": "reset"}, headers=headers)
    assert answer.status_code == 403


def test_it_does_not_run_in_production(tmp_path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "billing.sandbox", "--state", str(tmp_path)],
        cwd=ROOT,
        env={"SOUK_ENV": "production", "PATH": "/usr/bin"},
        capture_output=True,
        timeout=30,
        text=True,
    )
    assert refused.returncode == 2
    assert "does not run in production" in refused.stderr
