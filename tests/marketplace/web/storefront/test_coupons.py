"""Coupons as a customer meets them: in the cart, at checkout, on the order."""

import pytest

from kit.ids import uuid7
from marketplace.carts.models import Cart
from marketplace.orders.models import Order
from marketplace.promotions.actions import Given, Maker, create_promotion, pause_promotion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def promote(vendor=None, **said):
    by = Maker(uuid7(), vendor.id if vendor else None)
    return create_promotion(given=Given(**{"name": "Autumn days", "kind": "percentage", **said}), by=by)


def write(shopper, code):
    return shopper.post("/cart/coupon/", {"code": code}, follow=True).content.decode()


def test_a_coupon_is_written_any_way_shown_by_line_and_shop_and_taken_out_again(
    shopper, put_on_shelf, django_assert_max_num_queries
):
    lamp, soap = put_on_shelf("lindqvist", price_minor=5000), put_on_shelf("moreau", price_minor=1000)
    promote(lamp.vendor, name="Light again", rate_bps=2000, code="LIGHT-20", uses_limit=10)
    promote(name="First of all", rate_bps=1000, code="WELCOME", is_first_order_only=True, budget_minor=100_000)
    shopper.put_in(lamp)
    shopper.put_in(soap)
    for typed, mistake in [("nothing", "There is no coupon NOTHING."), ("  ", "Write the coupon&#x27;s code.")]:
        text = write(shopper, typed)
        assert mistake in text
        assert 'aria-describedby="id_code-error"' in text
    assert "LIGHT-20 is used." in write(shopper, " light -20 ")
    write(shopper, "Welcome")
    with django_assert_max_num_queries(12):
        text = shopper.get("/cart/").content.decode()
    # 50.00 less 20 %, then both less 10 %.
    for words in ("Light again: 10.00 EUR off", "First of all: 4.00 EUR off.", "36.00 EUR", "−10.00 EUR", "−5.00 EUR"):
        assert words in text, words
    assert '<div class="summary-total"><dt>Total</dt><dd>54.80 EUR</dd></div>' in text
    with django_assert_max_num_queries(20):
        page = shopper.get("/checkout/").content.decode()
    assert "You save" in page
    assert "15.00 EUR" in page
    text = shopper.post("/cart/coupon/remove/", {"code": "WELCOME"}, follow=True).content.decode()
    assert "First of all" not in text
    assert Cart.objects.get().codes == ["LIGHT-20"]


def test_a_coupon_that_is_gone_at_the_button_orders_nothing_and_what_was_promised_stands_on_the_order(
    shopper, put_on_shelf, address, sandbox
):
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0)
    coupon = promote(rate_bps=1000, code="TEN")
    promote(name="Always a little", rate_bps=1000, priority=1)
    shopper.put_in(lamp)
    write(shopper, "TEN")
    cart = Cart.objects.get()
    form = {**address, "email": "ada@vermeer.example", "saved": "new", "version": cart.version, "total": 4050}
    pause_promotion(promotion_id=coupon.id, by=Maker(uuid7()))
    text = shopper.post("/checkout/", form, follow=True).content.decode()
    assert "TEN cannot be used at the moment." in text
    assert not Order.objects.exists()
    shopper.post("/cart/coupon/remove/", {"code": "TEN"})
    cart.refresh_from_db()
    shopper.post("/checkout/", {**form, "version": cart.version, "total": 4500})
    order = Order.objects.get()
    assert (order.total_minor, order.discount_minor) == (4500, 500)
    text = shopper.get(f"/orders/{order.number}/").content.decode()
    assert "Always a little" in text
    assert "−5.00 EUR" in text
    assert '<s class="price-was"><span class="visually-hidden">was </span>50.00 EUR</s>' in text
