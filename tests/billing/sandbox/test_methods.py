"""Saved cards, setup intents, debits that are answered later, warnings and reviews, search."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.billing.sandbox.harness import Sandbox, onboarded, open_session, paid_charge

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
BACK = "http://localhost:8000/back"


def pay(client: stripe.StripeClient, method: str, amount: int = 5000, **more: Any) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "eur",
            "confirm": True,
            "payment_method": method,
            "automatic_payment_methods": NO_REDIRECTS,
            **more,
        }
    )


def events(client: stripe.StripeClient, *types: str) -> list[str]:
    """The types of these events that there were, oldest first."""
    return [event.type for event in client.v1.events.list({"types": list(types), "limit": 100}).data][::-1]


def platform_balance(client: stripe.StripeClient) -> tuple[int, int]:
    balance = client.v1.balance.retrieve()
    return balance.pending[0].amount, balance.available[0].amount


def test_a_card_that_was_set_up_pays_off_session_without_its_owner(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"name": "Ada"}).id
    setup = client.v1.setup_intents.create(
        {
            "customer": customer,
            "confirm": True,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "return_url": BACK,
        }
    )
    assert (setup.status, setup.next_action.type) == ("requires_action", "redirect_to_url")
    answer = sandbox.http.post(setup.next_action.redirect_to_url.url, data={"action": "complete"})
    assert answer.headers["location"].endswith("&redirect_status=succeeded")
    setup = client.v1.setup_intents.retrieve(setup.id, {"expand": ["payment_method", "latest_attempt"]})
    assert (setup.status, setup.payment_method.customer, setup.latest_attempt.status) == (
        "succeeded",
        customer,
        "succeeded",
    )
    kept = setup.payment_method.id
    assert [m.id for m in client.v1.customers.payment_methods.list(customer).data] == [kept]
    assert pay(client, kept, customer=customer, off_session=True).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a customer"):
        pay(client, kept, off_session=True)


def test_a_refused_setup_keeps_nothing(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    setup = client.v1.setup_intents.create({"automatic_payment_methods": NO_REDIRECTS})
    with pytest.raises(stripe.CardError) as refused:
        client.v1.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    assert refused.value.error.decline_code == "generic_decline"
    setup = client.v1.setup_intents.retrieve(setup.id)
    assert (setup.status, setup.last_setup_error.code) == ("requires_payment_method", "card_declined")
    assert client.v1.setup_intents.cancel(setup.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa"})
    assert caught.value.code == "setup_intent_unexpected_state"
    assert events(client, "setup_intent.*") == [
        "setup_intent.created",
        "setup_intent.setup_failed",
        "setup_intent.canceled",
    ]


def test_methods_are_attached_listed_detached(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com", "payment_method": "pm_card_visa"})
    second = client.v1.payment_methods.create({"type": "sepa_debit", "sepa_debit": {"iban": "AT321904300235473204"}})
    client.v1.payment_methods.attach(second.id, {"customer": customer.id})
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": second.id}})
    kinds = [m.type for m in client.v1.payment_methods.list({"customer": customer.id}).data]
    assert kinds == ["sepa_debit", "card"]
    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    broken = client.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    with pytest.raises(stripe.CardError):
        pay(client, broken.id, customer=customer.id, off_session=True)
    assert client.v1.payment_methods.detach(second.id).customer is None
    assert client.v1.customers.delete(customer.id).deleted is True
    assert client.v1.customers.retrieve(customer.id).deleted is True
    assert client.v1.payment_methods.retrieve(broken.id).customer is None


def test_a_debit_is_paid_after_its_bank_has_answered(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client, 12000)
    assert session.payment_method_types == ["card", "sepa_debit"]
    answer = sandbox.control(f"sessions/{session.id}/pay", {"debit": "AT32 1904 3002 3547 3204"})
    assert (answer["status"], answer["payment_status"]) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(answer["payment_intent"], {"expand": ["latest_charge"]})
    assert (intent.status, intent.latest_charge.status) == ("processing", "pending")
    assert intent.latest_charge.balance_transaction is None
    assert platform_balance(client) == (0, 0)
    sandbox.advance(seconds=180)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    charge = client.v1.charges.retrieve(intent.latest_charge.id, {"expand": ["balance_transaction"]})
    assert (charge.status, charge.balance_transaction.type, charge.balance_transaction.fee) == (
        "succeeded",
        "payment",
        35,
    )
    assert events(client, "checkout.session.*") == [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    ]


def test_a_debit_that_fails_costs_what_was_transferred_of_it(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    session = open_session(client, 12000)
    intent = sandbox.control(f"sessions/{session.id}/pay", {"debit": "AT861904300235473202"})["payment_intent"]
    charge = client.v1.payment_intents.retrieve(intent).latest_charge
    client.v1.transfers.create(
        {"amount": 10000, "currency": "eur", "destination": vendor, "source_transaction": charge}
    )
    sandbox.advance(seconds=180)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert client.v1.payment_intents.retrieve(intent).last_payment_error.code == "insufficient_funds"
    assert platform_balance(client) == (-10000, 0)
    assert events(client, "checkout.session.*")[-1] == "checkout.session.async_payment_failed"


def test_a_paid_debit_may_come_back(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client, 12000)
    sandbox.control(f"sessions/{session.id}/pay", {"debit": "AT321904300235473204"})
    sandbox.advance(days=5)
    charge = client.v1.charges.list().data[0].id
    sandbox.control(f"charges/{charge}/bounce")
    assert client.v1.charges.retrieve(charge).status == "failed"
    assert [t.type for t in client.v1.balance_transactions.list().data] == ["payment_failure_refund", "payment"]
    assert sum(platform_balance(client)) == -35


def test_an_early_warning_ends_with_the_refund(client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_createIssuerFraudRecord")
    warning = client.v1.radar.early_fraud_warnings.list({"payment_intent": intent.id}).data[0]
    assert (warning.actionable, warning.charge) == (True, intent.latest_charge)
    client.v1.refunds.create({"payment_intent": intent.id})
    assert client.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable is False


def test_a_review_is_approved_or_ended_by_a_refund(client: stripe.StripeClient) -> None:
    first, second = (pay(client, "pm_card_riskLevelElevated") for _ in range(2))
    assert client.v1.reviews.approve(first.review).closed_reason == "approved"
    client.v1.refunds.create({"payment_intent": second.id, "reason": "fraudulent"})
    assert client.v1.reviews.retrieve(second.review).closed_reason == "refunded_as_fraud"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.reviews.approve(second.review)


def test_an_authorization_ends_after_seven_days(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_visa", capture_method="manual")
    sandbox.advance(days=7)
    intent = client.v1.payment_intents.retrieve(intent.id)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "automatic")
    assert events(client, "charge.expired") == ["charge.expired"]


def test_authentication_may_break(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 5000, "currency": "eur"})
    intent = client.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_threeDSecureRequiredProcessingError", "return_url": BACK}
    )
    answer = sandbox.http.post(intent.next_action.redirect_to_url.url, data={"action": "complete"})
    assert "redirect_status=failed" in answer.headers["location"]
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_a_refund_that_waits_for_the_customer_can_be_canceled(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox, 10000, "4000000000000077")
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 4000})
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
        client.v1.refunds.cancel(refund.id)
    sandbox.control(f"refunds/{refund.id}/require_action")
    assert client.v1.refunds.cancel(refund.id).status == "canceled"
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert platform_balance(client) == (0, 10000 - 175)


def test_a_debit_s_refund_does_not_wait_for_money(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client, 12000)
    sandbox.control(f"sessions/{session.id}/pay", {"debit": "AT321904300235473204"})
    sandbox.advance(seconds=180)
    refund = client.v1.refunds.create({"payment_intent": client.v1.payment_intents.list().data[0].id})
    assert (refund.status, refund.failure_reason) == ("failed", "insufficient_funds")


def test_search_reads_stripe_s_language(client: stripe.StripeClient) -> None:
    made = [pay(client, "pm_card_visa", amount, metadata={"order": f"o-{amount}"}).id for amount in (1000, 2000, 3000)]

    def found(query: str) -> list[str]:
        return [i.id for i in client.v1.payment_intents.search({"query": query}).data]

    assert found('metadata["order"]:"o-2000"') == [made[1]]
    assert found('status:"succeeded" AND amount>1000') == [made[2], made[1]]
    assert found("amount<=1000 OR amount:3000") == [made[2], made[0]]
    assert found('-metadata["order"]:"o-1000" AND customer:null') == [made[2], made[1]]
    page = client.v1.payment_intents.search({"query": "amount>0", "limit": 2})
    assert (len(page.data), page.has_more) == (2, True)
    assert [i.id for i in page.auto_paging_iter()] == made[::-1]
    for wrong in ("", "nonsense", 'secret:"x"', "amount>1 AND amount<3 OR amount:2"):
        with pytest.raises(stripe.InvalidRequestError):
            found(wrong)


def test_payout_accounts_of_a_vendor(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    account = {"object": "bank_account", "country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}
    first = client.v1.accounts.external_accounts.list(vendor).data[0]
    made = client.v1.accounts.external_accounts.create(vendor, {"external_account": account})
    assert (made.last4, made.default_for_currency) == ("3000", False)
    with pytest.raises(stripe.InvalidRequestError, match="default external account"):
        client.v1.accounts.external_accounts.delete(vendor, first.id)
    assert client.v1.accounts.external_accounts.delete(vendor, made.id).deleted is True
    usual = client.v1.accounts.external_accounts.create(
        vendor,
        {"external_account": {**account, "account_number": "DE02100100100006820101"}, "default_for_currency": True},
    )
    listed = client.v1.accounts.external_accounts.list(vendor).data
    assert [(a.last4, a.default_for_currency) for a in listed if a.id == usual.id] == [("0101", True)]
    assert len(listed) == 2
