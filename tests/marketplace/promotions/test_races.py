"""Many orders for the last of a budget at the same moment, on real connections: none of it is given twice."""

import pytest
from django.db import transaction
from django.db.models import Sum

from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token, put_coupon
from marketplace.checkout.actions import place_order
from marketplace.checkout.discounts import CouponGone
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order
from marketplace.promotions.actions import Maker, change_promotion
from marketplace.promotions.models import PromotionUse
from tests.billing.stripe.test_races import at_once
from tests.marketplace.promotions.test_promotions import vars_of


@pytest.mark.django_db(transaction=True)
def test_a_budget_is_not_overspent_and_one_customer_has_one_however_they_come(put_on_shelf, promote, address):
    from billing.commissions.models import CommissionRule
    from marketplace.promotions.actions import Given

    CommissionRule.objects.create(name="Standard", position=1, rate_bps=1000)
    lamp, soap = (
        put_on_shelf("lindqvist", price_minor=5000, stock=50),
        put_on_shelf("moreau", price_minor=5000, stock=50),
    )
    budget = promote(rate_bps=1000, code="BUDGET", for_vendor=lamp.vendor, budget_minor=2300)
    promote(rate_bps=1000, code="MINE", for_vendor=soap.vendor, customer_limit=1)

    def order(email, *bought):
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        # Shops and promotions in opposite orders: whoever waits waits for somebody who goes on.
        for shelf, code in bought:
            add_to_cart(cart=cart, offer_id=shelf.offer.id)
            put_coupon(cart=cart, code=code)

        def place():
            return place_order(cart=cart, version=cart.version, email=email, ship_to=address)

        return place

    both = [(lamp, "BUDGET"), (soap, "MINE")]
    works = [order(f"buyer{n}@example.com", *(both if n % 2 else both[::-1])) for n in range(7)]
    results = at_once(*works, order("Same@example.com", both[1]), order("same@example.com", both[1]))
    # Each takes 5.00 of 23.00: four get it whole, and nobody the 3.00 that are left.
    assert [type(result).__name__ for result in results[:7]].count("Order") == 4, results
    assert all(isinstance(result, CouponGone | Order) for result in results), results
    assert [type(result).__name__ for result in results[7:]].count("Order") == 1
    spent = PromotionUse.objects.filter(promotion=budget, returned_at=None)
    assert spent.aggregate(sum=Sum("platform_minor"), none=Sum("vendor_minor")) == {"sum": 2000, "none": 0}

    # Canceled and ordered at once, with the budget lowered meanwhile: whatever comes first, never more than it is.
    placed = [result for result in results[:7] if isinstance(result, Order)]
    lowered = Given(**{**vars_of(budget), "budget_minor": 1600})

    def cancel():
        with transaction.atomic():
            return cancel_unpaid(placed[0].id, reason="Not paid in time")

    def lower():
        return change_promotion(promotion_id=budget.id, given=lowered, by=Maker(uuid7()))

    more = at_once(cancel, lower, *(order(f"late{n}@example.com", both[0]) for n in range(4)))
    assert more[0] == 1, more
    assert [type(each).__name__ for each in more[2:]].count("Order") <= 1, more
    assert spent.aggregate(sum=Sum("platform_minor"))["sum"] in (1500, 2000)
