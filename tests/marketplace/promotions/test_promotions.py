"""Promotions from the cart to the books: counted once, borne by who says so, given back as they were."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Sum

from billing.ledger.models import Posting
from billing.payments.models import PaymentShare, Refund
from billing.payouts.models import Transfer
from kit import clock
from kit.errors import InvalidInput, NotAllowed
from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token, put_coupon, token_hash
from marketplace.carts.models import Cart
from marketplace.carts.queries import contents
from marketplace.catalog.models import Offer
from marketplace.checkout.actions import TotalChanged, place_order
from marketplace.checkout.discounts import CouponGone, CouponRefused, add_coupon, quoted, reduced_listings
from marketplace.checkout.tries import TooManyTries
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import OrderLine
from marketplace.promotions.actions import (
    CodeTaken,
    Given,
    Maker,
    NotProposed,
    PromotionEnded,
    agree,
    change_promotion,
    end_promotion,
    given_of,
    pause_promotion,
    resume_promotion,
)
from marketplace.promotions.models import PromotionUse
from marketplace.promotions.queries import state_of, tallies
from marketplace.returns.actions import Actor, ask
from marketplace.returns.exchange import replacements_of
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of
from marketplace.web.storefront.present import product
from tests.support.office import pay

pytestmark = pytest.mark.usefixtures("everything_ten_percent")
STAFF = Actor("staff", uuid7(), "staff:administrator")


def held(code, vendor=None):
    rows = Posting.objects.filter(account__code=code, account__vendor_id=vendor.id if vendor else None)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def cart_with(*shelves, quantity=1, user=None):
    cart = ensure_cart(user=user, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
    return cart


def refund(order, *asks, kind="refund"):
    shown = preview_of(order.id, asks, kind=kind)
    ask(order_id=order.id, asks=asks, kind=kind, reason="Broken", by=STAFF, digest=shown.digest)
    return shown


def test_who_funds_a_discount_pays_it_and_the_vendor_earns_as_without_what_the_platform_bears(
    put_on_shelf, promote, order_of
):
    lamp = put_on_shelf("lindqvist", price_minor=12100, shipping_minor=0)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=0)
    promote(vendor=lamp.vendor, rate_bps=1000, code="lamps10")
    promote(rate_bps=2000, code="AUTUMN", name="Autumn days")
    order = order_of((lamp, 1), (soap, 1), codes=["LAMPS10", "AUTUMN"], charge="ch_1")

    # 121.00 less 12.10 of the vendor's own, less 20 % of 108.90 that the platform bears; 12.10 less 2.42 of its.
    assert (order.goods_minor, order.discount_minor, order.total_minor) == (8712 + 968, 1210 + 2178 + 242, 9680)
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    assert (part.goods_discount_vendor_minor, part.subsidy_minor, part.total_minor) == (1210, 2178, 8712)
    # VAT of 21 % in 108.90, and commission of ten percent of the rest.
    assert (part.tax_minor, part.commission_minor) == (1890, 900)
    assert [(each["name"], each["vendor_minor"], each["platform_minor"]) for each in part.promotions] == [
        ("Autumn", 1210, 0),
        ("Autumn days", 0, 2178),
    ]
    share = PaymentShare.objects.get(reference_id=part.id)
    assert (share.gross_minor, share.subsidy_minor, share.commission_minor, share.net_minor) == (8712, 2178, 900, 9990)
    assert held("2000", lamp.vendor) == -9990
    assert held("2000", soap.vendor) == -(1210 - 100)
    assert (held("5060"), held("4000")) == (2178 + 242, -1000)
    # More than the charge holds of that part: our balance pays it, and the charge keeps to what it holds.
    assert dict(Transfer.objects.values_list("reference_id", "draws_on_charge")) == {
        part.id: False,
        order.vendor_orders.get(vendor_slug="moreau").id: False,
    }


def test_a_refund_gives_back_what_was_paid_and_the_platform_its_part(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist", price_minor=1000, shipping_minor=0)
    promote(rate_bps=2500, code="QUARTER", for_vendor=lamp.vendor, platform_share_bps=10_000)
    order = order_of((lamp, 3), codes=["QUARTER"], charge="ch_1")
    part = order.vendor_orders.get()
    line = part.lines.get()
    assert (line.total_minor, line.discount_platform_minor, line.commission_minor) == (2250, 750, 248)
    shown = refund(order, Ask(part.id, units={line.id: 1}))
    assert (shown.amount_minor, shown.subsidy_minor, shown.parts[0].net_minor) == (750, 250, 917)
    made = Refund.objects.get()
    assert (made.amount_minor, made.subsidy_minor, made.net_minor, made.commission_minor) == (750, 250, 917, 83)
    refund(order, Ask(part.id, units={line.id: 2}))
    share = PaymentShare.objects.get()
    assert (share.refunded_minor, share.refunded_subsidy_minor, share.refunded_net_minor) == (
        2250,
        750,
        share.net_minor,
    )
    assert share.left_minor == 0


def test_what_cost_the_customer_nothing_is_canceled_and_the_platform_has_its_money_at_once(
    put_on_shelf, promote, order_of
):
    lamp = put_on_shelf("lindqvist", price_minor=1000, shipping_minor=500)
    soap = put_on_shelf("moreau", price_minor=1000, shipping_minor=0)
    promote(rate_bps=10_000, code="GIFT", for_vendor=lamp.vendor)
    promote(kind="free_shipping", code="FREE")
    order = order_of((lamp, 2), (soap, 1), codes=["GIFT", "FREE"], charge="ch_1")
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    assert (part.total_minor, part.subsidy_minor, order.total_minor) == (0, 2500, 1000)
    assert (held("5060"), held("2000", lamp.vendor)) == (2500, -2500 + 165)
    shown = refund(order, Ask(part.id, units={part.lines.get().id: 1}), kind="cancellation")
    assert (shown.amount_minor, shown.subsidy_minor) == (0, 1000)
    made = Refund.objects.get()
    assert (made.state, made.amount_minor, made.net_minor) == ("succeeded", 0, 917)
    assert (held("5060"), held("2100")) == (1500, 0)
    refund(order, Ask(part.id, everything=True), kind="cancellation")
    part.refresh_from_db()
    assert (part.fulfillment, held("5060"), held("2000", lamp.vendor), held("4000")) == ("canceled", 0, 0, -83)


def test_a_use_is_counted_once_an_order_and_comes_back_when_it_is_not_paid(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist", price_minor=5000)
    coupon = promote(rate_bps=1000, code="ONCE", uses_limit=1)
    order = order_of((lamp, 3), codes=["ONCE"])
    assert tallies([coupon])[coupon.id].orders == 1
    with pytest.raises(CouponGone, match="ONCE is used up"):
        order_of((lamp, 1), codes=["ONCE"], email="mo@oduya.example")
    cancel_unpaid(order.id, reason="Not paid in time")
    assert tallies([coupon])[coupon.id].orders == 0
    assert order_of((lamp, 1), codes=["ONCE"], email="mo@oduya.example").discount_minor == 500


def test_ordering_anew_from_the_same_cart_uses_it_once(put_on_shelf, promote, address):
    lamp = put_on_shelf("lindqvist", price_minor=5000)
    coupon = promote(rate_bps=1000, code="ONCE", uses_limit=1, customer_limit=1, budget_minor=500)
    cart = cart_with(lamp)
    put_coupon(cart=cart, code="ONCE")
    place = {"cart": cart, "email": "ada@vermeer.example"}
    first = place_order(**place, version=cart.version, ship_to=address)
    again = place_order(**place, version=cart.version, ship_to=address)
    other = place_order(**place, version=cart.version, ship_to={**address, "line1": "Another street 2"})
    assert first.id == again.id != other.id
    assert other.discount_minor == 500
    assert list(PromotionUse.objects.filter(returned_at=None).values_list("order_id", flat=True)) == [other.id]
    assert tallies([coupon])[coupon.id].whole_minor == 500


def test_one_customer_is_known_by_account_and_by_address_whatever_its_case(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist")
    promote(rate_bps=1000, code="MINE", customer_limit=1)
    order_of((lamp, 1), codes=["MINE"])
    with pytest.raises(CouponGone, match="You have used MINE already"):
        order_of((lamp, 1), codes=["MINE"], email="ADA@vermeer.example")
    order_of((lamp, 1), codes=["MINE"], email="mo@oduya.example")
    first = promote(rate_bps=1000, code="WELCOME", is_first_order_only=True)
    assert first.customer_limit == 1
    order_of((lamp, 1), email="mo@oduya.example", charge="ch_1")
    with pytest.raises(CouponGone, match="for a first order only"):
        order_of((lamp, 1), codes=["WELCOME"], email="Mo@Oduya.example")
    assert order_of((lamp, 1), codes=["WELCOME"], email="new@oduya.example").discount_minor == 490


def test_a_shared_one_counts_once_its_vendor_has_agreed_and_both_bear_their_part(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    shared = promote(rate_bps=1000, code="BOTH", for_vendor=lamp.vendor, platform_share_bps=6000)
    cart = cart_with(lamp)
    with pytest.raises(CouponRefused, match="There is no coupon BOTH"):
        add_coupon(cart=cart, code="both", who="test")
    assert state_of(shared, tallies([shared])[shared.id], clock.now()) == "proposed"
    with pytest.raises(NotProposed):
        agree(promotion_id=shared.id, by=Maker(uuid7(), put_on_shelf("moreau").vendor.id))
    by = Maker(uuid7(), lamp.vendor.id)
    assert agree(promotion_id=shared.id, by=by).id == agree(promotion_id=shared.id, by=by).id
    order = order_of((lamp, 1), codes=["BOTH"])
    part = order.vendor_orders.get()
    assert (part.goods_discount_vendor_minor, part.goods_discount_platform_minor) == (400, 600)
    # Changed by the platform, it is another thing than the vendor agreed to.
    change_promotion(promotion_id=shared.id, given=Given(**{**vars_of(shared), "rate_bps": 5000}), by=Maker(uuid7()))
    assert order_of((lamp, 1), email="mo@oduya.example").discount_minor == 0
    with pytest.raises(NotAllowed):
        pause_promotion(promotion_id=shared.id, by=by)
    with pytest.raises(InvalidInput, match="which vendor bears"):
        promote(rate_bps=1000, platform_share_bps=9999)


def vars_of(promotion):
    given = given_of(promotion)
    return {name: getattr(given, name) for name in given.__dataclass_fields__}


def test_each_mistake_with_a_coupon_says_what_it_is(put_on_shelf, promote, order_of, move_clock):
    lamp = put_on_shelf("lindqvist", price_minor=2000)
    soap = put_on_shelf("moreau", price_minor=500)
    now = clock.now()
    promote(rate_bps=1000, code="LAMPS", vendor=lamp.vendor, product_ids=[lamp.offer.product_id], minimum_minor=5000)
    promote(rate_bps=1000, code="LATER", starts_at=now + timedelta(days=2))
    promote(rate_bps=1000, code="SHORT", ends_at=now + timedelta(hours=1))
    promote(rate_bps=1000, code="SPENT", budget_minor=50)
    pause_promotion(promotion_id=promote(rate_bps=1000, code="PAUSED").id, by=Maker(uuid7()))
    order_of((soap, 1), codes=["SPENT"])
    move_clock(timedelta(hours=2))
    cart = cart_with(lamp)
    for typed, code, words in [
        ("  nO such ", "coupon_unknown", "There is no coupon NOSUCH"),
        ("", "coupon_missing", "Write the coupon's code"),
        ("later", "coupon_not_yet", "good from"),
        ("short", "coupon_expired", "SHORT expired on"),
        ("spent", "coupon_used_up", "SPENT is used up"),
        ("paused", "coupon_paused", "cannot be used at the moment"),
    ]:
        with pytest.raises(CouponRefused, match=words) as refused:
            add_coupon(cart=cart, code=typed, who="test")
        assert (refused.value.code, refused.value.field) == (code, "code")
    with pytest.raises(CouponRefused, match="not for the goods"):
        add_coupon(cart=cart_with(soap), code="lamps", who="test")
    # One that waits for more is kept, and counts as soon as there is more.
    assert add_coupon(cart=cart, code=" la mps ", who="test").words == (
        "LAMPS is from 50.00 EUR of the goods it is on: 30.00 EUR are missing."
    )
    cart.refresh_from_db()
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=2)
    costs, (coupon,) = quoted(contents(cart))
    assert (coupon.amount_minor, coupon.reason, costs.discount_minor) == (600, "", 600)
    with pytest.raises(TooManyTries, match="Wait a little"):
        for _ in range(40):
            with suppress(CouponRefused):
                add_coupon(cart=cart, code="GUESS", who="somebody")


def test_what_ends_between_the_page_and_the_button_is_told_and_not_charged(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0)
    automatic, coupon = promote(rate_bps=1000), promote(rate_bps=1000, code="TEN")
    pause_promotion(promotion_id=automatic.id, by=Maker(uuid7()))
    with pytest.raises(TotalChanged, match=r"now costs 50\.00 EUR"):
        order_of((lamp, 1), total_seen_minor=4500)
    pause_promotion(promotion_id=coupon.id, by=Maker(uuid7()))
    with pytest.raises(CouponGone, match="Nothing has been ordered yet"):
        order_of((lamp, 1), codes=["TEN"], total_seen_minor=4500)
    resume_promotion(promotion_id=coupon.id, by=Maker(uuid7()))
    assert order_of((lamp, 1), codes=["TEN"], total_seen_minor=4500).discount_minor == 500


def test_a_code_is_one_vendors_or_the_platforms_and_free_again_once_it_ended(put_on_shelf, promote, order_of):
    lamp, soap = put_on_shelf("lindqvist", price_minor=1000), put_on_shelf("moreau", price_minor=1000)
    first = promote(vendor=lamp.vendor, rate_bps=1000, code="spring")
    promote(vendor=soap.vendor, rate_bps=2000, code="SPRING")
    with pytest.raises(CodeTaken):
        promote(vendor=lamp.vendor, rate_bps=3000, code="Spring")
    # One code, two vendors' promotions: each on its own goods, at its own cost.
    order = order_of((lamp, 1), (soap, 1), codes=["SPRING"])
    assert sorted(order.vendor_orders.values_list("goods_discount_vendor_minor", flat=True)) == [100, 200]
    end_promotion(promotion_id=first.id, by=Maker(uuid7(), lamp.vendor.id))
    with pytest.raises(PromotionEnded):
        resume_promotion(promotion_id=first.id, by=Maker(uuid7(), lamp.vendor.id))
    promote(vendor=lamp.vendor, rate_bps=3000, code="Spring")


def test_the_database_keeps_a_line_from_costing_less_than_nothing(put_on_shelf, order_of):
    line = order_of((put_on_shelf("lindqvist", price_minor=1000), 1)).vendor_orders.get().lines.get()
    for said in (
        {"discount_vendor_minor": 1},
        {"discount_vendor_minor": 1001, "total_minor": -1},
        {"discount_platform_minor": -1, "total_minor": 1001},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderLine.objects.filter(id=line.id).update(**said)


def test_coupons_follow_a_guests_cart_into_the_customers_and_leave_with_the_purchase(put_on_shelf, promote, address):
    from accounts.signup import register_person
    from marketplace.carts.actions import merge_carts, take_bought

    lamp = put_on_shelf("lindqvist", price_minor=5000)
    promote(rate_bps=1000, code="TEN")
    token = new_token()
    guest = ensure_cart(user=None, token=token, country="NL")
    add_to_cart(cart=guest, offer_id=lamp.offer.id)
    put_coupon(cart=guest, code="TEN")
    assert Cart.objects.get(token_hash=token_hash(token)).codes == ["TEN"]
    user = register_person(email="ada@vermeer.example", name="Ada Vermeer", password="a-long-enough-word-42")
    own = merge_carts(token=token, user=user)
    assert own.codes == ["TEN"]
    order = place_order(cart=own, version=own.version, email=user.email, ship_to=address, user=user)
    assert order.discount_minor == 500
    pay(order, "ch_1")
    take_bought(cart_id=own.id, user_id=user.pk, bought={lamp.offer.id: 1}, placed_at=order.placed_at)
    assert Cart.objects.get(id=own.id).codes == []


def test_an_exchange_is_for_the_same_or_for_what_was_really_paid_whoever_paid_it(put_on_shelf, promote, order_of):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    others = {
        price: put_on_shelf(f"lindqvist-{price}", vendor=lamp.vendor, price_minor=price).offer
        for price in (10000, 8000, 6400)
    }
    Offer.objects.filter(id__in=[offer.id for offer in others.values()]).update(product_id=lamp.offer.product_id)

    def instead_of(order):
        (found,) = replacements_of(order.id).values()
        prices = {offer.id: price for price, offer in others.items()}
        return sorted(prices.get(each.variant_id, each.title) for each in found if each.variant_id in prices), [
            each.title for each in found if each.variant_id not in prices
        ]

    promote(vendor=lamp.vendor, rate_bps=2000, code="THEIRS")
    promote(rate_bps=2000, code="OURS")
    same = ["The same once more"]
    assert instead_of(order_of((lamp, 1))) == ([10000], same)
    # The vendor had 80.00 of it, or 100.00 of which the marketplace paid 20.00.
    assert instead_of(order_of((lamp, 1), codes=["THEIRS"])) == ([8000], same)
    assert instead_of(order_of((lamp, 1), codes=["OURS"])) == ([10000], same)
    # What the vendor takes off by itself makes the other cheaper as well.
    promote(vendor=lamp.vendor, rate_bps=2000, name="Always")
    assert instead_of(order_of((lamp, 1))) == ([10000], same)


def test_cards_cross_out_what_an_automatic_promotion_takes_off(put_on_shelf, promote, django_assert_num_queries):
    lamp, soap = put_on_shelf("lindqvist", price_minor=10000), put_on_shelf("moreau", price_minor=1000)
    listings = [lamp.offer.listing, soap.offer.listing]
    for listing in listings:
        listing.refresh_from_db()
    promote(vendor=lamp.vendor, rate_bps=2000, code="CODE")
    with django_assert_num_queries(1):
        assert reduced_listings(listings) == {}
    with django_assert_num_queries(0):
        assert reduced_listings(listings) == {}
    cache.clear()
    promote(vendor=lamp.vendor, rate_bps=2500, name="Always")
    promote(rate_bps=1000, name="First", is_first_order_only=True)
    with django_assert_num_queries(4):
        assert reduced_listings(listings) == {lamp.offer.listing_id: 7500}
    assert reduced_listings(listings, shop="moreau") == {}
    shown = product(listings[0], reduced=reduced_listings(listings))
    assert (shown["amount_minor"], shown["compare_at_minor"]) == (7500, 10000)
    assert product(listings[1])["compare_at_minor"] is None
