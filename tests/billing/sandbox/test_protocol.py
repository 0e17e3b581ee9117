"""Keys, versions, accounts, parameters, lists, expansion: what the SDK's caller sees when it does wrong."""

from __future__ import annotations

import pytest
import stripe

from tests.billing.sandbox.harness import KEY, Sandbox, onboarded, open_account, open_session, paid_charge


def test_unknown_key_is_refused(sandbox: Sandbox) -> None:
    stranger = stripe.StripeClient("sk_test_someone_else_entirely", base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided: sk_test_"):
        stranger.v1.balance.retrieve()


def test_controls_need_the_key_too(sandbox: Sandbox) -> None:
    assert sandbox.http.post("/_sandbox/reset").status_code == 401
    assert sandbox.http.get("/_sandbox/health").json()["status"] == "ok"


def test_other_version_is_refused_and_own_version_echoed(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    refused = sandbox.http.get("/v1/balance", headers={**headers, "Stripe-Version": "2024-06-20"})
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "invalid_request_error")
    answer = sandbox.http.get("/v1/balance", headers=headers)
    assert answer.headers["Stripe-Version"] == stripe.api_version
    assert answer.headers["Request-Id"].startswith("req_")


def test_unknown_account_is_forbidden(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.PermissionError):
        client.v1.balance.retrieve({}, {"stripe_account": "acct_0000000000000000"})


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        (
            {"currency": "eur", "destination": "acct_1", "amount": 1, "application_fee_amount": 3},
            "parameter_unknown",
            "application_fee_amount",
        ),
        ({"destination": "acct_1", "amount": 1}, "parameter_missing", "currency"),
        ({"currency": "eur", "destination": "acct_1"}, "parameter_missing", "amount"),
        ({"currency": "eur", "destination": "acct_1", "amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"currency": "eur", "destination": "acct_1", "amount": 1}, "resource_missing", "destination"),
        ({"currency": "eur", "destination": "acct_1", "amount": 1, "source_type": "gold"}, None, "source_type"),
    ],
)
def test_wrong_parameters_are_named(client: stripe.StripeClient, params: dict, code: str | None, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create(params)
    assert (caught.value.code, caught.value.param, caught.value.http_status) == (code, param, 400)


def test_parameters_of_older_versions_are_unknown(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Received unknown parameter: payment_method_types"):
        client.v1.payment_intents.create({"amount": 1000, "currency": "eur", "payment_method_types": ["card"]})
    with pytest.raises(stripe.InvalidRequestError, match="ui_mode"):
        open_session(client, ui_mode="hosted")


def test_absent_objects_and_addresses(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.charges.retrieve("ch_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    answer = sandbox.http.get("/v1/nonsense", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]
    with pytest.raises(stripe.APIError, match="does not support"):
        client.v1.subscription_schedules.list()


def test_objects_belong_to_one_account(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    charge = paid_charge(client, sandbox)
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        client.v1.charges.retrieve(charge.id, {}, {"stripe_account": vendor})


def test_lists_are_newest_first_and_page(client: stripe.StripeClient) -> None:
    names = [client.v1.customers.create({"name": f"Customer {n}"}).name for n in range(25)]
    first = client.v1.customers.list({"limit": 10})
    assert [c.name for c in first.data] == names[:-11:-1]
    assert first.has_more
    assert [c.name for c in first.auto_paging_iter()] == names[::-1]
    before = client.v1.customers.list({"limit": 3, "ending_before": first.data[5].id})
    assert [c.id for c in before.data] == [c.id for c in first.data[2:5]]
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        client.v1.customers.list({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.v1.customers.list({"starting_after": "cus_nothing"})


def test_lists_filter_by_creation(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "Ada"})
    later = sandbox.advance(days=3)
    client.v1.customers.create({"name": "Grace"})
    assert [c.name for c in client.v1.customers.list({"created": {"gte": later}}).data] == ["Grace"]
    assert [c.name for c in client.v1.customers.list({"created": {"lt": later}}).data] == ["Ada"]


def test_expansion(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    charge = paid_charge(client, sandbox)
    assert isinstance(client.v1.charges.retrieve(charge.id).balance_transaction, str)
    listed = client.v1.charges.list(
        {"expand": ["data.balance_transaction", "data.payment_intent.payment_method"]}
    ).data[0]
    assert listed.balance_transaction.net == charge.balance_transaction.net
    assert listed.payment_intent.payment_method.card.last4 == "4242"
    movement = client.v1.balance_transactions.list({"source": charge.id, "expand": ["data.source"]}).data[0]
    assert movement.source.id == charge.id
    for path in ("amount", "nonsense", "payment_intent.latest_charge.payment_intent.latest_charge.payment_intent"):
        with pytest.raises(stripe.InvalidRequestError, match="expand"):
            client.v1.charges.retrieve(charge.id, {"expand": [path]})


def test_metadata_merges_unsets_and_is_limited(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"name": "Ada", "metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(made.id, {"name": "", "metadata": {"a": "", "c": "3"}})
    assert changed.name is None
    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert client.v1.customers.update(made.id, {"metadata": ""}).metadata.to_dict() == {}
    for wrong in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{n}": "v" for n in range(51)}):
        with pytest.raises(stripe.InvalidRequestError, match="etadata"):
            client.v1.customers.create({"metadata": wrong})


def test_account_rules_and_include(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_account(client, defaults={"responsibilities": {"fees_collector": "stripe", "losses_collector": "stripe"}})
    assert caught.value.code == "account_controller_express_dash_without_application_losses_or_fees"
    made = open_account(client)
    bare = client.v2.core.accounts.retrieve(made.id)
    assert (bare.configuration, bare.identity, bare.requirements, bare.defaults) == (None, None, None, None)
    assert bare.applied_configurations == ["customer", "recipient"]
    changed = client.v2.core.accounts.update(made.id, {"display_name": "Oak & Olive", "metadata": {"vendor": "7"}})
    assert (changed.display_name, changed.metadata["vendor"]) == ("Oak & Olive", "7")
    assert [a.id for a in client.v2.core.accounts.list().data] == [made.id]
    v1 = client.v1.accounts.retrieve(made.id)
    assert (v1.capabilities.transfers, v1.details_submitted, v1.type) == ("pending", False, "express")
    assert client.v2.core.accounts.close(made.id).closed is True
    with pytest.raises(stripe.PermissionError):
        client.v1.balance.retrieve({}, {"stripe_account": made.id})


def test_vendor_s_links(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    vendor = onboarded(client, sandbox)
    dashboard = sandbox.http.get(client.v1.accounts.login_links.create(vendor).url)
    assert dashboard.status_code == 200
    assert "Olive &amp; Oak" in dashboard.text
    session = client.v1.account_sessions.create({"account": vendor, "components": {"payouts": {"enabled": True}}})
    assert session.components.payouts.enabled is True
    assert session.components.balances.enabled is False
    assert session.client_secret.startswith("accs_secret__")


def test_refused_onboarding_restricts(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    made = open_account(client)
    sandbox.control(f"accounts/{made.id}/onboard", {"succeed": False})
    account = client.v2.core.accounts.retrieve(made.id, {"include": ["configuration.recipient", "requirements"]})
    assert account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status == "restricted"
    assert account.requirements.entries[0].errors[0].code == "verification_document_failed_other"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.transfers.create({"amount": 100, "currency": "eur", "destination": made.id})
    assert caught.value.code == "insufficient_capabilities_for_transfer"
