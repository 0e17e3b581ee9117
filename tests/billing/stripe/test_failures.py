"""What goes wrong at the provider, and in between."""

import pytest

from billing.payments import actions
from billing.payments.models import AttemptState, Payment, PaymentState, Refund, RefundState
from billing.payments.provider import KeyTaken, ProviderUnavailable, SessionLine
from billing.payouts import actions as payouts
from billing.payouts.adjustments import credit_vendor
from billing.payouts.models import Adjustment, TransferState
from billing.payouts.onboarding import follow_door
from billing.payouts.terms import CHECKLIST_REASON
from billing.stripe import onboarding, tasks, transfers
from billing.stripe.client import stripe_client
from billing.stripe.confirm import PaymentMismatch, confirm_session
from billing.stripe.models import ConnectedAccount, WebhookEvent
from kit import clock
from kit.ids import uuid7
from outbox.models import Fact
from tenants.vendors.models import Vendor
from tenants.vendors.suspending import suspend_vendor
from tests.support.sandbox import CARD, CARD_AVAILABLE_AT_ONCE


@pytest.fixture
def paid(purchase, settings):
    """Paid with money that is there at once, and delivered with no days of hold."""
    settings.HOLD_DAYS = 0
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    for share in (purchase.lindqvist, purchase.moreau):
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    purchase.refresh()
    return purchase


def transfers_at_stripe():
    return stripe_client().v1.transfers.list({"limit": 100}).data


def sessions_at_stripe():
    return stripe_client().v1.checkout.sessions.list({"limit": 100}).data


def test_a_process_that_dies_while_opening_a_session_leaves_one_that_is_found_again(purchase):
    purchase.sandbox.fail("/v1/checkout/sessions", "drop", times=3)
    with pytest.raises(ProviderUnavailable):
        purchase.start()
    assert purchase.attempt.state == AttemptState.OPENING
    purchase.start()
    assert purchase.attempt.state == AttemptState.OPEN
    assert [session.id for session in sessions_at_stripe()] == [purchase.attempt.provider_session_id]


def test_a_session_whose_opening_we_never_heard_of_is_known_by_what_we_wrote_on_it(purchase):
    purchase.sandbox.fail("/v1/checkout/sessions", "drop", times=3)
    with pytest.raises(ProviderUnavailable):
        purchase.start()
    [lost] = sessions_at_stripe()
    purchase.sandbox.pay(lost.id, CARD)
    purchase.sandbox.drain()
    purchase.refresh()
    assert (purchase.payment.state, purchase.attempt.state) == (PaymentState.PAID, AttemptState.PAID)


def test_an_expired_session_closes_the_payment(purchase, books):
    purchase.start()
    assert tasks.expire_sessions() == 0
    purchase.sandbox.advance(seconds=33 * 60)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert (purchase.payment.state, purchase.attempt.state) == (PaymentState.EXPIRED, AttemptState.EXPIRED)
    assert Fact.objects.filter(name="payment.expired").count() == 1
    purchase.sandbox.drain()
    assert Fact.objects.filter(name="payment.expired").count() == 1
    with pytest.raises(actions.PaymentClosed):
        purchase.start()
    assert books() == {}


def test_the_webhook_alone_closes_an_expired_session(purchase):
    purchase.start()
    purchase.sandbox.advance(seconds=33 * 60)
    purchase.sandbox.drain()
    purchase.refresh()
    assert purchase.payment.state == PaymentState.EXPIRED


def test_after_a_long_outage_the_customer_can_still_pay(purchase):
    """The attempt's own time is too short by then for a session of thirty minutes: the next attempt asks anew."""
    purchase.sandbox.fail("/v1/checkout/sessions", "429", times=1)
    with pytest.raises(ProviderUnavailable):
        purchase.start()
    purchase.sandbox.advance(seconds=10 * 60)
    purchase.start()
    assert (purchase.attempt.number, purchase.attempt.state) == (2, AttemptState.OPEN)
    purchase.pay()
    purchase.sandbox.drain()
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID


