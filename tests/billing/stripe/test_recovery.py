"""Taking back from vendors what customers were given back: from the transfer, by a reversal, or as debt."""

import threading

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from billing.ledger.models import Posting
from billing.payments import actions
from billing.payments.models import PaymentShare
from billing.payouts import actions as payouts
from billing.payouts import debts, wishes
from billing.payouts.models import (
    Cause,
    DebtCheckout,
    DebtPayment,
    Reversal,
    ReversalState,
    Transfer,
    TransferState,
    VendorDebt,
)
from billing.payouts.recovery import recover
from billing.stripe import inbox, tasks
from billing.stripe.client import stripe_client
from billing.stripe.debts import pay_debt
from billing.stripe.models import ConnectedAccount, WebhookEvent
from billing.stripe.sync import sync_balance
from kit.ids import uuid7
from outbox.tasks import deliver
from tests.billing.stripe.conftest import send
from tests.support.sandbox import CARD, CARD_AVAILABLE_AT_ONCE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(released_at_once):
    """Everything is released when it is delivered."""


def refund(share, amount, key="returned:1"):
    made = actions.request_refund(share=share, amount_minor=amount, key=key, reason="Returned")
    tasks.send_refunds()
    return made


def owed(vendor_id):
    rows = Posting.objects.filter(account__code="1300", vendor_id=vendor_id)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def test_a_refund_before_the_transfer_takes_from_what_is_held(purchase, books, explained):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    refund(purchase.lindqvist, 3000)
    assert purchase.transfer(purchase.lindqvist).amount_minor == 4500
    assert not Reversal.objects.exists()
    explained()


def test_a_refund_after_the_transfer_reverses_the_vendors_part_of_it(transferred, books, explained):
    made = refund(transferred.lindqvist, 3000)
    assert books()["2000/lindqvist"] == 2700
    reversal = Reversal.objects.get()
    assert (reversal.amount_minor, reversal.state, reversal.recovery) == (2700, "due", f"refund:{made.id}")
    assert tasks.send_reversals() == 1
    transferred.sandbox.drain()
    assert books() == {
        "1020": 49225 + 11795 - 7200 - 3400 - 3000 + 2700,
        "5000": 775 + 205,
        "4000": -5000 - 1100,
        "2000/moreau": -45000,
    }
    transferred.refresh()
    assert (transferred.lindqvist.transferred_minor, transferred.lindqvist.reversed_minor) == (7200, 2700)
    assert transferred.transfer(transferred.lindqvist).reversed_minor == 2700
    explained()


def test_the_vendors_side_of_a_reversal_is_nothing_to_ask_for_and_comes_from_no_bank(transferred, explained):
    refund(transferred.lindqvist, 3000)
    tasks.send_reversals()
    provider_id = transferred.transfer(transferred.lindqvist).provider_transfer_id
    mirrored = stripe_client().v1.transfers.reversals.list(provider_id).data[0].destination_payment_refund
    assert transferred.sandbox.try_control(f"refunds/{mirrored}/fail") == 400
    assert transferred.sandbox.try_control(f"refunds/{mirrored}/require_action") == 400

    # The lists name it, and so does an endpoint that somebody registered for everything.
    account = ConnectedAccount.objects.get(vendor_id=transferred.lindqvist.vendor_id).account_id
    said = {"id": "evt_1", "object": "event", "type": "refund.updated", "account": account}
    inbox.store("connect", {**said, "data": {"object": {"id": mirrored, "object": "refund"}}})
    tasks.heal_events()
    assert not WebhookEvent.objects.exclude(done_at__isnull=False, error="").exists()
    of_account = WebhookEvent.objects.filter(account_id=account).exclude(type__startswith="account.")
    assert set(of_account.values_list("type", flat=True)) == {"refund.updated"}
    explained()


