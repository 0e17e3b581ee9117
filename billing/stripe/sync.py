"""Reading our own balance's movements at Stripe, and entering what nobody entered yet. The net under every webhook."""

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from billing.ledger.entries import DISPUTES
from billing.payments.models import Payment, Refund
from billing.payments.provider import ProviderRefused
from billing.payouts.models import DebtCheckout, Reversal, Transfer
from billing.stripe.balances import Transaction, book, mirror, transaction_of
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.confirm import PaymentMismatch, confirm_session
from billing.stripe.credits import settle_credit
from billing.stripe.disputes import sync_dispute
from billing.stripe.models import BalanceTransaction, SyncCursor
from billing.stripe.refunds import settle_refund
from billing.stripe.reversals import settle_reversal_of
from billing.stripe.sessions import session_of_intent
from billing.stripe.subscriptions import sync_invoice_of_intent
from billing.stripe.transfers import settle_transfer
from billing.subscriptions.models import SubscriptionInvoice
from kit import clock

log = structlog.get_logger(__name__)
PAGE = 100
REFUNDS = ("refund", "refund_failure")
# Stripe's lists are by the second and newest first: reading a little again costs nothing and misses nothing.
OVERLAP = timedelta(minutes=5)


def sync_balance() -> int:
    """Read what is new since the last time, settle what became available; gives how many transactions were entered.

    Raises ProviderUnavailable, ProviderRefused. Network: not inside a transaction.
    """
    read_new()
    read_released()
    return enter_missing()


def read_new() -> None:
    """Mirror the transactions since the cursor, and move it to the newest seen."""
    cursor, _ = SyncCursor.objects.get_or_create(name="balance_transactions", account_id="")
    since = int(cursor.position) - int(OVERLAP.total_seconds()) if cursor.position else 0
    started = clock.now()
    found = list_transactions(created={"gte": since})
    _take(found)
    newest = max((int(one.created_at.timestamp()) for one in found), default=0)
    if newest > int(cursor.position or 0):
        cursor.position = str(newest)
    cursor.read_at = started
    cursor.save(update_fields=["position", "read_at"])


def read_released() -> None:
    """Fetch again the pending transactions whose day has come, and enter those that are available now."""
    due = BalanceTransaction.objects.filter(account_id="", status="pending", available_at__lte=clock.now())
    span = list(due.order_by("created_at").values_list("created_at", flat=True))
    if span:
        bounds = {"gte": int(span[0].timestamp()), "lte": int(span[-1].timestamp())}
        _take([one for one in list_transactions(created=bounds) if one.status == "available"])


def enter_missing() -> int:
    """Enter every mirrored transaction of ours that is not in the books yet, oldest first."""
    waiting = BalanceTransaction.objects.filter(account_id="", posted_at__isnull=True).order_by("created_at", "id")
    entered = 0
    for row in list(waiting):
        find_owner(row)
        entered += book([row.transaction_id])
    return entered


def list_transactions(*, account_id: str = "", **params: Any) -> list[Transaction]:
    """Balance transactions of an account (empty: ours), all pages."""
    asked: Any = {"limit": PAGE, **params}
    options: Any = {"stripe_account": account_id} if account_id else {}
    with named_errors("reading balance transactions"):
        pages = stripe_client().v1.balance_transactions.list(asked, options=options)
        return [transaction_of(one) for one in pages.auto_paging_iter()]


def find_owner(row: BalanceTransaction) -> None:
    """Let our own records know the object a transaction is about, before it is entered, when a crash kept it from them.

    Whatever stays without an owner goes to suspense, as does a payment that does not match; reconciliation reports it.
    """
    try:
        if row.type in ("charge", "payment"):
            if not _is_known_charge(row.source_id):
                confirm_charge(row.source_id)
        elif row.type == "transfer" and not Transfer.objects.filter(provider_transfer_id=row.source_id).exists():
            _ = settle_transfer(row.source_id) or settle_credit(row.source_id)
        elif row.type in REFUNDS and not Refund.objects.filter(provider_refund_id=row.source_id).exists():
            settle_refund(row.source_id)
        elif row.type == "transfer_refund" and not Reversal.objects.filter(provider_reversal_id=row.source_id).exists():
            settle_reversal_of(row.transaction_id)
        elif row.reporting_category in DISPUTES and row.type == "adjustment":
            sync_dispute(row.source_id)
    except (PaymentMismatch, ProviderRefused) as error:
        log.error("transaction_without_owner", transaction=row.transaction_id, cause=str(error))


def _is_known_charge(charge_id: str) -> bool:
    return (
        Payment.objects.filter(provider_charge_id=charge_id).exists()
        or SubscriptionInvoice.objects.filter(provider_charge_id=charge_id).exists()
        or DebtCheckout.objects.filter(provider_charge_id=charge_id).exists()
    )


def confirm_charge(charge_id: str) -> str:
    """Confirm the payment that a charge belongs to, or take the invoice it paid; "" when no session of ours made it."""
    with named_errors("reading a charge"):
        charge = stripe_client().v1.charges.retrieve(charge_id)
    intent_id = str(charge.payment_intent or "")
    confirmed = confirm_intent(intent_id) if intent_id else ""
    if intent_id and not confirmed:
        sync_invoice_of_intent(intent_id)
    return confirmed


def confirm_intent(intent_id: str) -> str:
    """Confirm the payment of a payment intent; "" when no session of ours made it."""
    session_id = session_of_intent(intent_id)
    return confirm_session(session_id) if session_id else ""


def _take(found: list[Transaction]) -> None:
    """Mirror transactions; what became available of those in the books is entered along with that news."""
    for start in range(0, len(found), PAGE):
        with transaction.atomic():
            ids = mirror(found[start : start + PAGE])
            entered = BalanceTransaction.objects.filter(transaction_id__in=ids, posted_at__isnull=False)
            book(list(entered.values_list("transaction_id", flat=True)))
