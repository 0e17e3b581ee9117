"""What goes wrong on demand: calls of one account, lost answers, webhooks that lie, come late or out of order."""

from __future__ import annotations

import json
import time

import pytest
import stripe

from tests.billing.sandbox.harness import KEY, Receiver, Sandbox, onboarded, open_session, paid_charge

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}


def listen(client: stripe.StripeClient, receiver: Receiver, *types: str) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": list(types) or ["*"], "api_version": stripe.api_version}
    )


def transfer(client: stripe.StripeClient, vendor: str, key: str, charge: str) -> stripe.Transfer:
    return client.v1.transfers.create(
        {"amount": 1000, "currency": "eur", "destination": vendor, "source_transaction": charge},
        {"idempotency_key": key},
    )


def test_a_fault_may_be_for_one_vendor_and_for_later_calls(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox).id
    ada, grace = onboarded(client, sandbox), onboarded(client, sandbox)
    sandbox.control(
        "fail", {"path": "/v1/transfers", "mode": "balance_insufficient", "account": grace, "skip": 1, "times": 1}
    )
    assert transfer(client, ada, "a1", charge).amount == 1000
    assert transfer(client, grace, "g1", charge).amount == 1000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        transfer(client, grace, "g2", charge)
    assert caught.value.code == "balance_insufficient"
    assert transfer(client, ada, "a2", charge).amount == 1000
    assert sandbox.state()["faults"] == []