def test_events_of_one_change_are_fetched_for_once_but_a_reversal_for_itself(transferred):
    provider_id = transferred.transfer(transferred.lindqvist).provider_transfer_id
    told = ["transfer.updated", "transfer.reversed", "transfer.updated", "transfer.reversed"]
    for number, kind in enumerate(told):
        said = {"id": f"evt_{number}", "object": "event", "type": kind}
        inbox.store("platform", {**said, "data": {"object": {"id": provider_id, "object": "transfer"}}})
    assert tasks.process_inbox() == 4
    events = WebhookEvent.objects.filter(event_id__in=["evt_0", "evt_1", "evt_2", "evt_3"], done_at__isnull=False)
    assert list(events.order_by("event_id").values_list("attempts", flat=True)) == [1, 1, 0, 0]


def test_a_refused_refund_takes_nothing_from_the_vendor(transferred, explained):
    transferred.sandbox.control(f"charges/{transferred.payment.provider_charge_id}/dispute", {"reason": "inquiry"})
    stripe_client().v1.refunds.create({"charge": transferred.payment.provider_charge_id, "amount": 12000})
    made = refund(transferred.lindqvist, 3000)
    made.refresh_from_db()
    assert made.was_refused
    assert not Reversal.objects.exists()


def test_what_stripe_refuses_is_owed_and_kept_from_later_earnings_oldest_first(
    transferred, sell_again, books, explained
):
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    sandbox.control("config", {"reversal_when_short": "refuse"})
    # Two refunds, and the vendor's balance went to its bank.
    sandbox.advance(days=3)
    refund(transferred.lindqvist, 1000, "returned:1")
    refund(transferred.lindqvist, 3000, "returned:2")
    assert tasks.send_reversals() == 0
    first, second = VendorDebt.objects.order_by("id")
    assert [debt.left_minor for debt in (first, second)] == [900, 2700]
    assert (first.cause, first.reference_number) == (Cause.REFUND, "S-1001")
    assert (owed(vendor), books().get("2000/lindqvist")) == (3600, None)
    sandbox.drain()
    explained()

    share = sell_again()
    assert send(transferred, share) == 1
    later = Transfer.objects.get(share_id=share.id)
    assert (later.amount_minor, later.netted_minor, later.state) == (3600, 3600, "done")
    assert owed(vendor) == 0
    assert [p.amount_minor for p in DebtPayment.objects.order_by("id")] == [900, 2700]
    assert VendorDebt.objects.filter(settled_at=None).count() == 0
    assert stripe_client().v1.transfers.retrieve(later.provider_transfer_id).amount == 3600
    sandbox.drain()
    explained()

    # All of that sale goes back as well: of its earnings only half was ever sent.
    refund(share, 8000, "returned:3")
    tasks.send_reversals()
    sandbox.drain()
    assert (owed(vendor), books().get("2000/lindqvist")) == (3600, None)
    share.refresh_from_db()
    assert (share.left_minor, share.reversed_minor, share.netted_minor, share.indebted_minor) == (0, 3600, 3600, 3600)
    explained()


def test_earnings_that_only_just_pay_a_debt_are_done_without_a_transfer(transferred, sell_again, books, explained):
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    sandbox.control("config", {"reversal_when_short": "refuse"})
    sandbox.advance(days=3)
    refund(transferred.lindqvist, 8000)
    tasks.send_reversals()
    share = sell_again()
    assert send(transferred, share) == 1
    later = Transfer.objects.get(share_id=share.id)
    assert (later.amount_minor, later.netted_minor, later.state, later.provider_transfer_id) == (0, 7200, "done", "")
    assert owed(vendor) == 0
    sandbox.drain()
    explained()


def test_an_accepted_reversal_may_drive_the_vendor_below_zero(transferred, explained):
    transferred.sandbox.advance(days=3)
    refund(transferred.lindqvist, 8000)
    assert tasks.send_reversals() == 1
    assert not VendorDebt.objects.exists()
    transferred.sandbox.drain()
    tasks.sync_payouts()
    explained()


