"""Transfers, payouts, payments and refunds: their state, why, what happens next and when."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import AuditEntry
from billing.payments.actions import refund_answered, request_refund
from billing.payments.models import PaymentShare, Refund
from billing.payouts.actions import delivered
from billing.payouts.models import Payout, Transfer
from kit import clock
from marketplace.orders.models import VendorOrder
from marketplace.web.finance.words import next_of_payout, next_of_refund, next_of_transfer


@pytest.fixture
def held(market_day):
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.moreau.id)
    return Transfer.objects.get(reference_id=part.id)


def test_a_held_transfer_says_the_rule_the_reason_and_the_date(desk, held):
    at = desk("finance")
    page = at.page("/finance/transfers/?state=held")
    assert "Released 7 days after delivery" in page
    assert "Waits for delivery" in page
    assert "115.90 EUR" not in page
    delivered(reference_id=held.reference_id, delivered_at=clock.now())
    page = at.page("/finance/transfers/?state=held")
    assert f"released on {clock.now() + timedelta(days=7):%-d %B %Y}" in page


def test_transfers_of_one_vendor(desk, market_day, held):
    page = desk("finance").page(f"/finance/transfers/?vendor={market_day.moreau.id}")
    assert held.reference_number in page
    assert "14.10 EUR" in page
    assert "115.90 EUR" not in page


def test_a_refused_transfer_is_sent_again_by_a_button(desk, held):
    delivered(reference_id=held.reference_id, delivered_at=clock.now() - timedelta(days=30))
    Transfer.objects.filter(id=held.id).update(state="failed", error="Your account was closed.")
    at = desk("finance")
    page = at.page("/finance/transfers/?state=failed")
    assert "Your account was closed." in page
    assert f"/finance/transfers/{held.id}/retry/" in page
    assert "1 transfer refused" in at.page("/")
    answer = at.post(f"/finance/transfers/{held.id}/retry/", follow=True)
    assert "14.10 EUR of" in answer.content.decode()
    held.refresh_from_db()
    assert (held.state, held.error) == ("due", "")
    assert AuditEntry.objects.get(action="transfer.retried").data == {"number": held.reference_number}
    again = at.post(f"/finance/transfers/{held.id}/retry/", follow=True)
    assert "Only a transfer that failed can be sent again." in again.content.decode()
    assert AuditEntry.objects.filter(action="transfer.retried").count() == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("held", "Waits for delivery"),
        ("due", "Sent within seconds"),
        ("sent", "Looked for at the provider"),
        ("failed", "Waits for you: send again"),
        ("done", ""),
        ("canceled", ""),
    ],
)
def test_every_state_of_a_transfer_has_its_next_step(state, words):
    assert next_of_transfer(Transfer(state=state)).words == words


def test_a_payout_says_what_it_carried(desk, market_day):
    at = desk("finance")
    assert "Arrives" in at.page("/finance/payouts/")
    page = at.page(f"/finance/payouts/{market_day.vendor_payout.id}/")
    assert market_day.transfer.reference_number in page
    assert "Not explained" not in page
    Payout.objects.filter(id=market_day.vendor_payout.id).update(amount_minor=11000)
    assert "−5.90 EUR" in at.page(f"/finance/payouts/{market_day.vendor_payout.id}/")


def test_the_search_on_top_leads_to_a_payout(desk, market_day):
    answer = desk("finance").get("/finance/payments/?q=po_1")
    assert answer["Location"] == f"/finance/payouts/{market_day.vendor_payout.id}/"


def test_our_own_payouts_are_named(desk, db):
    Payout.objects.create(
        provider_payout_id="po_9",
        amount_minor=500,
        currency="EUR",
        state="failed",
        failure_reason="The bank account is closed",
        created_at=clock.now(),
    )
    page = desk("finance").page("/finance/payouts/?state=failed")
    assert "The marketplace" in page
    assert "The bank account is closed" in page
    assert "Back in the balance" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [("pending", "Arrives"), ("in_transit", "Arrives"), ("paid", "Arrived"), ("failed", "Back in the balance")],
)
def test_every_state_of_a_payout_has_its_next_step(state, words):
    assert next_of_payout(Payout(state=state)).words == words


def test_payments_are_found_by_order_and_by_the_providers_id(desk, market_day):
    at = desk("finance")
    for query in (f"q={market_day.paid.number.lower()}", "q=ch_1", "q=pi_ch_1", "state=paid"):
        page = at.page(f"/finance/payments/?{query}")
        assert market_day.paid.number in page, query
        assert market_day.unpaid.number not in page, query
    rows = at.csv("/finance/payments/?format=csv")
    assert [row[2:6] for row in rows[1:]] == [["15.10", "0.00", "0.00", "pending"], ["141.00", "0.00", "2.05", "paid"]]


def test_a_refund_says_whose_money_it_is(desk, market_day):
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        refund = request_refund(share=share, amount_minor=1510, key="returned:1", reason="=Came broken")
    at = desk("finance")
    page = at.page("/finance/refunds/")
    for words in ("=Came broken", "15.10 EUR", "14.10 EUR", "1.00 EUR", "Moreau"):
        assert words in page, words
    (row,) = at.csv("/finance/refunds/?format=csv&state=due")[1:]
    assert row[3:8] == ["15.10", "14.10", "1.00", "'=Came broken", "due"]
    assert next_of_refund(refund).words == "Sent"
    assert next_of_refund(Refund(state="due", error="Waiting")).words == "Tried again"
    assert next_of_refund(Refund(state="failed")).words == "Waits for you: send again"
    assert next_of_refund(Refund(state="failed", provider_refund_id="re_1")).words == "Pay the customer another way"


@pytest.fixture
def refused(market_day):
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    refund = request_refund(share=share, amount_minor=1510, key="sold_out:1", reason="Sold out")
    return refund_answered(refund_id=refund.id, state="failed", error="Stripe refused the refund: No.", moved=False)


def test_a_refused_refund_waits_on_the_home_pages_and_is_sent_again_by_a_button(desk, refused):
    at = desk("finance")
    assert "1 refund failed" in at.page("/")
    assert "customers wait for their money" in at.page("/finance/")
    page = at.page("/finance/refunds/?state=failed")
    assert "Stripe refused the refund: No." in page
    assert f"/finance/refunds/{refused.id}/retry/" in page
    answer = at.post(f"/finance/refunds/{refused.id}/retry/", follow=True).content.decode()
    number = refused.payment.reference_number
    assert f"The refund of 15.10 EUR for {number} is being sent again." in answer
    refused.refresh_from_db()
    assert (refused.state, refused.attempt, refused.error) == ("due", 2, "")
    assert PaymentShare.objects.get(id=refused.share_id).refunded_minor == 1510
    assert AuditEntry.objects.get(action="refund.retried").data == {"number": number, "amount": "15.10 EUR"}
    again = at.post(f"/finance/refunds/{refused.id}/retry/", follow=True).content.decode()
    assert "Only a refund that the provider refused can be sent again." in again
    assert AuditEntry.objects.filter(action="refund.retried").count() == 1
    assert "customers wait for their money" not in at.page("/finance/")


def test_only_finance_sends_a_refund_again(desk, refused):
    assert desk("support").post(f"/finance/refunds/{refused.id}/retry/").status_code == 403
    assert desk("finance").get(f"/finance/refunds/{refused.id}/retry/").status_code == 405
    assert desk("finance").post(f"/finance/refunds/{refused.payment_id}/retry/").status_code == 404
    assert Refund.objects.get().state == "failed"


def test_downloads_of_transfers_and_payouts(desk, market_day):
    at = desk("finance")
    transfers = at.csv("/finance/transfers/?format=csv")
    assert [(row[1], row[3], row[5]) for row in transfers[1:]] in (
        [("Moreau", "14.10", "held"), ("Lindqvist", "115.90", "done")],
        [("Lindqvist", "115.90", "done"), ("Moreau", "14.10", "held")],
    )
    payouts = at.csv("/finance/payouts/?format=csv")
    assert payouts[1][:5] == ["po_1", "Lindqvist", "EUR", "115.90", "in_transit"]
