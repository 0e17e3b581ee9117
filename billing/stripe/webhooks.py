"""Our three webhook endpoints: their signing secrets, and how they are made known to Stripe."""

from collections.abc import Sequence
from typing import Any

import stripe
from django.conf import settings

from billing.stripe.client import API_VERSION, named_errors, stripe_client
from embedded.credentials import read_private, write_private
from kit.links import absolute_url

ENDPOINTS = ("platform", "connect", "accounts")
PLATFORM_EVENTS = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "charge.succeeded",
    "charge.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "transfer.created",
    "transfer.updated",
    "transfer.reversed",
    "balance.available",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "credit_note.created",
]
CONNECT_EVENTS = [
    "account.updated",
    "account.application.deauthorized",
    "account.external_account.created",
    "account.external_account.updated",
    "account.external_account.deleted",
    "capability.updated",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
]
ACCOUNT_EVENTS = [
    "v2.core.account.created",
    "v2.core.account.updated",
    "v2.core.account.closed",
    "v2.core.account[requirements].updated",
    "v2.core.account[configuration.recipient].capability_status_updated",
    "v2.core.account[configuration.recipient].updated",
]


def secrets_of(endpoint: str) -> list[str]:
    """The secrets an endpoint's events may be signed with: from the settings, or else this world's own file.

    Read at each call: the web process may have started before the endpoints were registered.
    """
    configured: list[str] = settings.STRIPE_WEBHOOK_SECRETS[endpoint]
    if configured:
        return configured
    kept = _kept(endpoint)
    return [kept[1]] if kept else []


def register_endpoints() -> dict[str, str]:
    """Make sure that Stripe knows our three endpoints, and what they are to hear; gives the secrets made now, by endpoint.

    Outside production they are kept in the world's secrets folder as well. An endpoint that stands at Stripe while we
    do not have its secret is replaced and the old one disabled; one that was registered for fewer events (by an older
    release) hears of the others from now on, under the same secret. Done twice, it changes nothing. Raises
    ProviderUnavailable, ProviderRefused.
    """
    made: dict[str, str] = {}
    for endpoint in ENDPOINTS:
        with named_errors(f"registering the {endpoint} webhook"):
            secret = _register_destination() if endpoint == "accounts" else _register(endpoint)
        if secret:
            made[endpoint] = secret
    return made


def url_of(endpoint: str) -> str:
    return absolute_url("market", f"/stripe/wh/{endpoint}")


def _register(endpoint: str) -> str:
    service = stripe_client().v1.webhook_endpoints
    ours = [one for one in service.list({"limit": 100}).auto_paging_iter() if one.url == url_of(endpoint)]
    standing = [one for one in ours if one.status == "enabled"]
    events = CONNECT_EVENTS if endpoint == "connect" else PLATFORM_EVENTS
    if _has_secret_of(endpoint, [one.id for one in standing]):
        for one in standing:
            if lacking := _lacking(one.enabled_events, events):
                wanted: Any = {"enabled_events": [*one.enabled_events, *lacking]}
                service.update(one.id, wanted)
        return ""
    made: Any = service.create(
        {
            "url": url_of(endpoint),
            "connect": endpoint == "connect",
            "enabled_events": events,  # type: ignore[typeddict-item]
            # Events come in the endpoint's version, not the SDK's.
            "api_version": API_VERSION,
            "description": f"Souk: {endpoint}",
        }
    )
    _keep(endpoint, made.id, made.secret)
    for old in standing:
        service.update(old.id, {"disabled": True})
    return str(made.secret)


def _register_destination() -> str:
    service = stripe_client().v2.core.event_destinations
    listed = service.list({"include": ["webhook_endpoint.url"], "limit": 100})
    standing = [one for one in listed.auto_paging_iter() if one.status == "enabled" and _url(one) == url_of("accounts")]
    if _has_secret_of("accounts", [one.id for one in standing]):
        for one in standing:
            if lacking := _lacking(one.enabled_events, ACCOUNT_EVENTS):
                service.update(one.id, {"enabled_events": [*one.enabled_events, *lacking]})
        return ""
    made: Any = service.create(
        {
            "name": "Souk: accounts",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": ACCOUNT_EVENTS,
            "events_from": ["@self"],
            "webhook_endpoint": {"url": url_of("accounts")},
            "include": ["webhook_endpoint.signing_secret"],
        }
    )
    secret = str(made.webhook_endpoint.signing_secret)
    _keep("accounts", made.id, secret)
    for old in standing:
        service.disable(old.id)
    return secret


def _url(destination: stripe.v2.core.EventDestination) -> str:
    return (destination.webhook_endpoint.url or "") if destination.webhook_endpoint else ""


def _lacking(heard: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What an endpoint is to hear and does not. What an operator added by hand stays."""
    return [] if "*" in heard else [event for event in wanted if event not in heard]


def _has_secret_of(endpoint: str, standing: list[str]) -> bool:
    """Do we hold the secret of one of the endpoints that stand at Stripe? Configured secrets are taken on trust."""
    if settings.STRIPE_WEBHOOK_SECRETS[endpoint]:
        return bool(standing)
    kept = _kept(endpoint)
    return kept is not None and kept[0] in standing


def _kept(endpoint: str) -> tuple[str, str] | None:
    """The endpoint's id at Stripe and its secret, from this world's folder; None when there is no such file."""
    if settings.WORLD is None:
        return None
    text = read_private(settings.WORLD.secrets / f"stripe-webhook-{endpoint}")
    parts = (text or "").split()
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _keep(endpoint: str, endpoint_id: str, secret: str) -> None:
    if settings.WORLD is not None:
        write_private(settings.WORLD.secrets / f"stripe-webhook-{endpoint}", f"{endpoint_id} {secret}")
