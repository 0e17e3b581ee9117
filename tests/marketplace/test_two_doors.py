"""Selling and payouts open each by itself: seen in the storefront, at the checkout, and where money is sent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.bank_transfer import settlement
from billing.bank_transfer.models import VendorBankAccount
from billing.payments.models import Payment
from billing.payouts.holds import delivered, release_hold
from billing.payouts.models import Hold, Transfer, TransferState
from billing.payouts.onboarding import release_opened
from billing.payouts.terms import CHECKLIST_REASON
from billing.payouts.ways import ways_of
from billing.stripe.models import ConnectedAccount
from billing.stripe.transfers import claim
from kit import clock
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.models import Offer, VendorCard
from marketplace.checkout.actions import place_order
from outbox.tasks import deliver
from tenants.isolation.doors import in_shop
from tenants.onboarding.actions import decide, send_again, settle
from tenants.onboarding.models import Step
from tenants.onboarding.queries import checklist
from tenants.shop.catalog.actions import create_product
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft
from tenants.shop.inventory.actions import SoldOut
from tenants.vendors.models import Vendor
from tests.marketplace.web.portal.conftest import paid
from tests.support.shipping import say_how

__all__ = ["paid"]
STAFF = uuid4()
PROFILE = {"tagline": "Stoneware", "story": "From Gotland."}


@pytest.fixture
def newcomer_steps(db):
    """Selling needs a profile, and payouts an address."""
    Step.objects.update(is_on=False)
    Step.objects.filter(code="profile").update(is_on=True, for_selling=True, for_payout=False)
    Step.objects.filter(code="address").update(is_on=True, for_selling=False, for_payout=True)


@pytest.fixture
def newcomer(newcomer_steps, make_vendor):
    """Onboarding, with a shop."""
    return make_vendor("lindqvist", state="onboarding", selling_cleared_at=None, payouts_cleared_at=None)


def fill(vendor, **fields):
    Vendor.objects.filter(id=vendor.id).update(**fields)
    settle(vendor_id=vendor.id)
    deliver()
    vendor.refresh_from_db()


def say(vendor, code, decision, reason=""):
    vendor.refresh_from_db()
    seen = checklist(vendor).item(code).seen
    decide(vendor=vendor, code=code, decision=decision, reason=reason, by=STAFF, seen=seen)
    deliver()
    vendor.refresh_from_db()


def bowl(vendor):
    with in_shop(vendor):
        say_how()
        made = create_product(
            draft=ProductDraft(title="Bowl", variants=[VariantDraft(sku="BOWL", price_minor=2400, stock=5)]),
            publish=True,
        )
        variant = made.variants.get()
    deliver()
    return variant


def test_offers_show_and_can_be_ordered_once_the_steps_for_selling_are_done(newcomer, address, everything_ten_percent):
    variant = bowl(newcomer)
    assert not Offer.objects.filter(vendor_id=newcomer.id, is_visible=True).exists()
    assert newcomer.state == "onboarding"
    fill(newcomer, **PROFILE)
    assert (newcomer.state, newcomer.payouts_cleared_at) == ("active", None)
    assert VendorCard.objects.get(vendor_id=newcomer.id).is_selling
    offer = Offer.objects.get(vendor_id=newcomer.id, is_visible=True)
    assert offer.id == variant.id

    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=offer.id, quantity=1)
    # Sent back, it is gone from the storefront; and for a cart filled before that, the checkout looks for itself.
    vendor = Vendor.objects.get(id=newcomer.id)
    seen = checklist(vendor).item("profile").seen
    decide(vendor=vendor, code="profile", decision="reject", reason="Not yours.", by=STAFF, seen=seen)
    with pytest.raises(SoldOut, match="Bowl"):
        place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    deliver()
    assert not Offer.objects.filter(vendor_id=newcomer.id, is_visible=True).exists()
    assert not VendorCard.objects.get(vendor_id=newcomer.id).is_selling

    send_again(vendor=vendor, code="profile", by=uuid4())
    say(newcomer, "profile", "accept")
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    assert order.vendor_orders.get().vendor_slug == "lindqvist"


@pytest.fixture
def sold(newcomer_steps, paid):
    """(Lindqvist, Moreau, an order of both): the first sells already and may not be paid yet."""
    _, lamp, soap = paid()
    lindqvist, moreau = lamp.vendor, soap.vendor
    Vendor.objects.filter(id=lindqvist.id).update(payouts_cleared_at=None, **PROFILE)
    lindqvist.refresh_from_db()
    Transfer.objects.update(state=TransferState.CANCELED)
    for vendor in (lindqvist, moreau):
        ConnectedAccount.objects.create(
            vendor_id=vendor.id, account_id=f"acct_{vendor.slug}", country="DE", transfers_status="active"
        )
    order, _, _ = paid()
    return lindqvist, moreau, order


def delivered_long_ago(order, vendor):
    """The vendor's transfer of that order, whose hold after delivery has ended."""
    part = order.vendor_orders.get(vendor_id=vendor.id)
    delivered(reference_id=part.id, delivered_at=clock.now() - timedelta(days=60))
    return Transfer.objects.get(reference_id=part.id)