@pytest.mark.parametrize("heard", ["sent again", "webhook", "balance list"])
def test_a_reversal_whose_answer_was_lost_is_found_and_not_made_twice(transferred, heard, books, explained):
    sandbox = transferred.sandbox
    refund(transferred.lindqvist, 3000)
    sandbox.caught()
    sandbox.fail("/v1/transfers/*", "drop", times=3)
    assert tasks.send_reversals() == 0
    assert Reversal.objects.get().state == ReversalState.SENT
    if heard == "webhook":
        sandbox.drain()
    elif heard == "balance list":
        sync_balance()
    else:
        # A day later the key is forgotten, and only the reversal's own metadata tells.
        sandbox.advance(hours=25)
        assert tasks.send_reversals() == 1
    assert Reversal.objects.get().state == ReversalState.DONE
    assert tasks.send_reversals() == 0
    tr = transferred.transfer(transferred.lindqvist).provider_transfer_id
    assert [made.amount for made in stripe_client().v1.transfers.reversals.list(tr).data] == [2700]
    assert "2000/lindqvist" not in books()
    sandbox.drain()
    sync_balance()
    explained()


def test_a_reversal_made_by_hand_at_stripe_is_taken_over_and_waits_for_a_person(transferred, books, explained):
    tr = transferred.transfer(transferred.moreau).provider_transfer_id
    stripe_client().v1.transfers.reversals.create(tr, {"amount": 400})
    transferred.sandbox.drain()
    row = Reversal.objects.get()
    assert (row.cause, row.state, row.amount_minor) == (Cause.PROVIDER, ReversalState.DONE, 400)
    again = Transfer.objects.get(part="again1")
    assert (again.state, again.amount_minor) == (TransferState.FAILED, 400)
    assert books()["2000/moreau"] == -45400
    explained()
    payouts.retry_transfer(transfer_id=again.id)
    assert tasks.send_transfers() == 1
    transferred.refresh()
    assert (transferred.moreau.transferred_minor, transferred.moreau.reversed_minor) == (3400, 0)
    transferred.sandbox.drain()
    explained()


def test_a_vendor_pays_its_debt_on_stripes_page_while_its_earnings_wait(transferred, sell_again, books, explained):
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    sandbox.control("config", {"reversal_when_short": "refuse"})
    sandbox.advance(days=3)
    refund(transferred.lindqvist, 3000)
    tasks.send_reversals()
    ask = {
        "vendor_id": vendor,
        "currency": "EUR",
        "by": None,
        "email": "astrid@lindqvist.example",
        "success_url": "http://localhost:8000/back",
        "cancel_url": "http://localhost:8000/back",
    }
    url = pay_debt(**ask)
    assert pay_debt(**ask) == url
    checkout = DebtCheckout.objects.get()
    share = sell_again()
    assert send(transferred, share) == 0
    assert (
        Transfer.objects.get(share_id=share.id).error
        == "The vendor is paying what it owes; its earnings wait for that."
    )
    debt = VendorDebt.objects.get()
    with pytest.raises(debts.PaymentUnderWay):
        debts.write_off(debt_id=debt.id, amount_minor=100, reason="Small", by=uuid7())
    sandbox.pay(checkout.provider_session_id, CARD)
    sandbox.drain()
    checkout.refresh_from_db()
    assert (checkout.state, checkout.amount_minor) == ("paid", 2700)
    assert (owed(vendor), DebtPayment.objects.get().kind) == (0, "paid")
    sandbox.advance(hours=1)
    assert tasks.send_transfers() == 1
    assert Transfer.objects.get(share_id=share.id).amount_minor == 7200
    sandbox.drain()
    explained()


def test_a_checkout_that_nobody_paid_lets_the_earnings_go(transferred, sell_again):
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    sandbox.control("config", {"reversal_when_short": "refuse"})
    sandbox.advance(days=3)
    refund(transferred.lindqvist, 3000)
    tasks.send_reversals()
    pay_debt(
        vendor_id=vendor,
        currency="EUR",
        by=None,
        email="a@b.example",
        success_url="http://localhost:8000/b",
        cancel_url="http://localhost:8000/b",
    )
    sandbox.advance(hours=2)
    assert tasks.settle_debt_checkouts() == 1
    share = sell_again()
    assert send(transferred, share) == 1
    assert owed(vendor) == 0


