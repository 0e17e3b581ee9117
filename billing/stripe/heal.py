"""Finding what no webhook told: events that never arrived, and accounts that were not looked at for long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Q

from audit.actions import traced
from billing.payments.models import Payment
from billing.payments.provider import ProviderRefused
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.inbox import NotAnEvent, process_inbox, store
from billing.stripe.models import ConnectedAccount, SyncCursor, WebhookEvent
from billing.stripe.onboarding import refresh_account
from billing.stripe.refunds import settle_refund
from billing.stripe.sync import confirm_charge, sync_balance
from billing.stripe.transfers import settle_transfer
from billing.stripe.webhooks import CONNECT_EVENTS, PLATFORM_EVENTS
from kit import clock
from kit.errors import SoukError

log = structlog.get_logger(__name__)
# Stripe keeps events for 30 days; the first time there is nothing of ours that is older.
FIRST_LOOK = timedelta(days=29)
OVERLAP = timedelta(minutes=10)
# A list for each vendor: read in turns, so that thousands of them do not use up our calls.
VENDORS_EVERY = timedelta(hours=1)
VENDORS_AT_ONCE = 50
STALE_ACCOUNT = timedelta(hours=6)
# What no webhook told is what webhooks are to tell.
HEARD = {"platform": PLATFORM_EVENTS, "connect": CONNECT_EVENTS}
MOST_TYPES = 20


def heal_events() -> int:
    """Feed the inbox with the events since the last time that it has not seen, ours and every vendor's; gives how many.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    now = clock.now()
    accounts = ConnectedAccount.objects.exclude(account_id="").order_by("account_id")
    fed = _feed("platform", "")
    read = SyncCursor.objects.filter(name="events", read_at__gt=now - VENDORS_EVERY).values("account_id")
    for account_id in list(
        accounts.exclude(account_id__in=read).values_list("account_id", flat=True)[:VENDORS_AT_ONCE]
    ):
        fed += _feed("connect", account_id)
    # Accounts' own events are thin and of another list; reading the accounts themselves is as cheap and says more.
    stale = accounts.filter(Q(synced_at__isnull=True) | Q(synced_at__lte=now - STALE_ACCOUNT))
    for vendor_id in list(
        stale.exclude(transfers_status="closed").values_list("vendor_id", flat=True)[:VENDORS_AT_ONCE]
    ):
        try:
            refresh_account(vendor_id)
        except ProviderRefused as error:
            log.error("account_not_read", vendor=str(vendor_id), cause=str(error))
    if fed:
        process_inbox()
    return fed


def _feed(endpoint: str, account_id: str) -> int:
    cursor, _ = SyncCursor.objects.get_or_create(name="events", account_id=account_id)
    started = clock.now()
    since = (cursor.read_at or started - FIRST_LOOK) - OVERLAP
    options: Any = {"stripe_account": account_id} if account_id else {}
    # Stripe takes up to twenty types: of vendors' accounts, whose lists are long and many, it leaves out the rest for us.
    asked: Any = {"types": HEARD[endpoint]} if len(HEARD[endpoint]) <= MOST_TYPES else {}
    with named_errors("reading events"):
        pages = stripe_client().v1.events.list(
            {"created": {"gte": int(since.timestamp())}, "limit": 100, **asked}, options=options
        )
        found = [one.to_dict() for one in pages.auto_paging_iter() if one.type in HEARD[endpoint]]
    ids = [event["id"] for event in found]
    seen = set(WebhookEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    missed = [event for event in reversed(found) if event["id"] not in seen]
    for event in missed:
        try:
            store(endpoint, event, account_id=account_id)
        except NotAnEvent as error:
            log.error("event_not_taken", endpoint=endpoint, cause=str(error))
    cursor.read_at = started
    cursor.save(update_fields=["read_at"])
    return len(missed)


@dataclass(frozen=True, slots=True)
class Healed:
    """What the provider has of an order, and how many of its movements were new in our books."""

    charges: int
    transfers: int
    refunds: int
    entered: int


def heal_order(*, order_id: UUID, by: UUID) -> Healed:
    """Look at the provider for all that carries an order's transfer group, and bring our records and books up to it.

    `order_id` is the order or one of its vendor orders; `by` the user who asks. Raises ProviderUnavailable,
    ProviderRefused. Network: not inside a transaction.
    """
    payment = Payment.objects.filter(Q(reference_id=order_id) | Q(shares__reference_id=order_id)).first()
    group = str(payment.reference_id if payment else order_id)
    with named_errors("reading what belongs to an order"):
        client = stripe_client().v1
        charges = list(client.charges.list({"transfer_group": group, "limit": 100}).auto_paging_iter())
        transfers = list(client.transfers.list({"transfer_group": group, "limit": 100}).auto_paging_iter())
        refunds = [
            refund
            for charge in charges
            for refund in client.refunds.list({"charge": charge.id, "limit": 100}).auto_paging_iter()
        ]
    _adopt(confirm_charge, (charge.id for charge in charges if charge.paid))
    _adopt(settle_transfer, (transfer.id for transfer in transfers))
    _adopt(settle_refund, (refund.id for refund in refunds))
    healed = Healed(len(charges), len(transfers), len(refunds), sync_balance())
    with traced(
        "order.healed",
        f"order:{group}",
        by=by,
        charges=healed.charges,
        transfers=healed.transfers,
        entered=healed.entered,
    ):
        return healed


def _adopt(settle: Any, ids: Iterable[str]) -> None:
    """Each by itself: one that does not fit is logged, and stays with the next match."""
    for provider_id in ids:
        try:
            settle(provider_id)
        except SoukError as error:
            log.error("not_adopted", object=provider_id, cause=str(error))
