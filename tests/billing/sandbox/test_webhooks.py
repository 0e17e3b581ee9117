"""Deliveries: signed, tried again, doubled, turned round, delayed, dropped; and the events behind them."""

from __future__ import annotations

import json
import time

import pytest
import stripe

from tests.billing.sandbox.harness import Receiver, Sandbox, onboarded, open_session, paid_charge

PAID = ["charge.succeeded", "checkout.session.completed", "payment_intent.created", "payment_intent.succeeded"]


@pytest.fixture
def hook(client: stripe.StripeClient, receiver: Receiver) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["*"], "api_version": stripe.api_version}
    )


def test_secret_is_told_once(client: stripe.StripeClient, hook: stripe.WebhookEndpoint) -> None:
    assert hook.secret.startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(hook.id).to_dict()
    assert (
        client.v1.webhook_endpoints.update(hook.id, {"enabled_events": ["charge.succeeded"], "disabled": True}).status
        == "disabled"
    )
    assert client.v1.webhook_endpoints.delete(hook.id).deleted is True
    assert client.v1.webhook_endpoints.list().data == []


def test_address_elsewhere_is_refused(client: stripe.StripeClient) -> None:
    for url in ("https://example.com/hook", "http://169.254.169.254/", "ftp://localhost/"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        assert caught.value.code == "url_invalid"


def test_endpoint_hears_what_it_asked_for(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    client.v1.webhook_endpoints.create(
        {"url": receiver.url.replace("127.0.0.1", "acme.localhost"), "enabled_events": ["charge.succeeded"]}
    )
    onboarded(client, sandbox)
    paid_charge(client, sandbox)
    assert sandbox.control("webhooks/drain") == {"waiting": 0, "held": 0, "delivered": 1, "dropped": 0, "given_up": 0}
    assert receiver.types() == ["charge.succeeded"]


def test_refused_webhook_comes_again_with_a_new_signature(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    receiver.refuse = 6
    client.v1.customers.create({"name": "Ada"})
    sandbox.control("webhooks/drain", {"timeout": 30})
    event = client.construct_event(*receiver.taken[0], hook.secret)
    assert (event.type, event.data.object.name, len(receiver.taken), receiver.refuse) == (
        "customer.created",
        "Ada",
        1,
        0,
    )
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(*receiver.taken[0], "whsec_another")
    assert abs(int(receiver.taken[0][1].split(",")[0][2:]) - time.time()) < 60


def test_signature_time_is_real_even_when_the_clock_was_moved(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    sandbox.advance(days=40)
    client.v1.customers.create({"name": "Ada"})
    sandbox.control("webhooks/drain")
    event = client.construct_event(*receiver.taken[-1], hook.secret)
    assert event.created > time.time() + 39 * 86400


def test_snapshot_is_frozen(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    sandbox.control("webhooks/config", {"delay_seconds": 3600})
    made = client.v1.customers.create({"name": "Ada"})
    client.v1.customers.update(made.id, {"name": "Grace"})
    assert receiver.taken == []
    sandbox.control("webhooks/drain")
    assert {(e["type"], e["data"]["object"]["name"]) for e in receiver.events()} == {
        ("customer.created", "Ada"),
        ("customer.updated", "Grace"),
    }


def test_duplicates_and_drops(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    sandbox.control("webhooks/config", {"duplicate": True, "drop": ["payment_intent.created"]})
    paid_charge(client, sandbox)
    sandbox.control("webhooks/drain")
    assert receiver.types() == sorted(2 * [t for t in PAID if t != "payment_intent.created"])
    assert len({e["id"] for e in receiver.events()}) == 3
    sandbox.control("webhooks/config", {})
    dropped = client.v1.events.list({"type": "payment_intent.created"}).data[0]
    assert sandbox.control("webhooks/resend", {"event": dropped.id}) == {"deliveries": 1}
    sandbox.control("webhooks/drain")
    assert "payment_intent.created" in receiver.types()


def test_reversed_order(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    sandbox.control("webhooks/config", {"reverse": True})
    paid_charge(client, sandbox)
    sandbox.control("webhooks/drain")
    assert [e["type"] for e in receiver.events()] == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_events_are_kept_thirty_days(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    paid_charge(client, sandbox)
    assert sorted(e.type for e in client.v1.events.list().data) == PAID
    some = client.v1.events.list({"types": ["charge.succeeded", "payment_intent.succeeded"]})
    assert len(some.data) == 2
    assert client.v1.events.retrieve(some.data[0].id).type == some.data[0].type
    sandbox.advance(days=31)
    # The money became available on the second of these 31 days.
    assert [e.type for e in client.v1.events.list().data] == ["balance.available"]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.retrieve(some.data[0].id)


def test_connected_account_s_events_carry_the_account(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"], "connect": True})
    vendor = onboarded(client, sandbox)
    paid_charge(client, sandbox)
    sandbox.control("webhooks/drain")
    assert receiver.types() == ["account.external_account.created", "account.updated"]
    assert {e["account"] for e in receiver.events()} == {vendor}
    assert client.v1.events.list({"type": "account.updated"}).data == []
    assert len(client.v1.events.list({"type": "account.updated"}, {"stripe_account": vendor}).data) == 1


def test_event_destinations(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    made = client.v2.core.event_destinations.create(
        {
            "name": "thin",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": ["v2.core.account.created"],
            "webhook_endpoint": {"url": receiver.url},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        }
    )
    assert made.webhook_endpoint.url == receiver.url
    assert made.webhook_endpoint.signing_secret.startswith("whsec_")
    assert client.v2.core.event_destinations.retrieve(made.id).webhook_endpoint.signing_secret is None
    client.v2.core.event_destinations.ping(made.id)
    sandbox.control("webhooks/drain")
    note = client.parse_event_notification(*receiver.taken[0], made.webhook_endpoint.signing_secret)
    assert note.type == "v2.core.event_destination.ping"
    assert "data" not in json.loads(receiver.taken[0][0])
    client.v2.core.event_destinations.disable(made.id)
    client.v2.core.accounts.create({"display_name": "Olive & Oak"})
    sandbox.control("webhooks/drain")
    assert len(receiver.taken) == 1
    assert [e.type for e in client.v2.core.events.list().data] == [
        "v2.core.account.created",
        "v2.core.event_destination.ping",
    ]


def test_page_waits_for_the_webhook_before_it_leads_back(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver, hook: stripe.WebhookEndpoint
) -> None:
    session = open_session(client)
    receiver.refuse = 2
    sandbox.http.post(
        session.url, data={"email": "ada@example.com", "card": "4242424242424242", "expiry": "12/34", "cvc": "123"}
    )
    assert "checkout.session.completed" in receiver.types()
