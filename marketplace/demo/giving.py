"""Coupons of a vendor and of the marketplace, and a gift card that is bought and partly used.

Through the actions that pages use; done again, each finds what it did.
"""

from uuid import UUID

from django.conf import settings

from billing.payments.models import Payment, PaymentAttempt, PaymentState
from billing.prepaid.actions import begin_purchase
from billing.prepaid.models import GiftCard
from billing.stripe.confirm import confirm_session
from kit.links import absolute_url
from kit.money import Money
from marketplace.carts.actions import add_to_cart, ensure_cart, put_coupon, put_gift_card
from marketplace.catalog.models import Offer
from marketplace.checkout.actions import place_order, start_payment
from marketplace.checkout.buying_cards import start_purchase
from marketplace.demo import acts
from marketplace.demo.parts import CastCustomer
from marketplace.demo.sandbox import Sandbox
from marketplace.orders.models import Order
from marketplace.promotions.actions import Given, Maker, agree, create_promotion
from marketplace.promotions.models import Promotion
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.vendors.models import Vendor

TOKEN = "seed-gift"  # noqa: S105  (of a cart)
WORTH_MINOR = 10_000


def promote(vendor: Vendor, owner: UUID, administrator: UUID) -> None:
    """A coupon of the vendor's own; and one of the marketplace on its goods, of which each bears a half."""
    with acting_as("platform"):
        have = set(Promotion.objects.filter(vendor_id=vendor.id).values_list("code", flat=True))
    if "HELLO10" not in have:
        with bind_vendor(vendor):
            given = Given("Ten percent to begin with", "percentage", rate_bps=1000, code="HELLO10")
            create_promotion(given=given, by=Maker(owner, vendor.id))
    if "TOGETHER" not in have:
        with acting_as("platform"):
            given = Given("Five euros together", "fixed", amount_minor=500, code="TOGETHER", budget_minor=50_000)
            shared = create_promotion(
                given=given, by=Maker(administrator), for_vendor=vendor.id, platform_share_bps=5_000
            )
        with bind_vendor(vendor):
            agree(promotion_id=shared.id, by=Maker(owner, vendor.id))


def buy_a_card(giver: CastCustomer, receiver: CastCustomer, sandbox: Sandbox) -> GiftCard:
    """One of the customers gives another a gift card, and pays it."""
    with acting_as("store"):
        card = GiftCard.objects.filter(buyer_email=giver.email).first()
        if card is None:
            card = begin_purchase(
                amount=Money(WORTH_MINOR, settings.CURRENCY),
                buyer_email=giver.email,
                buyer_name=giver.name,
                recipient_email=receiver.email,
                recipient_name=receiver.name,
                message="Something nice for the kitchen.",
            )
        payment = Payment.objects.get(reference_id=card.id)
        if payment.state != PaymentState.PAID:
            here = absolute_url("market", "/gift-cards/")
            start_purchase(card=card, success_url=here, cancel_url=here)
            session_id = PaymentAttempt.objects.filter(payment=payment).latest("number").provider_session_id
            sandbox.pay(session_id, acts.VISA, giver.email)
            confirm_session(session_id)
        card.refresh_from_db()
        return card


def use_the_card(card: GiftCard, vendor: Vendor, receiver: CastCustomer, sandbox: Sandbox) -> Order:
    """Who got it buys the dearest thing of a vendor that it covers, or the cheapest there is, with both coupons."""
    with acting_as("store"):
        cart = ensure_cart(user=None, token=TOKEN, country=receiver.country)
        order = Order.objects.filter(cart_id=cart.id).first()
        if order is None:
            there = Offer.objects.filter(vendor_id=vendor.id, is_visible=True, available__gt=2)
            covered = there.filter(price_minor__lte=WORTH_MINOR // 2).order_by("-price_minor", "sku").first()
            offer = covered or there.order_by("price_minor", "sku")[0]
            add_to_cart(cart=cart, offer_id=offer.id)
            for code in ("HELLO10", "TOGETHER"):
                put_coupon(cart=cart, code=code)
            put_gift_card(cart=cart, card_id=card.id)
            cart.refresh_from_db()
            order = place_order(
                cart=cart, version=cart.version, email=receiver.email, ship_to=acts.address_of(receiver)
            )
        payment = Payment.objects.get(reference_id=order.id)
        if payment.state == PaymentState.PENDING and not payment.charged_minor:
            here = absolute_url("market", f"/orders/{order.number}/")
            start_payment(order=order, success_url=here, cancel_url=here)
            return order
    if payment.state == PaymentState.PENDING:
        acts.come_back(acts.pay(order, sandbox))
    return order