def test_other_lines_under_the_same_key_are_refused(purchase):
    purchase.sandbox.fail("/v1/checkout/sessions", "drop", times=3)
    with pytest.raises(ProviderUnavailable):
        purchase.start()
    with pytest.raises(KeyTaken):
        actions.start(
            payment_id=purchase.payment.id,
            lines=[SessionLine("All of it", 12000)],
            success_url="http://localhost:8000/orders/thanks",
            cancel_url="http://localhost:8000/cart",
        )
    assert len(sessions_at_stripe()) == 1


def test_an_attempt_that_was_never_opened_ends_with_its_time(purchase):
    purchase.sandbox.fail("/v1/checkout/sessions", "429", times=1)
    with pytest.raises(ProviderUnavailable):
        purchase.start()
    purchase.sandbox.advance(seconds=33 * 60)
    assert tasks.expire_sessions() == 0
    purchase.sandbox.advance(seconds=6 * 60)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert purchase.payment.state == PaymentState.EXPIRED


def test_paid_at_the_last_moment_is_paid_though_the_sweep_comes_first(purchase):
    purchase.start()
    purchase.pay()
    purchase.sandbox.advance(seconds=33 * 60)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID


def test_a_canceled_order_closes_its_session(purchase):
    purchase.start()
    actions.cancel_payment(reference_id=purchase.payment.reference_id)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert (purchase.payment.state, purchase.attempt.state) == (PaymentState.CANCELED, AttemptState.EXPIRED)
    assert sessions_at_stripe()[0].status == "expired"


def test_a_session_ended_while_it_is_being_paid_is_paid(purchase):
    purchase.start()
    actions.end_session(reference_id=purchase.payment.reference_id)
    with pytest.raises(actions.PaymentClosed):
        purchase.start()
    purchase.pay()
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert (purchase.payment.state, purchase.payment.refunded_minor) == (PaymentState.PAID, 0)


def test_a_session_ended_in_time_closes_the_payment(purchase):
    purchase.start()
    actions.end_session(reference_id=purchase.payment.reference_id)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert purchase.payment.state == PaymentState.EXPIRED
    assert Fact.objects.filter(name="payment.expired").count() == 1


def test_paid_after_the_order_was_canceled_is_booked_and_given_back(purchase, books, agree):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    actions.cancel_payment(reference_id=purchase.payment.reference_id)
    assert tasks.expire_sessions() == 1
    purchase.refresh()
    assert (purchase.payment.state, purchase.payment.refunded_minor) == (PaymentState.PAID, 12000)
    assert {t.state for t in map(purchase.transfer, (purchase.lindqvist, purchase.moreau))} == {TransferState.CANCELED}
    # The fee is not returned: all of 120.00 is more than the 117.95 that came.
    purchase.sandbox.control("topup", {"amount": 205})
    tasks.sync_balance()
    assert tasks.send_refunds() == 2
    assert books() == {"5000": 205, "2900": -205}
    agree()


def test_another_amount_than_asked_is_not_paid(purchase, books):
    purchase.start()
    type(purchase.payment).objects.update(amount_minor=11999)
    purchase.pay()
    with pytest.raises(PaymentMismatch):
        confirm_session(purchase.attempt.provider_session_id)
    purchase.sandbox.deliver(purchase.sandbox.caught())
    tasks.process_inbox()
    purchase.refresh()
    assert (purchase.payment.state, books()) == (PaymentState.PENDING, {})
    failed = WebhookEvent.objects.filter(done_at__isnull=True, type="checkout.session.completed").get()
    assert failed.error.startswith("PaymentMismatch: Order S-1001 is charged 119.99 EUR, but Stripe took 120.00 EUR")


def test_a_transfer_whose_answer_is_lost_is_made_once(paid, explained):
    paid.sandbox.fail("/v1/transfers", "drop", times=3)
    assert tasks.send_transfers() == 1
    waiting = paid.transfer(paid.lindqvist)
    assert (waiting.state, waiting.error) == (TransferState.SENT, "Stripe did not answer; asking again")
    paid.sandbox.advance(seconds=11 * 60)
    assert tasks.send_transfers() == 1
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]
    explained()


