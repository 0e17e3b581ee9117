"""Payouts to banks, mirrored as last fetched: vendors' by Stripe's own schedule, and the platform's."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from billing.ledger import entries
from billing.ledger.actions import post_all, reverse
from billing.ledger.models import JournalEntry
from billing.payments.provider import ProviderRefused
from billing.payouts.models import (
    Adjustment,
    AdjustmentState,
    Payout,
    PayoutState,
    PayoutTransfer,
    Transfer,
    TransferState,
)
from billing.stripe.amounts import from_stripe
from billing.stripe.balances import mirror, transaction_of
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.models import ConnectedAccount
from kit import clock
from kit.money import Money
from outbox.actions import announce

log = structlog.get_logger(__name__)
# How often an unfinished payout is looked at when no webhook speaks of it, and for how long after it was made.
REREAD = timedelta(hours=1)
WATCHED = timedelta(days=15)
CAME_BACK = frozenset({"payout_failure", "payout_cancel"})
RETURNED = (PayoutState.FAILED, PayoutState.CANCELED)


def sync_payouts() -> int:
    """Fetch again the payouts that may have changed since a webhook spoke of them; gives how many."""
    now = clock.now()
    unfinished = Q(state__in=[PayoutState.PENDING, PayoutState.IN_TRANSIT]) | Q(
        reconciled_at__isnull=True, vendor_id__isnull=False, created_at__gte=now - WATCHED
    )
    due = list(Payout.objects.filter(unfinished, synced_at__lte=now - REREAD).order_by("synced_at")[:200])
    accounts = dict(
        ConnectedAccount.objects.filter(vendor_id__in=[row.vendor_id for row in due if row.vendor_id]).values_list(
            "vendor_id", "account_id"
        )
    )
    for row in due:
        try:
            sync_payout(row.provider_payout_id, account_id=accounts[row.vendor_id] if row.vendor_id else "")
        except ProviderRefused as error:
            # One that can no longer be read (its account was closed, say) must not keep the others from being.
            log.error("payout_not_read", payout=str(row.id), cause=str(error))
            Payout.objects.filter(id=row.id).update(synced_at=now)
    return len(due)


def sync_payout(provider_payout_id: str, *, account_id: str = "") -> Payout | None:
    """Fetch a payout of an account (empty: ours) and mirror it; None when the account is nobody's here.

    Once Stripe has reconciled a vendor's payout, notes which transfers it carried. Announces `payout.changed`. Raises
    ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    vendor_id = None
    if account_id:
        # The event's account is only a hint: our own table says whose it is.
        vendor_id = ConnectedAccount.objects.filter(account_id=account_id).values_list("vendor_id", flat=True).first()
        if vendor_id is None:
            return None
    with named_errors("reading a payout"):
        fetched = stripe_client().v1.payouts.retrieve(
            provider_payout_id, options={"stripe_account": account_id} if account_id else {}
        )
    payout = _record(fetched, vendor_id)
    if vendor_id and payout.reconciled_at is None:
        if fetched.reconciliation_status == "completed":
            _record_contents(payout, vendor_id, account_id)
        elif not payout.is_automatic:
            _take_oldest(payout, vendor_id)
    return payout


@transaction.atomic
def _record(fetched: Any, vendor_id: UUID | None) -> Payout:
    arrives_on = datetime.fromtimestamp(fetched.arrival_date, UTC).date()
    told = {
        "state": PayoutState(fetched.status),
        "arrives_on": arrives_on,
        "failure_reason": (fetched.failure_message or fetched.failure_code or "")[:250],
    }
    payout, made = Payout.objects.select_for_update().get_or_create(
        provider_payout_id=fetched.id,
        defaults={
            "vendor_id": vendor_id,
            "amount_minor": from_stripe(fetched.amount, fetched.currency),
            "currency": fetched.currency.upper(),
            "created_at": datetime.fromtimestamp(fetched.created, UTC),
            "method": fetched.method,
            "is_automatic": fetched.automatic,
            **told,
        },
    )
    changed = made or any(getattr(payout, name) != value for name, value in told.items())
    for name, value in told.items():
        setattr(payout, name, value)
    payout.synced_at = clock.now()
    payout.save()
    if vendor_id is None:
        _book_arrival(payout)
    if changed:
        announce(
            "payout.changed",
            vendor_id=vendor_id,
            payload={
                "payout": str(payout.id),
                "vendor": str(vendor_id) if vendor_id else "",
                "state": str(payout.state),
                "amount": str(Money(payout.amount_minor, payout.currency)),
            },
        )
    return payout


