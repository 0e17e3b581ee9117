"""Killed at any moment, the sandbox comes back with all that it answered and all webhooks that it owes."""

from __future__ import annotations

import threading
import time

import stripe

from tests.billing.sandbox.harness import KEY, Receiver, Sandbox, onboarded, paid_charge


def test_kill_keeps_state_webhooks_clock_and_replies(own_sandbox: Sandbox, receiver: Receiver) -> None:
    client = own_sandbox.client()
    hook = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["*"], "api_version": stripe.api_version}
    )
    own_sandbox.advance(days=10)
    own_sandbox.control("webhooks/config", {"delay_seconds": 3600})
    vendor, charge = onboarded(client, own_sandbox), paid_charge(client, own_sandbox)
    params = {"amount": 900, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    transfer = client.v1.transfers.create(params, {"idempotency_key": "tr:1:1"})
    before = own_sandbox.state()
    own_sandbox.kill()
    own_sandbox.start()
    after = own_sandbox.state()
    assert after["balances"] == before["balances"]
    assert after["webhooks"] == before["webhooks"]
    assert after["webhooks"]["waiting"] == 5
    assert 0 <= after["now"] - before["now"] < 60
    replayed = client.v1.transfers.create(params, {"idempotency_key": "tr:1:1"})
    assert replayed.id == transfer.id
    own_sandbox.control("webhooks/drain")
    assert receiver.types() == [
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
        "transfer.created",
    ]
    assert all(
        client.construct_event(body, header, hook.secret).api_version == stripe.api_version
        for body, header in receiver.taken
    )


def test_killed_under_load_nothing_is_half_done(own_sandbox: Sandbox, receiver: Receiver) -> None:
    """Transfers are sent until the server dies.

    Each either happened whole or not at all, and its key finds that out.
    """
    setup = own_sandbox.client()
    setup.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["transfer.created"]})
    vendor, charge = onboarded(setup, own_sandbox), paid_charge(setup, own_sandbox, 100_000)
    answered: dict[str, str] = {}
    sent: list[str] = []

    def send(worker: int) -> None:
        client = stripe.StripeClient(KEY, base_addresses={"api": own_sandbox.url})
        for number in range(1000):
            key = f"tr:{worker}:{number}"
            sent.append(key)
            try:
                answered[key] = transfer(client, key)
            except stripe.StripeError:
                return

    def transfer(client: stripe.StripeClient, key: str) -> str:
        return client.v1.transfers.create(
            {
                "amount": 1,
                "currency": "eur",
                "destination": vendor,
                "source_transaction": charge.id,
                "metadata": {"key": key},
            },
            {"idempotency_key": key},
        ).id

    workers = [threading.Thread(target=send, args=(n,)) for n in range(3)]
    for worker in workers:
        worker.start()
    while len(answered) < 30:
        time.sleep(0.01)
    own_sandbox.kill()
    for worker in workers:
        worker.join()
    own_sandbox.start()
    made = {t.metadata["key"]: t.id for t in setup.v1.transfers.list({"limit": 100}).auto_paging_iter()}
    assert answered.items() <= made.items()
    assert set(made) <= set(sent)
    for key in sent:  # sending everything once more moves nothing twice
        assert transfer(setup, key) == made.get(key, answered.get(key)) or key not in made
    state = own_sandbox.state()
    assert state["drift"] == []
    assert state["balances"][vendor]["eur"]["pending"] == len(sent)
    own_sandbox.control("webhooks/drain", {"timeout": 30})
    assert len({e["id"] for e in receiver.events()}) == len(sent)