def test_a_transfer_whose_key_is_forgotten_is_looked_for_before_it_is_sent_again(paid, explained):
    paid.sandbox.fail("/v1/transfers", "drop", times=3)
    assert tasks.send_transfers() == 1
    paid.sandbox.advance(hours=30)
    assert tasks.send_transfers() == 1
    paid.sandbox.drain()
    tasks.sync_balance()
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]
    explained()


def test_a_transfer_that_was_never_made_gets_a_new_key_when_the_old_is_forgotten(paid, explained):
    paid.sandbox.fail("/v1/transfers", "500_saved", times=1)
    assert tasks.send_transfers() == 1
    assert paid.transfer(paid.lindqvist).attempt == 1
    paid.sandbox.advance(hours=30)
    assert tasks.send_transfers() == 1
    paid.sandbox.drain()
    tasks.sync_balance()
    assert paid.transfer(paid.lindqvist).attempt == 2
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]
    explained()


def refund(paid, amount_minor):
    actions.request_refund(share=paid.moreau, amount_minor=amount_minor, key="return:11", reason="Returned")


@pytest.mark.parametrize(
    ("amount_minor", "state", "left_minor"),
    [(1000, TransferState.HELD, 2550), (4000, TransferState.CANCELED, 3400)],
)
def test_a_refund_while_a_transfer_is_on_its_way_is_taken_off_once_it_comes_back(
    paid, explained, amount_minor, state, left_minor
):
    """Stripe refuses it for what the vendor's account lacks; meanwhile the customer was promised money back."""
    claims = {found.transfer.share_id: found for found in iter(transfers.claim, None)}
    account = ConnectedAccount.objects.get(vendor_id=paid.moreau.vendor_id)
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "restricted"})
    refund(paid, amount_minor)
    assert paid.transfer(paid.moreau).amount_minor == 3400
    assert not transfers.send(claims[paid.moreau.id])
    waiting = paid.transfer(paid.moreau)
    assert (waiting.state, waiting.amount_minor) == (state, left_minor)
    assert transfers.send(claims[paid.lindqvist.id])
    tasks.send_refunds()
    tasks.sync_balance()
    explained()


def test_a_refund_of_all_while_a_transfer_waits_under_a_forgotten_key_cancels_it(paid):
    paid.sandbox.fail("/v1/transfers", "500_saved", times=1)
    claims = {found.transfer.share_id: found for found in iter(transfers.claim, None)}
    assert not transfers.send(claims[paid.moreau.id])
    refund(paid, 4000)
    paid.sandbox.advance(hours=30)
    tasks.send_transfers()
    gone = paid.transfer(paid.moreau)
    assert (gone.state, gone.hold_reason.partition(":")[0]) == (TransferState.CANCELED, "Refunded in full")
    assert [made.amount for made in transfers_at_stripe()] == [7200]


def test_a_refund_of_a_part_while_a_transfer_waits_under_a_forgotten_key_lowers_it(paid, explained):
    paid.sandbox.fail("/v1/transfers", "500_saved", times=1)
    claims = {found.transfer.share_id: found for found in iter(transfers.claim, None)}
    assert not transfers.send(claims[paid.moreau.id])
    refund(paid, 1000)
    tasks.send_refunds()
    paid.sandbox.advance(hours=30)
    assert tasks.send_transfers() == 2
    assert sorted(made.amount for made in transfers_at_stripe()) == [2550, 7200]
    tasks.sync_balance()
    explained()


def test_a_refund_follows_a_transfer_that_failed(paid):
    transfer = paid.transfer(paid.moreau)
    type(transfer).objects.filter(id=transfer.id).update(state=TransferState.FAILED, error="Refused")
    refund(paid, 4000)
    assert paid.transfer(paid.moreau).state == TransferState.CANCELED


@pytest.mark.parametrize(("mode", "calls"), [("429", 1), ("lock_timeout", 3)])
def test_a_busy_stripe_is_asked_again_under_the_same_key(paid, mode, calls):
    """The SDK itself repeats a call only when Stripe says so, as it does for a lock."""
    paid.sandbox.fail("/v1/transfers", mode, times=calls)
    assert tasks.send_transfers() == 1
    assert paid.transfer(paid.lindqvist).error == "Stripe was busy"
    paid.sandbox.advance(seconds=11 * 60)
    assert tasks.send_transfers() == 1
    assert paid.transfer(paid.lindqvist).attempt == 1
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]