def test_a_lost_answer_is_found_again_under_its_key(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge, vendor = paid_charge(client, sandbox).id, onboarded(client, sandbox)
    sandbox.control("fail", {"path": "/v1/transfers", "mode": "500_after"})
    made = transfer(client, vendor, "t1", charge)  # the SDK asks again under the same key
    assert [t.id for t in client.v1.transfers.list().data] == [made.id]
    sandbox.control("fail", {"path": "/v1/transfers", "mode": "429_retry"})
    assert transfer(client, vendor, "t2", charge).amount == 1000
    sandbox.control("fail", {"path": "/v1/transfers", "mode": "429"})
    with pytest.raises(stripe.RateLimitError):
        transfer(client, vendor, "t3", charge)


def test_a_capability_may_be_lost_between_sale_and_release(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge, vendor = paid_charge(client, sandbox).id, onboarded(client, sandbox)
    sandbox.control("fail", {"path": "/v1/transfers", "mode": "lose_capability"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        transfer(client, vendor, "t1", charge)
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    assert client.v1.accounts.retrieve(vendor).capabilities.transfers == "inactive"


def test_the_rate_limit_is_for_each_endpoint(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    sandbox.control("config", {"rate_limit": 2})
    answers = [sandbox.http.get("/v1/balance", headers=headers) for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["error"]["code"] == "rate_limit"
    assert "Stripe-Should-Retry" not in refused[0].headers
    assert sandbox.http.get("/v1/account", headers=headers).status_code == 200
    sandbox.control("config", {"rate_limit": None})
    assert sandbox.http.get("/v1/balance", headers=headers).status_code == 200


def test_events_are_held_and_let_go_backwards(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    listen(client, receiver, "customer.created")
    sandbox.control("webhooks/misbehave", {"mode": "hold", "type": "customer.*", "times": 3})
    made = [client.v1.customers.create({"name": name}).id for name in ("Ada", "Grace", "Mary")]
    assert sandbox.control("webhooks/drain")["held"] == 3
    assert receiver.taken == []
    assert sandbox.control("webhooks/release", {"order": "reverse"}) == {"released": 3}
    for _ in range(100):
        if len(receiver.taken) == 3:
            break
        time.sleep(0.05)
    assert [e["data"]["object"]["id"] for e in receiver.events()] == made[::-1]


def test_an_event_comes_three_days_late(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    listen(client, receiver)
    sandbox.control("webhooks/misbehave", {"mode": "late"})
    client.v1.customers.create({"name": "Ada"})
    sandbox.advance(days=2)
    assert receiver.taken == []
    sandbox.advance(days=1)
    assert receiver.types() == ["customer.created"]


def test_forged_and_missigned_copies(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    secret = listen(client, receiver).secret
    vendor = onboarded(client, sandbox)
    for mode in ("other_account", "unknown_type", "thin", "twin", "wrong_secret", "old_timestamp"):
        sandbox.control("webhooks/misbehave", {"mode": mode})
        client.v1.customers.create({"name": mode})
    sandbox.control("webhooks/drain")
    genuine, wrong = [], []
    for body, header in receiver.taken:
        try:
            stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=300)
            genuine.append(json.loads(body))
        except stripe.SignatureVerificationError as error:
            wrong.append(str(error).partition(".")[0])
    assert len(genuine) == 3 * 2 + 2
    assert len(wrong) == 2
    assert [e["account"] for e in genuine if "account" in e] == [vendor]
    assert [e["type"] for e in genuine if e["type"] == "sandbox.thing.happened"] == ["sandbox.thing.happened"]
    assert [e["object"] for e in genuine].count("v2.core.event") == 1
    names = [e["data"]["object"]["name"] for e in genuine if e["object"] == "event"]
    assert names.count("twin") == 2
    assert len({e["id"] for e in genuine if e["object"] == "event" and e["data"]["object"]["name"] == "twin"}) == 2
    assert sandbox.state()["tricks"] == []


def test_a_rolled_secret_signs_beside_the_old_one(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    endpoint = listen(client, receiver)
    new = sandbox.control("webhooks/roll", {"endpoint": endpoint.id})["secret"]
    client.v1.customers.create({"name": "Ada"})
    sandbox.control("webhooks/drain")
    body, header = receiver.taken[0]
    for secret in (new, endpoint.secret):
        assert stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=300)


def test_a_charge_settles_in_the_platform_s_own_currency(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("config", {"settlement_currencies": ["eur"]})
    vendor = onboarded(client, sandbox)
    intent = client.v1.payment_intents.create(
        {
            "amount": 10800,
            "currency": "usd",
            "confirm": True,
            "payment_method": "pm_card_bypassPending",
            "automatic_payment_methods": NO_REDIRECTS,
            "expand": ["latest_charge.balance_transaction"],
        }
    )
    movement = intent.latest_charge.balance_transaction
    assert (movement.currency, movement.amount, round(movement.exchange_rate, 6)) == ("eur", 10000, 0.925926)
    params = {"destination": vendor, "source_transaction": intent.latest_charge.id}
    with pytest.raises(stripe.InvalidRequestError, match="must be the same as the transfer currency"):
        client.v1.transfers.create({"amount": 5000, "currency": "usd", **params})
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount"):
        client.v1.transfers.create({"amount": 10001, "currency": "eur", **params})
    assert client.v1.transfers.create({"amount": 10000, "currency": "eur", **params}).amount == 10000
    refund = client.v1.refunds.create({"payment_intent": intent.id, "expand": ["balance_transaction"]})
    assert refund.status == "pending"  # all that was taken has been passed on
    sandbox.control("topup", {"amount": 20000, "currency": "eur"})
    assert sandbox.state()["drift"] == []


@pytest.mark.parametrize(
    ("currency", "amount", "wrong"),
    [("jpy", 5001, None), ("kwd", 5010, 5001), ("isk", 10000, 10050), ("ugx", 500000, 500050), ("huf", 17501, None)],
)
def test_currencies_keep_their_smallest_coin(
    client: stripe.StripeClient, currency: str, amount: int, wrong: int | None
) -> None:
    params = {"currency": currency, "confirm": True, "payment_method": "pm_card_visa"}
    params |= {"automatic_payment_methods": NO_REDIRECTS}
    made = client.v1.payment_intents.create({**params, "amount": amount})
    assert made.amount_received == amount
    with pytest.raises(stripe.InvalidRequestError) as short:
        client.v1.payment_intents.create({**params, "amount": 20 if currency in ("jpy", "kwd", "huf") else 100})
    assert short.value.code == "amount_too_small"
    if wrong:
        with pytest.raises(stripe.InvalidRequestError, match="evenly divisible"):
            client.v1.payment_intents.create({**params, "amount": wrong})
        with pytest.raises(stripe.InvalidRequestError, match="evenly divisible"):
            client.v1.refunds.create({"payment_intent": made.id, "amount": wrong - amount if wrong > amount else 1})


def test_sessions_and_money_are_kept_whole_through_all_of_it(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("fail", {"path": "/v1/checkout/sessions", "mode": "500_after"})
    made = open_session(client)
    assert [s.id for s in client.v1.checkout.sessions.list().data] == [made.id]
    state = sandbox.state()
    assert (state["drift"], state["breaches"]) == ([], [])
