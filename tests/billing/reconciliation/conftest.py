"""A small world of paid orders: our records, the provider's movements, and the books posted from them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from billing.payments.models import Payment, PaymentShare, PaymentState, Refund, RefundState
from billing.payments.provider import ProviderBalance
from billing.payouts.models import Payout, PayoutState, Transfer, TransferState
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException, ReconciliationRun
from billing.stripe.balances import book
from billing.stripe.models import BalanceTransaction, ConnectedAccount
from kit.ids import uuid7

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Books:
    """What happened so far. Everything is entered by the same function that the provider's code uses."""

    number: int = 0
    ours: dict[str, list[int]] = field(default_factory=dict)
    theirs: dict[UUID, int] = field(default_factory=dict)

    def move(self, type, amount, source, *, fee=0, available=True, category=None, at=NOON, lag_days=0):
        """A movement of our balance, entered in the books."""
        row = self.mirror(
            type, amount, source, fee=fee, available=available, category=category, at=at, lag_days=lag_days
        )
        book([row.transaction_id])
        return row

    def mirror(self, type, amount, source, *, fee=0, available=True, category=None, at=NOON, lag_days=0):
        self.number += 1
        self.ours.setdefault("EUR", [0, 0])[1 if available else 0] += amount - fee
        return BalanceTransaction.objects.create(
            transaction_id=f"txn_{self.number}",
            type=type,
            reporting_category=category or type,
            amount_minor=amount,
            fee_minor=fee,
            net_minor=amount - fee,
            currency="EUR",
            status="available" if available else "pending",
            source_id=source,
            created_at=at,
            available_at=at + timedelta(days=lag_days),
        )

    def order(self, *shares, fee=205, available=False):
        """A paid order; `shares` are (vendor, gross, commission), and the VAT in it where there is any."""
        from billing.ledger import entries
        from billing.ledger.actions import post_all
        from billing.stripe.balances import sale_of

        self.number += 1
        payment = Payment.objects.create(
            reference_id=uuid7(),
            reference_number=f"SK-{self.number}",
            customer_email="ines@customers.example",
            amount_minor=sum(share[1] for share in shares),
            currency="EUR",
            state=PaymentState.PAID,
            provider_charge_id=f"ch_{self.number}",
            fee_minor=fee,
            paid_at=NOON,
        )
        rows = [
            PaymentShare.objects.create(
                payment=payment,
                vendor_id=vendor,
                reference_id=uuid7(),
                gross_minor=gross,
                commission_minor=commission,
                commission_tax_minor=sum(tax),
                net_minor=gross - commission,
                currency="EUR",
            )
            for vendor, gross, commission, *tax in shares
        ]
        self.move(
            "charge",
            payment.amount_minor,
            payment.provider_charge_id,
            fee=fee,
            available=available,
            lag_days=7,
        )
        post_all(
            draft
            for share in sale_of(payment).shares
            if (draft := entries.commission(share, currency="EUR", occurred_at=NOON))
        )
        return payment, rows

    def transfer(self, share, *, lag_days=0, available=True):
        self.number += 1
        made = Transfer.objects.create(
            payment_id=share.payment_id,
            share_id=share.id,
            reference_id=share.reference_id,
            reference_number=f"SK-{self.number}",
            vendor_id=share.vendor_id,
            planned_minor=share.net_minor,
            amount_minor=share.net_minor,
            currency="EUR",
            state=TransferState.DONE,
            provider_transfer_id=f"tr_{self.number}",
        )
        share.transferred_minor = share.net_minor
        share.save()
        self.theirs[share.vendor_id] = self.theirs.get(share.vendor_id, 0) + share.net_minor
        self.move(
            "transfer",
            -share.net_minor,
            made.provider_transfer_id,
            at=NOON,
            lag_days=lag_days,
            available=available,
        )
        return made

    def refund(self, share, amount, net, tax=0):
        from billing.ledger import entries
        from billing.ledger.actions import post_all
        from billing.ledger.entries import Earmark

        self.number += 1
        refund = Refund.objects.create(
            payment=share.payment,
            share=share,
            vendor_id=share.vendor_id,
            key=f"returned:{self.number}",
            amount_minor=amount,
            net_minor=net,
            commission_tax_minor=tax,
            currency="EUR",
            reason="Returned",
            state=RefundState.SUCCEEDED,
            provider_refund_id=f"re_{self.number}",
        )
        share.refunded_minor += amount
        share.refunded_net_minor += net
        share.refunded_commission_tax_minor += tax
        share.save()
        share.payment.refunded_minor += amount
        share.payment.save()
        post_all(
            [
                entries.refund_owed(
                    refund_id=refund.id,
                    mark=Earmark(share.vendor_id, share.reference_id),
                    amount_minor=amount,
                    net_minor=net,
                    commission_tax_minor=tax,
                    currency="EUR",
                    occurred_at=NOON,
                )
            ]
        )
        self.move("refund", -amount, refund.provider_refund_id)
        return refund

    def vendor_payout(self, vendor, amount):
        self.number += 1
        account = ConnectedAccount.objects.get(vendor_id=vendor)
        payout = Payout.objects.create(
            vendor_id=vendor,
            provider_payout_id=f"po_{self.number}",
            amount_minor=amount,
            currency="EUR",
            state=PayoutState.PAID,
            created_at=NOON,
            reconciled_at=NOON,
        )
        for kind, sum in (("payment", amount), ("payout", -amount)):
            self.number += 1
            BalanceTransaction.objects.create(
                transaction_id=f"txn_{self.number}",
                account_id=account.account_id,
                vendor_id=vendor,
                type=kind,
                reporting_category=kind,
                amount_minor=sum,
                fee_minor=0,
                net_minor=sum,
                currency="EUR",
                status="available",
                source_id=payout.provider_payout_id if kind == "payout" else f"py_{self.number}",
                payout_id=payout.provider_payout_id,
                available_at=NOON,
                created_at=NOON,
            )
        self.theirs[vendor] -= amount
        return payout

    def balances(self):
        """What the provider says: ours, and every vendor's."""
        ours = [ProviderBalance("", currency, *both) for currency, both in self.ours.items()]
        accounts = dict(ConnectedAccount.objects.values_list("vendor_id", "account_id"))
        return ours + [ProviderBalance(accounts[vendor], "EUR", 0, held) for vendor, held in self.theirs.items()]

    def reconcile(self) -> tuple[ReconciliationRun, list[ReconciliationException]]:
        run = reconcile(fetch_balances=self.balances)
        return run, list(ReconciliationException.objects.filter(state="open").order_by("key"))


def tamper(sql, params=()):
    """As nobody but a superuser with the triggers off can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def books(db) -> Books:
    for vendor, account in ((LINDQVIST, "acct_lindqvist"), (MOREAU, "acct_moreau")):
        ConnectedAccount.objects.create(vendor_id=vendor, account_id=account, country="SE", transfers_status="active")
    return Books()


@pytest.fixture
def busy_week(books) -> Books:
    """Orders across two vendors: one pending, one available, transferred and paid out, one refunded in part."""
    books.order((LINDQVIST, 8000, 800), (MOREAU, 4000, 600))
    _, (linen, tea) = books.order((LINDQVIST, 2500, 250), (MOREAU, 1900, 285), fee=91, available=True)
    transferred = books.transfer(linen)
    books.transfer(tea)
    books.vendor_payout(LINDQVIST, transferred.amount_minor)
    _, (lamp,) = books.order((MOREAU, 30000, 4500), fee=445, available=True)
    books.refund(lamp, 3000, 2550)
    books.move("stripe_fee", -200, "")
    return books