def test_a_vendor_that_cannot_be_paid_is_waited_for(paid):
    account = ConnectedAccount.objects.get(vendor_id=paid.lindqvist.vendor_id)
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "restricted"})
    paid.sandbox.drain()
    account.refresh_from_db()
    assert (account.transfers_status, account.can_receive) == ("restricted", False)
    assert tasks.send_transfers() == 1
    held = paid.transfer(paid.lindqvist)
    assert (held.state, held.hold_reason) == (
        TransferState.HELD,
        "Waiting until the vendor's payout details are complete",
    )
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "active"})
    paid.sandbox.drain()
    fact = Fact.objects.filter(name="account.changed").latest("id")
    from billing.stripe.events import on_account_changed

    on_account_changed(fact)
    assert tasks.send_transfers() == 1


def test_a_transfer_that_was_made_is_found_though_the_vendor_was_restricted_since(paid, explained):
    paid.sandbox.fail("/v1/transfers", "drop", times=3)
    assert tasks.send_transfers() == 1
    account = ConnectedAccount.objects.get(vendor_id=paid.lindqvist.vendor_id)
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "restricted"})
    onboarding.refresh_account(account.vendor_id)
    paid.sandbox.advance(hours=30)
    assert tasks.send_transfers() == 1
    assert paid.transfer(paid.lindqvist).state == TransferState.DONE
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]
    paid.sandbox.drain()
    explained()


def test_a_suspended_vendors_earnings_stay(paid):
    vendor = Vendor.objects.get(id=paid.moreau.vendor_id)
    suspend_vendor(vendor=vendor, by=uuid7(), reason="Fake goods", hold_payouts=True)
    credit_vendor(vendor=vendor, amount_minor=100, reason="Sorry", by=uuid7())
    assert (tasks.send_transfers(), tasks.send_credits()) == (1, 0)
    why = "Payouts are held while the shop is suspended: Fake goods"
    assert (paid.transfer(paid.moreau).hold_reason, Adjustment.objects.get().error) == (why, why)
    assert [made.amount for made in transfers_at_stripe()] == [7200]


def test_a_suspended_vendor_whose_payouts_go_on_is_paid(paid):
    vendor = Vendor.objects.get(id=paid.moreau.vendor_id)
    suspend_vendor(vendor=vendor, by=uuid7(), reason="Looked at", hold_payouts=False)
    assert tasks.send_transfers() == 2


def test_earnings_and_credits_stay_until_the_steps_of_payouts_are_done(paid):
    vendor = Vendor.objects.get(id=paid.moreau.vendor_id)
    Vendor.objects.filter(id=vendor.id).update(payouts_cleared_at=None)
    credit_vendor(vendor=vendor, amount_minor=100, reason="Sorry", by=uuid7())
    assert (tasks.send_transfers(), tasks.send_credits()) == (1, 0)
    assert paid.transfer(paid.moreau).hold_reason == CHECKLIST_REASON
    assert Adjustment.objects.get().error == CHECKLIST_REASON
    assert [made.amount for made in transfers_at_stripe()] == [7200]
    Vendor.objects.filter(id=vendor.id).update(payouts_cleared_at=clock.now())
    follow_door(vendor.id)
    assert tasks.send_transfers() == 1
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]


def test_a_capability_lost_behind_our_back_is_learned_from_the_refusal(paid):
    account = ConnectedAccount.objects.get(vendor_id=paid.lindqvist.vendor_id)
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "restricted"})
    assert tasks.send_transfers() == 1
    held = paid.transfer(paid.lindqvist)
    assert (held.state, held.attempt) == (TransferState.HELD, 2)
    paid.sandbox.control(f"accounts/{account.account_id}/capability", {"status": "active"})
    paid.sandbox.advance(seconds=11 * 60)
    assert tasks.send_transfers() == 1


