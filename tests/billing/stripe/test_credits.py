"""Credits by hand: entered at once, transferred when our balance covers them, once; large ones by two people."""

import pytest

from approvals.actions import NoReason, decide
from approvals.models import Approval
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance
from billing.payouts.adjustments import BadAdjustment, credit_vendor
from billing.payouts.models import Adjustment
from billing.payouts.queries import vendor_money
from billing.stripe import tasks
from billing.stripe.client import stripe_client
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
