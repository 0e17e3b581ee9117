"""A purchase across two vendors, from the payment page to the banks."""

from billing.payments import actions
from billing.payments.models import AttemptState, PaymentState
from billing.payouts import actions as payouts
from billing.payouts.models import Payout, PayoutTransfer, Transfer, TransferState
from billing.payouts.queries import places_of, vendor_money
from billing.stripe import tasks
from billing.stripe.client import stripe_client
from billing.stripe.models import BalanceTransaction, ConnectedAccount
from kit import clock
from kit.money import Money
from outbox.models import Fact
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE, CARD_DECLINED

SOLD = {"1010": 11795, "5000": 205, "2000/lindqvist": -7200, "2000/moreau": -3400, "4000": -1400}


def test_the_customer_is_sent_where_stripe_said(purchase):
    url = purchase.start()
    assert url == f"{purchase.sandbox.url}/c/pay/{purchase.attempt.provider_session_id}"
    assert purchase.attempt.state == AttemptState.OPEN


def test_two_tabs_share_one_session(purchase):
    assert purchase.start() == purchase.start()
    assert purchase.payment.attempts.count() == 1


def test_paid_is_booked_to_the_cent(purchase, books, explained):
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID
    assert purchase.payment.fee_minor == 205
    assert books() == SOLD
    explained()
    held = {t.vendor_id: (t.amount_minor, t.state, t.hold_reason) for t in Transfer.objects.all()}
    assert held == {
        purchase.lindqvist.vendor_id: (7200, TransferState.HELD, "Released 7 days after delivery"),
        purchase.moreau.vendor_id: (3400, TransferState.HELD, "Released 7 days after delivery"),
    }
    assert Fact.objects.filter(name="payment.captured").count() == 1


def test_coming_back_before_any_webhook_is_enough(purchase, books, explained):
    purchase.start()
    assert actions.settle(payment_id=purchase.payment.id) == "pending"
    purchase.pay()
    assert actions.settle(payment_id=purchase.payment.id) == "paid"
    assert actions.settle(payment_id=purchase.payment.id) == "paid"
    assert books() == SOLD
    explained()


def test_a_declined_card_leaves_the_session_open(purchase, books):
    url = purchase.start()
    assert purchase.pay(CARD_DECLINED)["error"]["code"] == "card_declined"
    purchase.sandbox.drain()
    purchase.refresh()
    assert (purchase.payment.state, books()) == (PaymentState.PENDING, {})
    assert purchase.start() == url
    purchase.pay()
    purchase.sandbox.drain()
    assert books() == SOLD


def test_from_delivery_to_the_banks(purchase, books, explained):
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    delivered_at = clock.now()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=delivered_at)
    assert tasks.send_transfers() == 0
    money = vendor_money(purchase.lindqvist.vendor_id, "EUR")
    assert (money.held, money.held_count, money.in_the_bank) == (Money(7200, "EUR"), 1, Money(0, "EUR"))

    purchase.sandbox.advance(days=8)
    purchase.sandbox.drain()
    tasks.sync_balance()
    explained()
    assert books()["1020"] == 11795
    assert tasks.send_transfers() == 2
    assert tasks.send_transfers() == 0
    assert books() == {"1020": 11795 - 10600, "5000": 205, "4000": -1400}
    explained()
    purchase.refresh()
    assert (purchase.lindqvist.transferred_minor, purchase.moreau.transferred_minor) == (7200, 3400)

    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    tasks.sync_payouts()
    explained()
    carried = {link.vendor_id: (link.amount_minor, link.payout.state) for link in PayoutTransfer.objects.all()}
    assert carried == {purchase.lindqvist.vendor_id: (7200, "paid"), purchase.moreau.vendor_id: (3400, "paid")}
    account = ConnectedAccount.objects.get(vendor_id=purchase.moreau.vendor_id)
    mirrored = BalanceTransaction.objects.filter(account_id=account.account_id).values_list("type", "net_minor")
    assert sorted(mirrored) == [("payment", 3400), ("payout", -3400)]
    money = vendor_money(purchase.moreau.vendor_id, "EUR")
    assert (money.held, money.on_its_way, money.in_the_bank) == (Money(0, "EUR"), Money(0, "EUR"), Money(3400, "EUR"))
    places = [place.place for place in places_of(Transfer.objects.all())]
    assert places == ["In the bank", "In the bank"]


def test_money_that_is_available_at_once(purchase, books, explained):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    assert books() == {**{code: amount for code, amount in SOLD.items() if code != "1010"}, "1020": 11795}
    explained()


def test_a_transfer_before_the_charge_is_available_draws_on_it(purchase, books, explained, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    assert tasks.send_transfers() == 1
    assert books()["1010"] == 11795 - 3400
    explained()
    made = stripe_client().v1.transfers.retrieve(purchase.transfer(purchase.moreau).provider_transfer_id)
    assert made.source_transaction == purchase.payment.__class__.objects.get().provider_charge_id
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert books()["1020"] == 11795 - 3400
    explained()


def test_a_returned_payout_is_seen_after_it_was_paid(purchase, explained, settings):
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    payouts.delivered(reference_id=purchase.moreau.reference_id, delivered_at=clock.now())
    tasks.send_transfers()
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    payout = Payout.objects.get()
    assert payout.state == "paid"
    purchase.sandbox.control(f"payouts/{payout.provider_payout_id}/fail")
    purchase.sandbox.drain()
    payout.refresh_from_db()
    assert (payout.state, payout.failure_reason) == ("failed", "The bank account has been closed.")
    assert [place.place for place in places_of([purchase.transfer(purchase.moreau)])] == ["Needs attention"]
    explained()


def test_the_platforms_own_payout_reaches_the_bank_and_may_come_back(purchase, books, explained):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    made = stripe_client().v1.payouts.create({"amount": 1000, "currency": "eur"})
    purchase.sandbox.advance(days=2)
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert (books()["1020"], books()["1100"], books().get("1030", 0)) == (10795, 1000, 0)
    explained()
    purchase.sandbox.control(f"payouts/{made.id}/fail")
    purchase.sandbox.drain()
    tasks.sync_balance()
    assert (books()["1020"], books().get("1100", 0), books().get("1030", 0)) == (11795, 0, 0)
    explained()


def test_an_unexplained_movement_is_kept_in_suspense(purchase, books, agree):
    purchase.sandbox.control("topup", {"amount": 5000})
    tasks.sync_balance()
    assert books() == {"1020": 5000, "2900": -5000}
    agree()