def test_a_transfer_that_stripe_refuses_for_good_says_so_and_can_be_sent_again(paid, explained):
    transfer = paid.transfer(paid.lindqvist)
    charge, transfer.source_charge_id = transfer.source_charge_id, "ch_gone"
    transfer.save()
    assert tasks.send_transfers() == 1
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == (
        TransferState.FAILED,
        "Stripe refused to transfer 72.00 EUR: No such charge: 'ch_gone'",
    )
    transfer.source_charge_id = charge
    transfer.save()
    payouts.retry_transfer(transfer_id=transfer.id)
    assert tasks.send_transfers() == 1
    assert sorted(made.amount for made in transfers_at_stripe()) == [3400, 7200]
    explained()


def test_a_disputed_payment_keeps_its_transfers_back(paid, explained):
    paid.sandbox.control(f"charges/{paid.payment.provider_charge_id}/dispute", {"reason": "fraudulent"})
    assert tasks.send_transfers() == 0
    assert paid.transfer(paid.moreau).hold_reason == "The customer's bank disputes the payment"
    paid.sandbox.drain()
    tasks.sync_balance()
    explained()


def test_a_refund_takes_the_part_not_yet_transferred(paid, books, explained):
    first = actions.request_refund(share=paid.lindqvist, amount_minor=3000, key="return:1", reason="Returned")
    assert (first.net_minor, paid.transfer(paid.lindqvist).amount_minor) == (2700, 4500)
    assert tasks.send_refunds() == 1
    assert tasks.send_refunds() == 0
    first.refresh_from_db()
    assert first.state == RefundState.SUCCEEDED
    assert books() == {"1020": 8795, "5000": 205, "2000/lindqvist": -4500, "2000/moreau": -3400, "4000": -1100}
    explained()
    assert tasks.send_transfers() == 2
    assert books() == {"1020": 895, "5000": 205, "4000": -1100}
    explained()
    paid.sandbox.drain()
    tasks.sync_balance()
    assert books() == {"1020": 895, "5000": 205, "4000": -1100}


def test_a_refund_that_waits_for_money_is_owed_until_it_is_paid(purchase, books, explained):
    purchase.start()
    purchase.pay()
    purchase.sandbox.drain()
    refund = actions.request_refund(share=purchase.moreau, amount_minor=4000, key="sold_out:2", reason="Sold out")
    assert tasks.send_refunds() == 1
    refund.refresh_from_db()
    assert (refund.state, books()["2100"]) == (RefundState.PENDING, -4000)
    purchase.sandbox.advance(days=3)
    purchase.sandbox.drain()
    refund.refresh_from_db()
    assert (refund.state, books().get("2100", 0)) == (RefundState.SUCCEEDED, 0)
    tasks.sync_balance()
    explained()


def test_a_refund_that_comes_back_is_owed_to_the_customer(paid, books, explained):
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:3", reason="Sold out")
    tasks.send_refunds()
    refund.refresh_from_db()
    paid.sandbox.control(f"refunds/{refund.provider_refund_id}/fail")
    paid.sandbox.drain()
    tasks.sync_balance()
    refund.refresh_from_db()
    assert (refund.state, books()["2100"], books()["1020"]) == (RefundState.FAILED, -4000, 11795)
    assert paid.transfer(paid.moreau).state == TransferState.CANCELED
    explained()


def test_a_refund_that_stripe_refuses_gives_the_vendor_its_earnings_back(paid):
    paid.sandbox.control(f"charges/{paid.payment.provider_charge_id}/dispute", {"reason": "fraudulent"})
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:4", reason="Sold out")
    assert paid.transfer(paid.moreau).state == TransferState.CANCELED
    assert tasks.send_refunds() == 0
    refund.refresh_from_db()
    paid.refresh()
    assert (refund.state, paid.moreau.refunded_minor) == (RefundState.FAILED, 0)
    assert refund.error.startswith("Stripe refused the refund: ")
    restored = paid.transfer(paid.moreau)
    assert (restored.state, restored.amount_minor) == (TransferState.HELD, 3400)


