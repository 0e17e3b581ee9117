"""One purchase from the vendor's first day to the money on its bank account, told by the real SDK."""

from __future__ import annotations

import json
from typing import Any

import stripe

from tests.billing.sandbox.harness import Receiver, Sandbox, open_account, open_session

VERSION = stripe.api_version


def test_purchase_reaches_the_vendor_s_bank(sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver) -> None:
    platform_hook = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["*"], "api_version": VERSION}
    )
    connect_hook = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["*"], "api_version": VERSION, "connect": True}
    )
    thin_hook = client.v2.core.event_destinations.create(
        {
            "name": "accounts",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "events_from": ["@self"],
            "enabled_events": ["v2.core.account[configuration.recipient].capability_status_updated"],
            "webhook_endpoint": {"url": receiver.url},
            "include": ["webhook_endpoint.signing_secret"],
        }
    )

    # The vendor joins.
    account = open_account(client)
    assert account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status == "pending"
    assert len(account.requirements.entries) == 5
    link = client.v2.core.account_links.create(
        {
            "account": account.id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {
                    "refresh_url": "http://acme.portal.localhost:8001/refresh",
                    "return_url": "http://acme.portal.localhost:8001/back",
                },
            },
        }
    )
    visit = sandbox.http.get(link.url)
    assert visit.status_code == 303
    page = sandbox.http.get(visit.headers["location"])
    assert page.status_code == 200
    assert "Set up payouts" in page.text
    back = sandbox.http.post(
        visit.headers["location"],
        data={"name": "Olive & Oak GmbH", "iban": "DE89370400440532013000", "action": "finish"},
    )
    assert back.headers["location"] == "http://acme.portal.localhost:8001/back"
    again = sandbox.http.get(link.url)
    assert again.headers["location"] == "http://acme.portal.localhost:8001/refresh"
    account = client.v2.core.accounts.retrieve(account.id, {"include": ["configuration.recipient"]})
    assert account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status == "active"
    assert account.requirements is None
    sandbox.control("webhooks/drain")
    thin = [body_and_header for body_and_header in receiver.taken if b'"v2.core.event"' in body_and_header[0]]
    notifications = [
        client.parse_event_notification(body, header, thin_hook.webhook_endpoint.signing_secret)
        for body, header in thin
    ]
    assert sorted(n.fetch_event().data.updated_capability for n in notifications) == [
        "stripe_balance.payouts",
        "stripe_balance.stripe_transfers",
    ]
    assert {n.related_object.id for n in notifications} == {account.id}
    assert notifications[0].fetch_related_object().id == account.id

    # A customer pays 120.00; the page waits until the webhook has been taken.
    session = open_session(client)
    page = sandbox.http.get(session.url)
    assert page.status_code == 200
    assert "Pay €120.00" in page.text
    done = sandbox.http.post(
        session.url, data={"email": "ada@example.com", "card": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123"}
    )
    assert done.status_code == 303
    assert done.headers["location"] == f"http://localhost:8000/thanks?session={session.id}"
    event = next(
        client.construct_event(body, header, platform_hook.secret)
        for body, header in receiver.taken
        if b'"checkout.session.completed"' in body
    )
    assert event.data.object.payment_status == "paid"
    assert event.data.object.customer_details.email == "ada@example.com"
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    charge = paid.payment_intent.latest_charge
    fee = 12000 * 15 // 1000 + 25
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee, charge.balance_transaction.net) == (
        12000,
        fee,
        12000 - fee,
    )
    assert charge.transfer_group == "order-1"
    assert paid.payment_intent.metadata["order"] == "order-1"
    assert [item.description for item in paid.line_items.data] == ["Olive oil"]

    # Its part goes to the vendor at once, and becomes available with the charge.
    transfer = client.v1.transfers.create(
        {"amount": 10800, "currency": "eur", "destination": account.id, "source_transaction": charge.id},
        {"idempotency_key": "tr:1:1"},
    )
    assert transfer.transfer_group == "order-1"
    vendor: stripe.RequestOptions = {"stripe_account": account.id}
    balance = client.v1.balance.retrieve({}, vendor)
    assert (balance.pending[0].amount, balance.available[0].amount) == (10800, 0)

    # Two days later it is available; at midnight a payout is made, which arrives a day after.
    sandbox.advance(days=2)
    balance = client.v1.balance.retrieve({}, vendor)
    assert (balance.pending[0].amount, balance.available[0].amount) == (0, 10800)
    sandbox.advance(days=1)
    payout = client.v1.payouts.list({}, vendor).data[0]
    assert (payout.amount, payout.automatic) == (10800, True)
    sandbox.advance(days=2)
    payout = client.v1.payouts.retrieve(payout.id, {}, vendor)
    assert (payout.status, payout.reconciliation_status) == ("paid", "completed")
    movements = client.v1.balance_transactions.list({"payout": payout.id, "limit": 100}, vendor).data
    assert [(m.type, m.net) for m in movements] == [("payout", -10800), ("payment", 10800)]
    connected = [
        client.construct_event(body, header, connect_hook.secret)
        for body, header in receiver.taken
        if json.loads(body).get("account")
    ]
    assert {e.account for e in connected} == {account.id}
    assert [e.type for e in sorted(connected, key=lambda e: e.created) if e.type.startswith("payout.")] == [
        "payout.created",
        "payout.updated",
        "payout.reconciliation_completed",
        "payout.paid",
    ]

    # Every cent is accounted for.
    assert sums(client, {}) == (12000 - fee - 10800, 12000 - fee - 10800)
    assert sums(client, vendor) == (0, 0)
    assert sandbox.state()["drift"] == []


def sums(client: stripe.StripeClient, options: Any) -> tuple[int, int]:
    """(what all balance transactions add up to, what the balance says)"""
    movements = client.v1.balance_transactions.list({"limit": 100}, options).auto_paging_iter()
    balance = client.v1.balance.retrieve({}, options)
    return sum(m.net for m in movements), sum(entry.amount for entry in [*balance.pending, *balance.available])
