"""Finding what no webhook told: events that never arrived, and accounts that were not looked at for long."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from kit import clock

from billing.stripe.client import named_errors, stripe_client
from billing.stripe.inbox import process_inbox, store
from billing.stripe.models import ConnectedAccount, SyncCursor
from billing.stripe.onboarding import refresh_account

# Stripe keeps events for 30 days; the first time there is nothing of ours that is older.
FIRST_LOOK = timedelta(days=29)
OVERLAP = timedelta(minutes=10)
STALE_ACCOUNT = timedelta(hours=6)


def heal_events() -> int:
    """Feed the inbox with the events since the last time that it has not seen, ours and every vendor's; gives how many.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    accounts = ConnectedAccount.objects.exclude(account_id="").order_by("account_id")
    fed = _feed("platform", "")
    for account_id in accounts.values_list("account_id", flat=True):
        fed += _feed("connect", account_id)
    # Accounts' own events are thin and of another list; reading the accounts themselves is as cheap and says more.
    stale = accounts.filter(Q(synced_at__isnull=True) | Q(synced_at__lte=clock.now() - STALE_ACCOUNT))
    for vendor_id in list(stale.exclude(transfers_status="closed").values_list("vendor_id", flat=True)):
        refresh_account(vendor_id)
    if fed:
        process_inbox()
    return fed


def _feed(endpoint: str, account_id: str) -> int:
    cursor, _ = SyncCursor.objects.get_or_create(name="events", account_id=account_id)
    started = clock.now()
    since = (cursor.read_at or started - FIRST_LOOK) - OVERLAP
    options: Any = {"stripe_account": account_id} if account_id else {}
    with named_errors("reading events"):
        pages = stripe_client().v1.events.list({"created": {"gte": int(since.timestamp())}, "limit": 100}, options=options)
        found = [one.to_dict() for one in pages.auto_paging_iter()]
    fed = 0
    for event in reversed(found):
        stored = store(endpoint, event, account_id=account_id)
        fed += stored.times_received == 1
    cursor.read_at = started
    cursor.save(update_fields=["read_at"])
    return fed
