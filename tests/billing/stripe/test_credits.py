"""Credits by hand: entered at once, transferred when our balance covers them, once; large ones by two people."""

from datetime import timedelta
from functools import partial

import pytest

from approvals.actions import NoReason, decide
from approvals.models import Approval
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance
from billing.payouts.adjustments import BadAdjustment, SentBefore, credit_vendor, debit_vendor
from billing.payouts.debts import WAITS_FOR_PAYMENT, checkout_closed, open_checkout
from billing.payouts.models import Adjustment, DebtPayment, VendorDebt
from billing.payouts.owed import owed_by
from billing.payouts.queries import vendor_money
from billing.payouts.terms import CHECKLIST_REASON
from billing.payouts.ways import credit_ways
from billing.stripe import tasks
from billing.stripe.client import stripe_client
from kit import clock
from kit.ids import uuid7
from tenants.vendors.models import Vendor
from tests.billing.stripe.test_races import at_once
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE

pytestmark = pytest.mark.django_db(transaction=True)


def owed(vendor_id):
    return -balance(AccountCode.VENDOR_PAYABLE, currency="EUR", vendor_id=vendor_id)


def test_a_credit_waits_for_our_balance_and_is_then_made_once(purchase, explained):
    vendor = Vendor.objects.get(id=purchase.moreau.vendor_id)
    credit_vendor(vendor=vendor, amount_minor=2500, reason="Sorry for the late parcel", by=uuid7())
    assert (owed(vendor.id), balance(AccountCode.ADJUSTMENTS, currency="EUR")) == (2500, 2500)
    assert tasks.send_credits() == 0
    waiting = Adjustment.objects.get()
    assert (waiting.state, waiting.error) == ("due", "Waiting for our balance at Stripe to cover it")

    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    purchase.sandbox.advance(seconds=11 * 60)
    purchase.sandbox.fail("/v1/transfers", "drop", times=3)
    assert tasks.send_credits() == 0
    purchase.sandbox.advance(seconds=61)
    results = at_once(*[tasks.send_credits] * 3)
    assert sum(results) == 1, results
    made = Adjustment.objects.get()
    assert (made.state, made.error) == ("done", "")
    assert [(each.amount, each.id) for each in stripe_client().v1.transfers.list().data] == [
        (2500, made.provider_transfer_id)
    ]
    assert owed(vendor.id) == 4000 - 600
    assert vendor_money(vendor.id, "EUR").on_its_way.amount_minor == 2500
    explained()


def test_a_large_credit_is_made_by_two_people(purchase, settings):
    settings.FOUR_EYES_MINOR = 10_000
    settings.EVENT_TABLE = "config.events"
    vendor, accountant = Vendor.objects.get(id=purchase.moreau.vendor_id), uuid7()
    waits = credit_vendor(vendor=vendor, amount_minor=10_000, reason="A campaign", by=accountant)
    assert isinstance(waits, Approval)
    assert (owed(vendor.id), Adjustment.objects.count()) == (0, 0)
    decided = decide(approval_id=waits.id, grant=True, by=uuid7())
    assert decided.done_as == f"adjustment:{Adjustment.objects.get().id}"
    assert owed(vendor.id) == 10_000
    with pytest.raises(BadAdjustment):
        credit_vendor(vendor=vendor, amount_minor=0, reason="Nothing", by=accountant)
    with pytest.raises(NoReason):
        credit_vendor(vendor=vendor, amount_minor=1, reason=" ", by=accountant)


def test_a_form_that_is_sent_three_times_at_once_is_one_credit_one_debit_and_one_request(purchase, settings):
    settings.FOUR_EYES_MINOR = 10_000
    vendor, accountant = Vendor.objects.get(id=purchase.moreau.vendor_id), uuid7()
    for make, amount in ((credit_vendor, 700), (debit_vendor, 300), (credit_vendor, 10_000)):
        given = {"vendor": vendor, "amount_minor": amount, "reason": "Labels", "by": accountant, "once": uuid7()}
        results = at_once(*[partial(make, **given)] * 3)
        [made] = [each for each in results if not isinstance(each, SentBefore)]
        assert [each.made for each in results if isinstance(each, SentBefore)] == [made, made]
    assert Adjustment.objects.get().amount_minor == 700
    assert VendorDebt.objects.get().amount_minor == 300
    assert Approval.objects.get().amount_minor == 10_000