def claimed():
    return [found.transfer.id for found in iter(claim, None)]


def test_earnings_wait_for_the_steps_of_payouts_and_say_so(sold):
    lindqvist, moreau, order = sold
    transfer, other = (delivered_long_ago(order, vendor) for vendor in (lindqvist, moreau))
    assert (transfer.state, transfer.hold_rule) == ("held", "checklist")
    assert list(Hold.objects.filter(transfer=transfer).order_by("rule").values_list("rule", flat=True)) == [
        *("checklist", "delivered_plus_days"),
    ]
    way = ways_of([transfer])[0]
    assert (way.waits_for, way.turn) == ("the steps of your checklist that payouts need", "You")
    assert CHECKLIST_REASON in way.stages[1].note
    assert claimed() == [other.id]

    fill(lindqvist, street="Hamngatan 1", postal_code="621 56", city="Visby")
    assert lindqvist.payouts_cleared_at is not None
    assert not Hold.objects.filter(rule="checklist", released_at=None).exists()
    assert claimed() == [transfer.id]


def test_what_is_due_stays_when_a_step_is_sent_back_whoever_missed_the_news(sold):
    lindqvist, _, order = sold
    fill(lindqvist, street="Hamngatan 1", postal_code="621 56", city="Visby")
    transfer = delivered_long_ago(order, lindqvist)
    seen = checklist(lindqvist).item("address").seen
    decide(vendor=lindqvist, code="address", decision="reject", reason="Nobody lives there.", by=STAFF, seen=seen)
    # Before anybody has heard of it, the sender sees for itself.
    assert claimed() == []
    transfer.refresh_from_db()
    assert (transfer.state, transfer.hold_reason) == ("held", CHECKLIST_REASON)
    assert ways_of([transfer])[0].turn == "You"
    deliver()
    assert Hold.objects.filter(transfer=transfer, rule="checklist", released_at=None).count() == 1
    # The other way about: a sale is held at the moment in which the door opens, and the sweep lets it go.
    Vendor.objects.filter(id=lindqvist.id).update(payouts_cleared_at=clock.now())
    assert (release_opened(), release_opened()) == (1, 0)
    assert claimed() == [transfer.id]


def test_no_bank_transfer_goes_through_a_closed_door(sold):
    lindqvist, moreau, order = sold
    for vendor in (lindqvist, moreau):
        delivered_long_ago(order, vendor)
        VendorBankAccount.objects.create(vendor_id=vendor.id, holder="X", iban="DE02120300000000202051", set_by=STAFF)
    Payment.objects.update(provider="bank_transfer")
    # Not even when finance let go of the hold by hand.
    for hold in Hold.objects.filter(rule="checklist"):
        release_hold(hold=hold, reason="By mistake")
    assert [row.vendor_id for row in settlement._due()] == [moreau.id]
