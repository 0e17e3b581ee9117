"""A vendor's plan is not paid, and lapses: what is beyond the smaller plan waits, and what was sold is shipped."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing.payouts.models import Transfer
from billing.stripe.plan_checkouts import open_checkout, take_checkout
from billing.subscriptions.models import Plan, PlanPrice
from billing.subscriptions.queries import subscription_of
from billing.subscriptions.sweeps import dun
from kit import clock
from marketplace.catalog.models import Offer
from marketplace.fulfillment.models import Parcel
from marketplace.orders.models import Fulfillment
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.actions import create_product
from tenants.shop.catalog.drafts import ProductDraft, VariantDraft
from tenants.shop.catalog.models import Product
from tenants.vendors.entitlements import allowed_to
from tests.marketplace.web.portal.conftest import desk_of, paid
from tests.support.sandbox import Sandbox
from tests.support.shipping import say_how

__all__ = ["desk_of", "paid"]
pytestmark = pytest.mark.django_db
HERE = "http://localhost:8000/"
CARD_FAILS_LATER = "4000 0000 0000 0341"


def subscribe(vendor: Any, sandbox: Sandbox) -> None:
    """Lindqvist tries Growth with a card that will be refused when the trial is over."""
    price = PlanPrice.objects.get(plan__code="growth", interval="month", retired_at=None)
    url = open_checkout(vendor, price, success_url=HERE, cancel_url=HERE)
    session = re.search(r"cs_\w+", url)
    assert session
    sandbox.pay(session[0], CARD_FAILS_LATER)
    assert take_checkout(session[0], vendor_id=vendor.id)


def test_orders_of_a_vendor_whose_plan_lapsed_are_seen_and_shipped(
    paid: Callable[..., Any], desk_of: Callable[..., Any], sandbox: Sandbox
) -> None:
    sandbox.control("billing/config", {"retry_days": [30], "final": "past_due"})
    order, lamp, _ = paid()
    vendor = lamp.vendor
    subscribe(vendor, sandbox)
    Plan.objects.filter(code="start").update(products_limit=1)
    with in_shop(vendor):
        say_how()
        vase = create_product(
            draft=ProductDraft(title="Vase", variants=[VariantDraft(price_minor=1000, currency="EUR")]), publish=True
        )
        Product.objects.filter(id=vase.id).update(created_at=clock.now() - timedelta(days=400))
    assert allowed_to(vendor.id).plan_code == "growth"

    # The trial ends, the card is refused, and the days of grace pass.
    sandbox.advance(days=14, hours=2)
    sandbox.drain()
    dun()
    assert allowed_to(vendor.id).plan_code == "growth"
    sandbox.advance(days=14)
    dun()
    deliver()
    subscription = subscription_of(vendor.id)
    assert subscription is not None
    assert (subscription.status, allowed_to(vendor.id).plan_code) == ("past_due", "start")
    assert set(Mail.objects.values_list("template", flat=True)) >= {"plan_payment_failed", "plan_lapsed"}

    # The lamp, newer than the vase, is not on sale any more; the order for three of it stands.
    with in_shop(vendor):
        assert list(Product.objects.exclude(paused_at=None)) == [lamp.variant.product]
    assert not Offer.objects.get(id=lamp.offer.id).is_visible
    desk, part = desk_of(vendor), order.vendor_orders.get(vendor_id=vendor.id)
    assert part.number in desk.text("/orders/")
    assert "3 × 49.00 EUR" in desk.text(f"/orders/{part.id}/")
    desk.post(f"/orders/{part.id}/acceptance/")
    desk.post(f"/orders/{part.id}/parcels/")
    parcel = Parcel.objects.get()
    desk.post(f"/parcels/{parcel.id}/shipment/", {"carrier": "PostNord", "tracking_number": "SE 1", "tracking_url": ""})
    desk.post(f"/parcels/{parcel.id}/delivery/")
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.DELIVERED
    deliver()
    assert Transfer.objects.get(vendor_id=vendor.id).amount_minor == 13975