def test_a_write_off_needs_a_reason_and_is_a_loss(transferred, books, explained):
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    sandbox.control("config", {"reversal_when_short": "refuse"})
    sandbox.advance(days=3)
    refund(transferred.lindqvist, 3000)
    tasks.send_reversals()
    debt = VendorDebt.objects.get()
    with pytest.raises(debts.ReasonNeeded):
        debts.write_off(debt_id=debt.id, amount_minor=700, reason=" ", by=uuid7())
    with pytest.raises(debts.TooMuch):
        debts.write_off(debt_id=debt.id, amount_minor=2701, reason="Gone", by=uuid7())
    debts.write_off(debt_id=debt.id, amount_minor=700, reason="The vendor is insolvent", by=uuid7())
    assert (owed(vendor), books()["5030"]) == (2000, 700)
    sandbox.drain()
    explained()


@pytest.mark.django_db(transaction=True)
def test_above_its_limit_a_vendors_payouts_are_held_and_go_on_after(transferred, sell_again, settings, explained):
    settings.VENDOR_DEBT_LIMIT_MINOR = 2000
    sandbox, vendor = transferred.sandbox, transferred.lindqvist.vendor_id
    account = ConnectedAccount.objects.get(vendor_id=vendor).account_id

    def interval():
        deliver()
        tasks.apply_payout_wishes()
        there = stripe_client().v1.balance_settings.retrieve(options={"stripe_account": account})
        return there.payments.payouts.schedule.interval

    wishes.want_schedule(vendor_id=vendor, interval="weekly", weekday="friday")
    assert interval() == "weekly"
    sandbox.control("config", {"reversal_when_short": "refuse"})
    sandbox.advance(days=7)
    sandbox.drain()
    refund(transferred.lindqvist, 3000)
    tasks.send_reversals()
    assert interval() == "manual"
    held = wishes.schedule_of(vendor)
    assert held.held_reason == "27.00 EUR are owed to the marketplace, and 20.00 EUR may be at most"
    with pytest.raises(wishes.PayoutsHeld, match=r"27\.00 EUR are owed"):
        wishes.want_payout(vendor_id=vendor, wish_id=uuid7(), amount_minor=None)
    late = wishes.ask_payout(wish_id=uuid7(), vendor_id=vendor, amount_minor=None)
    # What it wants meanwhile is kept, and holds later.
    wishes.want_schedule(vendor_id=vendor, interval="daily")
    assert interval() == "manual"
    late.refresh_from_db()
    assert (late.state, late.error) == ("refused", f"Payouts are held: {held.held_reason}.")
    debts.set_limit(vendor_id=vendor, limit_minor=2700, currency="EUR", reason="A good vendor", by=uuid7())
    assert interval() == "daily"
    debts.set_limit(vendor_id=vendor, limit_minor=0, currency="EUR", reason="No longer", by=uuid7())
    assert interval() == "manual"
    send(transferred, sell_again())
    assert interval() == "daily"
    assert (owed(vendor), wishes.schedule_of(vendor).held_reason) == (0, "")
    sandbox.drain()
    explained()


@pytest.mark.django_db(transaction=True)
def test_four_recoveries_at_once_take_back_what_is_missing_once(transferred, explained):
    share = transferred.lindqvist
    for number in range(4):
        actions.request_refund(share=share, amount_minor=2000, key=f"returned:{number}", reason="Returned")
    while tasks.send_refunds():
        pass
    gate, errors = threading.Barrier(4), []

    def run(number):
        try:
            gate.wait()
            with transaction.atomic():
                actions.lock_payment(share.payment_id)
                recover(
                    share=PaymentShare.objects.get(id=share.id),
                    amount_minor=7200,
                    cause=Cause.REFUND,
                    key=f"twice:{number}",
                )
            tasks.send_reversals()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    share.refresh_from_db()
    assert (share.transferred_minor, share.reversed_minor, share.left_minor) == (7200, 7200, 0)
    assert Reversal.objects.filter(state="done").aggregate(Sum("amount_minor"))["amount_minor__sum"] == 7200
    transferred.sandbox.drain()
    explained()
