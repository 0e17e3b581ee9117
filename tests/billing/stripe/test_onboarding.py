"""Vendors at Stripe, and our endpoints there."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from billing.payments.provider import ProviderUnavailable
from billing.stripe import onboarding, webhooks
from billing.stripe.client import stripe_client
from billing.stripe.models import ConnectedAccount
from billing.stripe.webhooks import register_endpoints, secrets_of
from outbox.models import Fact


def start(vendor):
    return onboarding.start(vendor, return_url="http://localhost:8000/back", refresh_url="http://localhost:8000/again")


def test_a_vendor_is_taken_through_stripes_own_page(sandbox, make_vendor):
    vendor = make_vendor("lindqvist", country="SE")
    url = start(vendor)
    assert url.startswith(f"{sandbox.url}/connect/")
    account = ConnectedAccount.objects.get(vendor_id=vendor.id)
    assert (account.transfers_status, account.can_receive, len(account.requirements_due)) == ("pending", False, 5)
    sandbox.onboard(account.account_id)
    sandbox.drain()
    account.refresh_from_db()
    assert (account.transfers_status, account.can_receive, account.requirements_due) == ("active", True, [])
    told = Fact.objects.filter(name="account.changed", vendor_id=vendor.id).latest("id")
    assert told.payload == {"vendor": str(vendor.id), "transfers_status": "active", "can_receive": True}


def test_starting_twice_opens_one_account(sandbox, make_vendor):
    vendor = make_vendor()
    assert start(vendor) != start(vendor)
    assert len(stripe_client().v2.core.accounts.list().data) == 1


def test_an_account_whose_opening_was_lost_is_found_again(sandbox, make_vendor):
    vendor = make_vendor()
    sandbox.fail("/v2/core/accounts", "drop", times=3)
    with pytest.raises(ProviderUnavailable):
        start(vendor)
    start(vendor)
    [account] = stripe_client().v2.core.accounts.list().data
    assert ConnectedAccount.objects.get(vendor_id=vendor.id).account_id == account.id


def test_refused_details_say_what_is_missing(sandbox, make_vendor):
    vendor = make_vendor()
    start(vendor)
    account = ConnectedAccount.objects.get(vendor_id=vendor.id)
    sandbox.onboard(account.account_id, succeed=False)
    told = onboarding.refresh_account(vendor.id)
    assert told.transfers_status == "restricted"
    assert [entry["status"] for entry in told.requirements_due] == ["past_due"]


@pytest.mark.django_db
def test_a_vendor_without_an_account_has_nothing_to_refresh(sandbox, make_vendor):
    assert onboarding.refresh_account(make_vendor().id) is None


@pytest.fixture
def own_folder(sandbox, settings, tmp_path):
    """Secrets are kept in files of this test's own, as a world keeps them."""
    settings.WORLD = replace(settings.WORLD, root=tmp_path / "world")
    settings.STRIPE_WEBHOOK_SECRETS = {"platform": [], "connect": [], "accounts": []}
    sandbox.control("reset")
    return settings.WORLD.secrets


def endpoints():
    client = stripe_client()
    standing = {one.url.rpartition("/")[2]: one.status for one in reversed(client.v1.webhook_endpoints.list().data)}
    standing["accounts"] = client.v2.core.event_destinations.list().data[0].status
    return standing


def test_endpoints_are_registered_once_and_their_secrets_kept_for_us_alone(own_folder):
    made = register_endpoints()
    assert sorted(made) == ["accounts", "connect", "platform"]
    assert {name: secrets_of(name) for name in made} == {name: [secret] for name, secret in made.items()}
    assert {path.stat().st_mode & 0o777 for path in own_folder.iterdir()} == {0o600}
    assert register_endpoints() == {}
    assert endpoints() == {"platform": "enabled", "connect": "enabled", "accounts": "enabled"}
    [platform] = [one for one in stripe_client().v1.webhook_endpoints.list().data if one.url.endswith("platform")]
    assert platform.api_version == "2026-10-28.endive"


def test_an_endpoint_whose_secret_was_lost_is_replaced(own_folder):
    first = register_endpoints()
    for name in ("platform", "accounts"):
        (own_folder / f"stripe-webhook-{name}").unlink()
    second = register_endpoints()
    assert sorted(second) == ["accounts", "platform"]
    assert second["platform"] != first["platform"]
    statuses = [one.status for one in stripe_client().v1.webhook_endpoints.list().data if one.url.endswith("platform")]
    assert statuses == ["enabled", "disabled"]
    assert [one.status for one in stripe_client().v2.core.event_destinations.list().data] == ["enabled", "disabled"]


def test_endpoints_of_an_older_release_hear_of_what_is_new_under_the_same_secret(own_folder, monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(webhooks, "PLATFORM_EVENTS", ["charge.succeeded", "refund.created"])
        older.setattr(webhooks, "ACCOUNT_EVENTS", ["v2.core.account.updated"])
        register_endpoints()
    client = stripe_client()
    [platform] = [one for one in client.v1.webhook_endpoints.list().data if one.url.endswith("platform")]
    client.v1.webhook_endpoints.update(
        platform.id, {"enabled_events": ["charge.succeeded", "refund.created", "customer.created"]}
    )
    before = {name: secrets_of(name) for name in webhooks.ENDPOINTS}
    assert register_endpoints() == {}
    platform = client.v1.webhook_endpoints.retrieve(platform.id)
    assert set(platform.enabled_events) == {*webhooks.PLATFORM_EVENTS, "customer.created"}
    assert platform.enabled_events[0] == "charge.succeeded"
    [accounts] = client.v2.core.event_destinations.list().data
    assert set(accounts.enabled_events) == set(webhooks.ACCOUNT_EVENTS)
    assert {name: secrets_of(name) for name in webhooks.ENDPOINTS} == before
    assert endpoints() == {"platform": "enabled", "connect": "enabled", "accounts": "enabled"}


def test_a_provider_that_forgot_us_is_told_again(own_folder, sandbox):
    register_endpoints()
    sandbox.control("reset")
    assert sorted(register_endpoints()) == ["accounts", "connect", "platform"]


def test_configured_secrets_win(own_folder, settings):
    register_endpoints()
    settings.STRIPE_WEBHOOK_SECRETS = {**settings.STRIPE_WEBHOOK_SECRETS, "connect": ["whsec_a", "whsec_b"]}
    assert secrets_of("connect") == ["whsec_a", "whsec_b"]


def test_the_command_registers_and_may_be_run_again(own_folder):
    said = StringIO()
    call_command("webhooks", "register", stdout=said)
    call_command("webhooks", "register", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.rpartition("/")[2] for line in lines[:3]] == ["platform", "connect", "accounts"]
    assert lines[3:] == ["All three endpoints are registered already."]
    assert "whsec_" not in said.getvalue()
