"""The match against a provider over the network: a purchase's whole way, and what may happen on it."""

from datetime import timedelta

import pytest

from billing.ledger.models import JournalEntry
from billing.payments import actions
from billing.payouts import actions as payouts
from billing.payouts.models import Payout
from billing.reconciliation.actions import reconcile
from billing.reconciliation.queries import open_exceptions
from billing.stripe import tasks
from billing.stripe.client import stripe_client
from kit import clock
from tests.billing.stripe.conftest import account_of, only_billing, purchase
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE, sandbox, sandbox_process

__all__ = ["account_of", "only_billing", "purchase", "sandbox", "sandbox_process"]


def unexplained():
    reconcile()
    return [(row.key, row.explanation) for row in open_exceptions()]


def test_at_every_step_from_payment_to_the_banks(purchase):
    assert unexplained() == []
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    assert unexplained() == []
    delivered_at = clock.now()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=delivered_at)
    purchase.sandbox.advance(days=8)
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []
    assert tasks.send_transfers() == 2
    assert unexplained() == []
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    tasks.sync_payouts()
    tasks.sync_balance()
    assert Payout.objects.filter(reconciled_at__isnull=False).count() == 2
    run = reconcile()
    assert run.matches
    assert run.entries_checked == JournalEntry.objects.count() == 6
    assert run.totals["EUR"] == {
        "orders": {"charged": 12000, "commission": 1400, "transferred": 10600, "owed to vendors": 0},
        "ledger": {
            "charged": 12000,
            "commission": 1400,
            "transferred": 10600,
            "owed to vendors": 0,
            "pending": 0,
            "available": 1195,
        },
        "provider": {"charged": 12000, "transferred": 10600, "pending": 0, "available": 1195},
    }


def test_a_transfer_drawn_on_pending_money(purchase, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    assert tasks.send_transfers() == 1
    assert unexplained() == []
    purchase.sandbox.advance(days=3)
    tasks.sync_balance()
    ((key, _),) = unexplained()
    assert key == f"vendor_balance:{purchase.moreau.vendor_id}:EUR"  # it was paid out, and we were not told yet
    purchase.sandbox.drain()
    assert unexplained() == []


def test_refunds_pending_paid_and_come_back(purchase):
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    refund = actions.request_refund(share=purchase.moreau, amount_minor=4000, key="sold_out:1", reason="Sold out")
    assert unexplained() == []
    assert tasks.send_refunds() == 1
    assert unexplained() == []
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []
    refund.refresh_from_db()
    purchase.sandbox.control(f"refunds/{refund.provider_refund_id}/fail")
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []


def test_a_refund_refused_by_the_provider(purchase):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    charge = purchase.payment.__class__.objects.get().provider_charge_id
    purchase.sandbox.control(f"charges/{charge}/dispute", {"reason": "fraudulent"})
    # Requested before we hear that the bank has the money.
    actions.request_refund(share=purchase.moreau, amount_minor=4000, key="sold_out:1", reason="Sold out")
    assert tasks.send_refunds() == 0
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []
    with pytest.raises(actions.PaymentDisputed):
        actions.request_refund(share=purchase.moreau, amount_minor=4000, key="sold_out:2", reason="Sold out")


def test_a_transfer_reversed_by_hand_at_the_provider_is_taken_over(purchase, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    assert tasks.send_transfers() == 1
    made = purchase.transfer(purchase.moreau).provider_transfer_id
    stripe_client().v1.transfers.reversals.create(made, {"amount": 1000})
    # Nobody told us: the balance's own list does.
    purchase.sandbox.caught()
    tasks.sync_balance()
    assert purchase.moreau.payment.shares.get(id=purchase.moreau.id).reversed_minor == 1000
    assert unexplained() == []


def test_our_own_payout_and_its_return(purchase):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    made = stripe_client().v1.payouts.create({"amount": 1000, "currency": "eur"})
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []
    purchase.sandbox.advance(days=2)
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []
    purchase.sandbox.control(f"payouts/{made.id}/fail")
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert unexplained() == []


def test_a_vendors_payout_that_the_bank_returned(purchase, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    tasks.send_transfers()
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    assert unexplained() == []
    purchase.sandbox.control(f"payouts/{Payout.objects.get().provider_payout_id}/fail")
    purchase.sandbox.drain()
    assert unexplained() == []


def test_a_payment_we_have_not_heard_of_yet_differs_until_we_have(purchase):
    """Without its webhook the provider holds money that is not in our books; reading its list puts that right."""
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    assert [key for key, _ in unexplained()] == ["provider:1020:EUR"]
    purchase.sandbox.advance(seconds=int(timedelta(minutes=1).total_seconds()))
    tasks.sync_balance()
    assert unexplained() == []


def test_money_nobody_can_explain_stays_an_exception(purchase):
    purchase.sandbox.control("topup", {"amount": 5000})
    tasks.sync_balance()
    ((key, explanation),) = unexplained()
    assert key.startswith("suspense:txn:")
    assert "waits in suspense" in explanation
