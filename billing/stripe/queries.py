"""Reading what the provider told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from billing.stripe.models import BalanceTransaction, ConnectedAccount, WebhookEvent
from kit.pagination import Page, keyset_page


def account_of(vendor_id: UUID) -> ConnectedAccount | None:
    """A vendor's payout account, as last fetched; None before the vendor has begun with it."""
    return ConnectedAccount.objects.filter(vendor_id=vendor_id).first()


def movement_of(source_key: str) -> BalanceTransaction | None:
    """The provider's movement that a journal entry ("txn:txn_1", "txn:txn_1:avail") was made from, if it was."""
    kind, _, rest = source_key.partition(":")
    if kind != "txn":
        return None
    return BalanceTransaction.objects.filter(transaction_id=rest.partition(":")[0]).first()


@dataclass(frozen=True, slots=True)
class WaitingEvents:
    """The provider's events that are not taken in yet: how many, and since when the oldest waits."""

    count: int
    oldest_at: datetime | None


def waiting_events() -> WaitingEvents:
    """One query, over the index of what waits."""
    found = WebhookEvent.objects.filter(done_at__isnull=True).aggregate(count=Count("id"), oldest=Min("received_at"))
    return WaitingEvents(found["count"], found["oldest"])


def failing_events() -> QuerySet[WebhookEvent]:
    """Events that failed when they were last tried: waiting for the next try, or given up."""
    return WebhookEvent.objects.exclude(error="")


def failing_events_count() -> int:
    return failing_events().count()


def failing_events_page(*, cursor: str | None = None, size: int = 50) -> Page[WebhookEvent]:
    """Those, received last first. Raises InvalidInput on a bad cursor."""
    return keyset_page(failing_events(), order=("-received_at", "-id"), cursor=cursor, size=size)
