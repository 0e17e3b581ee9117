"""Balance transactions: mirrored by id, and the one way from them into the books.

Nothing is entered from a webhook's payload: whoever hears of money fetches the transaction and hands it in here. The
journal's keys come from the transaction's id, so handing it in twice, or in any order, enters the same once.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from billing.ledger import entries
from billing.ledger.actions import post_all
from billing.ledger.entries import (
    REFUND_FAILURES,
    REFUNDS,
    SALES,
    Earmark,
    EntryDraft,
    Movement,
    Sale,
    ShareOfSale,
    Sources,
)
from billing.payments.models import Payment, Purpose, Refund
from billing.payouts.models import Adjustment, DebtCheckout, Payout, Reversal, Transfer
from billing.stripe.amounts import from_stripe
from billing.stripe.models import BalanceTransaction
from billing.subscriptions.models import SubscriptionInvoice
from kit import clock


@dataclass(frozen=True, slots=True)
class Transaction:
    """A balance transaction as Stripe gave it, in our words; amounts in minor units of `currency`."""

    id: str
    type: str
    category: str
    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    status: str
    source_id: str
    created_at: datetime
    available_at: datetime


def transaction_of(fetched: Any) -> Transaction:
    """From the SDK's object; its source may be expanded or not."""
    source = fetched.source
    return Transaction(
        id=fetched.id,
        type=fetched.type,
        category=fetched.reporting_category,
        amount_minor=from_stripe(fetched.amount, fetched.currency),
        fee_minor=from_stripe(fetched.fee, fetched.currency),
        net_minor=from_stripe(fetched.net, fetched.currency),
        currency=fetched.currency.upper(),
        status=fetched.status,
        source_id=(source if isinstance(source, str) else source.id) if source else "",
        created_at=datetime.fromtimestamp(fetched.created, UTC),
        available_at=datetime.fromtimestamp(fetched.available_on, UTC),
    )


@transaction.atomic
def taken_back_in(payout: Payout) -> int:
    """What was taken out of a vendor's balance again within a payout, in minor units, as its movements say."""
    inside = BalanceTransaction.objects.filter(payout_id=payout.provider_payout_id).exclude(account_id="")
    sums = inside.exclude(type="payout").filter(net_minor__lt=0).aggregate(sum=Sum("net_minor"))
    return -(sums["sum"] or 0)


def mirror(
    found: Iterable[Transaction], *, account_id: str = "", vendor_id: UUID | None = None, payout_id: str = ""
) -> list[str]:
    """Keep these transactions of an account (empty: ours), or note their new status; gives their ids.

    A status only goes from pending to available, so that an old answer that arrives late changes nothing.
    """
    rows = {
        one.id: BalanceTransaction(
            transaction_id=one.id,
            account_id=account_id,
            vendor_id=vendor_id,
            type=one.type,
            reporting_category=one.category,
            amount_minor=one.amount_minor,
            fee_minor=one.fee_minor,
            net_minor=one.net_minor,
            currency=one.currency,
            status=one.status,
            source_id=one.source_id,
            payout_id=payout_id,
            available_at=one.available_at,
            created_at=one.created_at,
        )
        for one in sorted(found, key=lambda one: one.id)
    }
    BalanceTransaction.objects.bulk_create(rows.values(), ignore_conflicts=True)
    # Locked in one order before they change, or two readers of the same list could wait for each other.
    known = BalanceTransaction.objects.filter(transaction_id__in=list(rows)).order_by("transaction_id")
    locked = list(known.select_for_update().values_list("transaction_id", "status"))
    released = [id for id, status in locked if status == "pending" and rows[id].status == "available"]
    BalanceTransaction.objects.filter(transaction_id__in=released).update(status="available")
    if payout_id:
        known.filter(payout_id="").update(payout_id=payout_id)
    return list(rows)


@transaction.atomic
def book(transaction_ids: Sequence[str], *, extra: Sequence[EntryDraft] = ()) -> int:
    """Enter our own transactions in the books, with `extra` entries of the same matter; gives how many were new.

    Transactions whose source nobody knows go to suspense: `sync.find_owner` looks for it before this is called.
    """
    rows = list(
        BalanceTransaction.objects.select_for_update()
        .filter(transaction_id__in=transaction_ids, account_id="")
        .order_by("transaction_id")
    )
    drafts = list(extra)
    fresh = [row for row in rows if row.posted_at is None]
    sources = sources_of(fresh)
    for row in rows:
        movement = movement_of(row)
        made = [entries.entry_for(movement, sources)] if row.posted_at is None else []
        if row.status == "available":
            made.append(entries.funds_available(movement))
        drafts += [draft for draft in made if draft is not None]
    post_all(drafts)
    BalanceTransaction.objects.filter(id__in=[row.id for row in fresh]).update(posted_at=clock.now())
    return len(fresh)


def movement_of(row: BalanceTransaction) -> Movement:
    return Movement(
        id=row.transaction_id,
        type=row.type,
        category=row.reporting_category,
        amount_minor=row.amount_minor,
        fee_minor=row.fee_minor,
        net_minor=row.net_minor,
        currency=row.currency,
        created_at=row.created_at,
        available_at=row.available_at,
        source_id=row.source_id,
    )


def sale_of(payment: Payment) -> Sale:
    """What a payment's charge paid for, as the ledger wants it."""
    shares = payment.shares.order_by("id")
    return Sale(
        reference_id=payment.reference_id,
        shares=tuple(
            ShareOfSale(
                share.vendor_id,
                share.reference_id,
                share.charged_minor,
                share.commission_minor,
                share.commission_tax_minor,
                share.subsidy_minor,
                share.sales_tax_minor,
            )
            for share in shares
        ),
    )


def sources_of(rows: Sequence[BalanceTransaction]) -> Sources:
    """What our own records know of these transactions' sources: one statement for each record that could.

    Of what no transaction can be about, Django asks nothing.
    """

    def wanted(types: Set[str]) -> list[str]:
        return [row.source_id for row in rows if row.source_id and row.type in types]

    sold, sent = wanted(SALES), wanted({"transfer"})
    payments = Payment.objects.filter(provider_charge_id__in=sold).prefetch_related("shares")
    invoices = SubscriptionInvoice.objects.filter(provider_charge_id__in=sold)
    debts = DebtCheckout.objects.filter(provider_charge_id__in=sold)
    transfers = Transfer.objects.filter(provider_transfer_id__in=sent)
    credits = Adjustment.objects.filter(provider_transfer_id__in=sent)
    refunds = Refund.objects.filter(provider_refund_id__in=wanted(REFUNDS | REFUND_FAILURES)).select_related("share")
    reversals = Reversal.objects.filter(provider_reversal_id__in=wanted({"transfer_refund"})).select_related("transfer")
    return Sources(
        bills={row.provider_charge_id: Earmark(row.vendor_id, row.id) for row in invoices},
        sales={row.provider_charge_id: sale_of(row) for row in payments if row.purpose == Purpose.ORDER},
        gift_cards={row.provider_charge_id: row.reference_id for row in payments if row.purpose == Purpose.GIFT_CARD},
        transfers={row.provider_transfer_id: Earmark(row.vendor_id, row.reference_id) for row in transfers}
        | {row.provider_transfer_id: Earmark(row.vendor_id, row.id) for row in credits},
        refunds={row.provider_refund_id: Earmark(row.vendor_id, row.share.reference_id) for row in refunds},
        reversals={row.provider_reversal_id: Earmark(row.vendor_id, row.transfer.reference_id) for row in reversals},
        debts={row.provider_charge_id: row.vendor_id for row in debts},
    )