def test_a_credit_pays_debts_first_oldest_first_and_only_the_rest_is_sent(purchase, explained, books):
    vendor = Vendor.objects.get(id=purchase.moreau.vendor_id)
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    for amount, reason in ((700, "Labels"), (900, "A lost scanner")):
        debit_vendor(vendor=vendor, amount_minor=amount, reason=reason, by=uuid7())
    # What a debit takes is owed at once, and nothing of what was owed to the vendor before.
    found = {code: books()[code] for code in ("1300/moreau", "2000/moreau", "5050")}
    assert found == {"1300/moreau": 1600, "2000/moreau": -3400, "5050": -1600}
    explained()

    credit_vendor(vendor=vendor, amount_minor=800, reason="Sorry", by=uuid7())
    paying = open_checkout(vendor_id=vendor.id, currency="EUR", by=None)
    assert tasks.send_credits() == 0
    assert Adjustment.objects.get().error == "The vendor is paying what it owes; its earnings wait for that."
    checkout_closed(checkout_id=paying.id)
    purchase.sandbox.advance(seconds=11 * 60)
    assert tasks.send_credits() == 1
    kept = Adjustment.objects.get()
    assert (kept.state, kept.netted_minor, kept.provider_transfer_id) == ("done", 800, "")
    assert stripe_client().v1.transfers.list().data == []
    assert list(VendorDebt.objects.order_by("id").values_list("reason", "settled_minor")) == [
        ("Labels", 700),
        ("A lost scanner", 100),
    ]
    [way] = credit_ways(vendor.id)
    assert ([stage.name for stage in way.stages], way.waits_for) == (
        ["Credited by the marketplace", "Paid your debt"],
        "",
    )

    credit_vendor(vendor=vendor, amount_minor=2000, reason="A campaign", by=uuid7())
    # The answer is lost after the transfer was made: asked again, it is the same transfer, and nothing is kept twice.
    purchase.sandbox.fail("/v1/transfers", "drop", times=3)
    assert tasks.send_credits() == 0
    debit_vendor(vendor=vendor, amount_minor=50, reason="Tape", by=uuid7())
    purchase.sandbox.advance(seconds=61)
    assert tasks.send_credits() == 1
    assert [each.amount for each in stripe_client().v1.transfers.list().data] == [1200]
    assert sum(DebtPayment.objects.filter(adjustment__isnull=False).values_list("amount_minor", flat=True)) == 1600
    assert (owed_by(vendor.id, "EUR"), vendor_money(vendor.id, "EUR").on_its_way.amount_minor) == (50, 1200)
    assert [way.credit.sent_minor for way in credit_ways(vendor.id, where="moving")] == [1200]
    explained()


@pytest.mark.django_db
def test_a_credit_says_what_it_waits_for_now_and_goes_once_it_waits_for_nothing(transferred):
    vendor = Vendor.objects.filter(id=transferred.moreau.vendor_id)
    was_cleared = vendor.get().payouts_cleared_at

    def why():
        tasks.send_credits()
        return Adjustment.objects.get().error

    vendor.update(payouts_cleared_at=None)
    credit_vendor(vendor=vendor.get(), amount_minor=700, reason="Sorry", by=uuid7())
    assert why() == CHECKLIST_REASON
    vendor.update(payouts_held_at=clock.now(), suspension_reason="Counterfeits")
    assert why() == "Payouts are held while the shop is suspended: Counterfeits"
    vendor.update(payouts_cleared_at=was_cleared)
    debit_vendor(vendor=vendor.get(), amount_minor=300, reason="Tape", by=uuid7())
    checkout = open_checkout(vendor_id=vendor.get().id, currency="EUR", by=None)
    vendor.update(payouts_held_at=None)
    assert why() == WAITS_FOR_PAYMENT
    checkout_closed(checkout_id=checkout.id)
    assert (why(), Adjustment.objects.get().state, Adjustment.objects.get().sent_minor) == ("", "done", 400)


def test_credits_of_a_day_are_one_amount_to_those_who_decide(make_vendor, settings):
    settings.FOUR_EYES_MINOR = 10_000
    vendor, other, by = make_vendor("divided"), make_vendor("whole"), uuid7()
    made = [credit_vendor(vendor=vendor, amount_minor=4999, reason=why, by=by) for why in ("One", "Two", "Three")]
    assert [type(each).__name__ for each in made] == ["Adjustment", "Adjustment", "Approval"]
    assert made[2].amount_minor == 4999
    assert type(credit_vendor(vendor=other, amount_minor=4999, reason="One", by=by)).__name__ == "Adjustment"
    Adjustment.objects.update(made_at=clock.now() - timedelta(days=1))
    assert type(credit_vendor(vendor=vendor, amount_minor=4999, reason="Four", by=by)).__name__ == "Adjustment"