def _book_arrival(payout: Payout) -> None:
    """Our own payout reached the bank; or it failed after all, and that is taken back. Its movements come by `sync`."""
    if payout.state == PayoutState.PAID:
        arrived = datetime.combine(payout.arrives_on or payout.created_at.date(), datetime.min.time(), UTC)
        post_all(
            [
                entries.payout_paid(
                    provider_payout_id=payout.provider_payout_id,
                    payout_id=payout.id,
                    amount_minor=payout.amount_minor,
                    currency=payout.currency,
                    occurred_at=arrived,
                )
            ]
        )
    elif payout.state == PayoutState.FAILED:
        paid = JournalEntry.objects.filter(source_key=f"payout:{payout.provider_payout_id}:paid").first()
        if paid is not None:
            reverse(entry=paid, reason="The bank returned the payout")


def _record_contents(payout: Payout, vendor_id: UUID, account_id: str) -> None:
    """Keep the movements a vendor's payout was made of, and link it to the transfers among them."""
    with named_errors("reading what a payout contains"):
        pages = stripe_client().v1.balance_transactions.list(
            {"payout": payout.provider_payout_id, "limit": 100, "expand": ["data.source"]},
            options={"stripe_account": account_id},
        )
        found = [(transaction_of(one), _transfer_behind(one.source)) for one in pages.auto_paging_iter()]
    carried: Counter[str] = Counter()
    for movement, provider_transfer_id in found:
        if provider_transfer_id:
            carried[provider_transfer_id] += movement.amount_minor
        elif movement.type in CAME_BACK:
            carried += _contents_of(movement.source_id)
    movements = [movement for movement, _ in found]
    with transaction.atomic():
        mirror(movements, account_id=account_id, vendor_id=vendor_id, payout_id=payout.provider_payout_id)
        _link(payout, vendor_id, carried)


def _contents_of(provider_payout_id: str) -> Counter[str]:
    """What a payout carried that came back: the next one carries it again."""
    links = PayoutTransfer.objects.filter(payout__provider_payout_id=provider_payout_id)
    credits = Adjustment.objects.filter(payout__provider_payout_id=provider_payout_id)
    return Counter(
        {
            **dict(links.values_list("transfer__provider_transfer_id", "amount_minor")),
            **{row.provider_transfer_id: row.sent_minor for row in credits},
        }
    )


@transaction.atomic
def _take_oldest(payout: Payout, vendor_id: UUID) -> None:
    """The provider cannot say what a payout by hand contains: it is taken to be the oldest money that was there."""
    Payout.objects.select_for_update().get(id=payout.id)
    standing = PayoutTransfer.objects.filter(vendor_id=vendor_id).exclude(payout__state__in=RETURNED)
    transfers = Transfer.objects.filter(vendor_id=vendor_id, currency=payout.currency, state=TransferState.DONE)
    credits = Adjustment.objects.filter(vendor_id=vendor_id, currency=payout.currency, state=AdjustmentState.DONE)
    there = [
        (row.done_at, row.provider_transfer_id, row.amount_minor - row.reversed_minor)
        for row in transfers.exclude(id__in=standing.values("transfer_id")).exclude(
            # Those of our own bank never were in the balance at the provider.
            provider_transfer_id__startswith="bank:"
        )
    ] + [
        (row.done_at, row.provider_transfer_id, row.sent_minor)
        for row in credits.filter(Q(payout__isnull=True) | Q(payout__state__in=RETURNED))
    ]
    carried: Counter[str] = Counter()
    left = payout.amount_minor
    for _, provider_transfer_id, amount in sorted(each for each in there if each[1]):
        carried[provider_transfer_id] = min(left, amount)
        left -= carried[provider_transfer_id]
        if not left:
            break
    _link(payout, vendor_id, carried)


def _link(payout: Payout, vendor_id: UUID, carried: Counter[str]) -> None:
    transfers = Transfer.objects.filter(provider_transfer_id__in=carried, vendor_id=vendor_id)
    PayoutTransfer.objects.bulk_create(
        [
            PayoutTransfer(
                payout=payout,
                transfer=transfer,
                vendor_id=transfer.vendor_id,
                amount_minor=carried[transfer.provider_transfer_id],
            )
            for transfer in transfers
            if carried[transfer.provider_transfer_id]
        ],
        ignore_conflicts=True,
    )
    # Told late, an older payout does not take a credit from a newer one.
    Adjustment.objects.filter(
        Q(payout__isnull=True) | Q(payout__created_at__lt=payout.created_at),
        provider_transfer_id__in=[id for id, amount in carried.items() if amount],
        vendor_id=vendor_id,
    ).update(payout=payout)
    Payout.objects.filter(id=payout.id).update(reconciled_at=clock.now())


def _transfer_behind(source: Any) -> str:
    """The transfer that put money into a vendor's balance, told by the payment it arrived as; "" for other things."""
    found = getattr(source, "source_transfer", None) if source is not None else None
    if not found:
        return ""
    return str(found if isinstance(found, str) else found.id)
