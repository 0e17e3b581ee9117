"""Vendors' accounts at Stripe: opened and finished on Stripe's own pages, then fetched to learn what they may do."""

from typing import Any
from uuid import UUID

from django.db import transaction

from billing.stripe.client import named_errors, stripe_client
from billing.stripe.models import ConnectedAccount
from kit import clock
from outbox.actions import announce
from tenants.vendors.models import Vendor

INCLUDED: Any = ["configuration.customer", "configuration.recipient", "defaults", "identity", "requirements"]


def start(vendor: Vendor, *, return_url: str, refresh_url: str) -> str:
    """Where to send a vendor to give Stripe its details; opens its account at the first call. Not inside a transaction.

    Coming back to `return_url` proves nothing: call `refresh_account` there. `refresh_url` must lead here again, for
    the address given is good once and for minutes only. Raises ProviderUnavailable, ProviderRefused.
    """
    account = ConnectedAccount.objects.get_or_create(vendor_id=vendor.id, defaults={"country": vendor.country})[0]
    if not account.account_id:
        account = open_account(vendor, account)
    with named_errors("opening the payout details page"):
        link = stripe_client().v2.core.account_links.create(
            {
                "account": account.account_id,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {
                        "return_url": return_url,
                        "refresh_url": refresh_url,
                        "collection_options": {"fields": "eventually_due"},
                    },
                },
            }
        )
    return str(link.url)


def open_account(vendor: Vendor, account: ConnectedAccount) -> ConnectedAccount:
    """Open the vendor's account at Stripe, once. Raises ProviderUnavailable, ProviderRefused."""
    with named_errors("opening a payout account"):
        made = stripe_client().v2.core.accounts.create(
            {
                "contact_email": vendor.email,
                "display_name": vendor.name,
                # Express with both collectors `application` is the one pairing a multi-seller cart may have, and it
                # cannot be changed later. `customer` lets the same account pay for the vendor's plan.
                "dashboard": "express",
                "identity": {"country": account.country.lower()},
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}},
                    "customer": {},
                },
                "defaults": {
                    "currency": vendor.currency.lower(),
                    "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
                },
                "metadata": {"vendor": str(vendor.id)},
                "include": ["configuration.recipient", "requirements"],
            },
            options={"idempotency_key": f"acct:{vendor.id}"},
        )
    return _store(vendor.id, made)


def refresh_account(vendor_id: UUID) -> ConnectedAccount | None:
    """Fetch a vendor's account and store what it may do; None when it has none yet. Announces `account.changed`.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    account = ConnectedAccount.objects.filter(vendor_id=vendor_id).first()
    if account is None or not account.account_id:
        return account
    with named_errors("reading a payout account"):
        fetched = stripe_client().v2.core.accounts.retrieve(account.account_id, {"include": INCLUDED})
    return _store(vendor_id, fetched)


@transaction.atomic
def _store(vendor_id: UUID, fetched: Any) -> ConnectedAccount:
    account = ConnectedAccount.objects.select_for_update().get(vendor_id=vendor_id)
    transfers, payouts = _capabilities(fetched)
    entries = fetched.requirements.entries if fetched.requirements else None
    told = {
        "account_id": fetched.id,
        "transfers_status": "closed" if fetched.closed else transfers.status if transfers else "none",
        "payouts_status": payouts.status if payouts else "none",
        "requirements_due": [
            {"description": entry.description, "status": entry.minimum_deadline.status} for entry in entries or []
        ],
        "disabled_reason": _reason(transfers),
    }
    changed = any(getattr(account, name) != value for name, value in told.items())
    for name, value in told.items():
        setattr(account, name, value)
    account.synced_at = clock.now()
    account.save()
    if changed:
        announce(
            "account.changed",
            vendor_id=vendor_id,
            payload={
                "vendor": str(vendor_id),
                "transfers_status": account.transfers_status,
                "can_receive": account.can_receive,
            },
        )
    return account


def _capabilities(fetched: Any) -> tuple[Any, Any]:
    """The statuses of receiving transfers and of being paid out; None where the account was not asked for them."""
    recipient = fetched.configuration.recipient if fetched.configuration else None
    balance = recipient.capabilities.stripe_balance if recipient and recipient.capabilities else None
    if balance is None:
        return None, None
    return getattr(balance, "stripe_transfers", None), getattr(balance, "payouts", None)


def _reason(capability: Any) -> str:
    if capability is None or capability.status == "active" or not capability.status_details:
        return ""
    return str(capability.status_details[0].code)