def test_a_refund_that_our_balance_does_not_cover_waits_for_it(paid, books, explained):
    paid.sandbox.fail("/v1/refunds", "balance_insufficient", times=2)
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:6", reason="Sold out")
    for attempt in (2, 3):
        assert tasks.send_refunds() == 0
        refund.refresh_from_db()
        assert (refund.state, refund.attempt) == (RefundState.DUE, attempt)
        assert refund.error == "Waiting for our balance at Stripe to cover it"
        assert tasks.send_refunds() == 0
        paid.sandbox.advance(minutes=10)
    paid.refresh()
    assert (paid.moreau.refunded_minor, paid.transfer(paid.moreau).state) == (4000, TransferState.CANCELED)
    assert Fact.objects.filter(name="refund.failed").count() == 0
    assert tasks.send_refunds() == 1
    refund.refresh_from_db()
    assert (refund.state, refund.error) == (RefundState.SUCCEEDED, "")
    tasks.sync_balance()
    explained()


def test_a_key_that_stripe_does_not_take_fails_no_refund(paid, settings):
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:7", reason="Sold out")
    settings.STRIPE_SECRET_KEY = "sk_test_revoked"
    assert tasks.send_refunds() == 0
    refund.refresh_from_db()
    assert (refund.state, refund.error) == (RefundState.DUE, "Stripe does not accept our key")


def test_a_refused_refund_can_be_sent_again(paid, explained):
    payments = Payment.objects.filter(id=paid.payment.id)
    payments.update(provider_charge_id="ch_gone")
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:8", reason="Sold out")
    with pytest.raises(actions.NotRefused):
        actions.retry_refund(refund_id=refund.id)
    assert tasks.send_refunds() == 0
    payments.update(provider_charge_id=paid.payment.provider_charge_id)
    again = actions.retry_refund(refund_id=refund.id)
    paid.refresh()
    assert (again.state, again.attempt, again.error, again.done_at) == (RefundState.DUE, 2, "", None)
    assert (paid.payment.refunded_minor, paid.moreau.refunded_minor, paid.moreau.refunded_net_minor) == (
        *(4000, 4000),
        3400,
    )
    assert paid.transfer(paid.moreau).state == TransferState.CANCELED
    assert Fact.objects.filter(name="refund.requested").count() == 2
    assert tasks.send_refunds() == 1
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    tasks.sync_balance()
    explained()


def test_what_was_refunded_otherwise_meanwhile_is_not_refunded_again(paid):
    paid.sandbox.control(f"charges/{paid.payment.provider_charge_id}/dispute", {"reason": "fraudulent"})
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:9", reason="Sold out")
    assert tasks.send_refunds() == 0
    actions.request_refund(share=paid.moreau, amount_minor=100, key="return:9", reason="Returned")
    with pytest.raises(actions.RefundTooLarge, match=r"Only 39\.00 EUR"):
        actions.retry_refund(refund_id=refund.id)
    refund.refresh_from_db()
    assert refund.was_refused


def test_a_refund_that_came_back_is_not_sent_again(paid):
    refund = actions.request_refund(share=paid.moreau, amount_minor=4000, key="sold_out:10", reason="Sold out")
    tasks.send_refunds()
    refund.refresh_from_db()
    paid.sandbox.control(f"refunds/{refund.provider_refund_id}/fail")
    paid.sandbox.drain()
    with pytest.raises(actions.NotRefused):
        actions.retry_refund(refund_id=refund.id)


def test_a_refund_whose_answer_is_lost_is_made_once(paid, explained):
    refund = actions.request_refund(share=paid.moreau, amount_minor=1000, key="return:5", reason="Returned")
    paid.sandbox.fail("/v1/refunds", "drop", times=3)
    assert tasks.send_refunds() == 0
    paid.sandbox.advance(hours=30)
    assert tasks.send_refunds() == 1
    tasks.sync_balance()
    assert [made.amount for made in stripe_client().v1.refunds.list({"limit": 100}).data] == [1000]
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    explained()


def test_lost_webhooks_are_found_by_reading_stripes_list(purchase, books):
    purchase.start()
    purchase.pay()
    purchase.sandbox.caught()
    assert tasks.heal_events() > 0
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID
    assert books()["1010"] == 11795
    assert tasks.heal_events() == 0
