"""Keys: what is replayed, what is not, and what a lost answer costs."""

from __future__ import annotations

import threading

import pytest
import stripe

from tests.billing.sandbox.harness import KEY, Sandbox, onboarded, paid_charge


def test_first_answer_is_replayed(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    first = client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "customer:1"})
    second = client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "customer:1"})
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.customers.list().data) == 1


def test_same_key_with_other_parameters_or_path(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with"):
        client.v1.customers.create({"name": "Grace"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.payment_intents.create({"amount": 1000, "currency": "eur"}, {"idempotency_key": "k"})


def test_keys_belong_to_an_account(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    ours = client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"})
    theirs = client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k", "stripe_account": vendor})
    assert ours.id != theirs.id


def test_keys_are_forgotten_after_a_day(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    first = client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"})
    sandbox.advance(hours=23)
    assert client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"}).id == first.id
    sandbox.advance(hours=2)
    assert client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"}).id != first.id


def test_v2_keys_live_thirty_days_and_failures_are_not_kept(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    def create() -> stripe.v2.core.Account:
        return client.v2.core.accounts.create({"display_name": "Olive & Oak"}, {"idempotency_key": "acct:1"})

    first = create()
    sandbox.advance(days=29)
    assert create().id == first.id
    sandbox.advance(days=2)
    assert create().id != first.id


def test_v2_does_failed_work_again(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor, charge = onboarded(client, sandbox), paid_charge(client, sandbox)
    client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": vendor, "source_transaction": charge.id})
    with pytest.raises(stripe.InvalidRequestError, match="holds a balance"):
        client.v2.core.accounts.close(vendor, {}, {"idempotency_key": "close:1"})
    sandbox.advance(days=5)
    assert client.v2.core.accounts.close(vendor, {}, {"idempotency_key": "close:1"}).closed is True


def test_decline_is_replayed_and_validation_is_not(client: stripe.StripeClient) -> None:
    params = {
        "amount": 1000,
        "currency": "eur",
        "confirm": True,
        "payment_method": "pm_card_visa_chargeDeclined",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            client.v1.payment_intents.create(params, {"idempotency_key": "pay:1"})
        assert caught.value.error.decline_code == "generic_decline"
    assert len(client.v1.payment_intents.list().data) == 1
    assert len(client.v1.charges.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({"amount": 1, "currency": "eur"}, {"idempotency_key": "pay:2"})
    assert (
        client.v1.payment_intents.create({"amount": 1000, "currency": "eur"}, {"idempotency_key": "pay:2"}).amount
        == 1000
    )


def test_refusal_of_an_executed_transfer_is_replayed(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    params = {"amount": 500, "currency": "eur", "destination": vendor}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create(params, {"idempotency_key": "tr:1:1"})
    assert caught.value.code == "balance_insufficient"
    sandbox.control("topup", {"amount": 1000})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.create(params, {"idempotency_key": "tr:1:1"})
    assert client.v1.transfers.create(params, {"idempotency_key": "tr:1:2"}).amount == 500


def test_lost_answer_moves_money_once(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    charge = paid_charge(client, sandbox)
    sandbox.control("fail", {"path": "/v1/transfers", "mode": "drop"})
    transfer = client.v1.transfers.create(
        {"amount": 900, "currency": "eur", "destination": vendor, "source_transaction": charge.id}
    )
    assert transfer.last_response.headers["Idempotent-Replayed"] == "true"
    assert [t.id for t in client.v1.transfers.list({"transfer_group": "order-1"}).data] == [transfer.id]


def test_lost_answer_without_retries_is_a_connection_error(sandbox: Sandbox) -> None:
    client = stripe.StripeClient(KEY, base_addresses={"api": sandbox.url})
    sandbox.control("fail", {"path": "/v1/customers", "mode": "drop"})
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"name": "Ada"})
    assert [c.name for c in client.v1.customers.list().data] == ["Ada"]


@pytest.mark.parametrize("mode", ["500", "409", "lock_timeout"])
def test_passing_faults_are_retried_by_the_sdk(sandbox: Sandbox, client: stripe.StripeClient, mode: str) -> None:
    sandbox.control("fail", {"path": "/v1/cust*", "mode": mode, "times": 2})
    assert client.v1.customers.create({"name": "Ada"}).name == "Ada"
    assert len(client.v1.customers.list().data) == 1


def test_rate_limit_is_not_retried(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("fail", {"path": "/v1/customers", "mode": "429"})
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({"name": "Ada"})


def test_saved_500_stays_with_its_key(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.control("fail", {"path": "/v1/customers", "mode": "500_saved"})
    with pytest.raises(stripe.APIError):
        client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.APIError):
        client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"})
    assert client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k2"}).name == "Ada"


def test_key_in_flight_conflicts(sandbox: Sandbox) -> None:
    client = stripe.StripeClient(KEY, base_addresses={"api": sandbox.url})
    sandbox.control("fail", {"path": "/v1/customers", "mode": "slow", "seconds": 1.5})
    outcomes: list[str] = []

    def create() -> None:
        try:
            outcomes.append(client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "k"}).object)
        except stripe.APIError as error:
            outcomes.append(error.error.code)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["customer", "idempotency_key_in_use"]
    assert len(client.v1.customers.list().data) == 1


def test_account_of_another_name_is_another_request(client: stripe.StripeClient) -> None:
    client.v2.core.accounts.create({"display_name": "Olive & Oak"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        client.v2.core.accounts.create({"display_name": "Someone else"}, {"idempotency_key": "k"})
