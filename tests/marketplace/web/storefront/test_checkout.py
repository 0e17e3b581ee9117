"""Checkout: what is refused and where it is said, and the way to the provider and back."""

from datetime import timedelta

import pytest

from accounts.models import Address
from billing.payments.models import Payment, PaymentAttempt
from kit.money import Money
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Offer
from marketplace.orders.links import access_token
from marketplace.orders.models import Order
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.models import StockLevel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


@pytest.fixture
def to_provider(transactional_db, sandbox):
    """With real commits and the provider there."""
    return sandbox


def test_the_page_has_every_step_and_says_what_the_button_costs(shopper, put_on_shelf, django_assert_max_num_queries):
    shopper.put_in(put_on_shelf("lindqvist", price_minor=4900))
    shopper.put_in(put_on_shelf("moreau", price_minor=1210, shipping_minor=300))
    with django_assert_max_num_queries(12):
        text = shopper.get("/checkout/").content.decode()
    for word in ("Contact", "Address", "Delivery", "Review", "Pay 69.00 EUR", "go on as a guest"):
        assert word in text
    assert "Includes 11.01 EUR VAT for Germany" in text


def test_without_anything_in_it_there_is_no_checkout(shopper):
    answer = shopper.get("/checkout/")
    assert (answer.status_code, answer["Location"]) == (303, "/cart/")


def test_errors_stand_at_their_fields(shopper, put_on_shelf, details):
    shopper.put_in(put_on_shelf("lindqvist"))
    page = shopper.post("/checkout/", details(5390, email="ada@", line1="", country="XX"), follow=True)
    text = page.content.decode()
    assert "Write it like name@example.com." in text
    assert 'aria-describedby="id_line1_error"' in text
    again = shopper.get("/checkout/").content.decode()
    assert 'value="ada@"' in again
    assert "Write it like" not in again
    assert "Select a valid choice" in text
    text = shopper.post("/checkout/", details(5390, country="SE"), follow=True).content.decode()
    assert 'aria-describedby="id_postal_code_error"' in text
    assert "Postal codes of this country look like 114 55." in text
    assert not Order.objects.exists()


def test_a_kept_address_of_another_form_is_refused_where_it_is_chosen(shopper, put_on_shelf, details, ada, sign_in):
    kept = Address.objects.create(user=ada, name="Ada", line1="Kade 1", postal_code="1", city="Breda", country="NL")
    sign_in(shopper, ada)
    shopper.put_in(put_on_shelf("lindqvist"))
    page = shopper.post("/checkout/", details(5390, saved=str(kept.id)), follow=True)
    words = "Postal codes of this country look like 1234 AB. Correct it among your addresses, or choose another one."
    assert words in page.content.decode()
    assert 'aria-describedby="id_saved_error"' in page.content.decode()
    assert not Order.objects.exists()


def test_another_tab_changed_the_cart(shopper, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist")
    shopper.put_in(lamp)
    seen = details(5390)
    shopper.put_in(lamp)
    page = shopper.post("/checkout/", seen, follow=True)
    text = page.content.decode()
    assert "Your cart has changed since this page was opened." in text
    assert "Pay 102.90 EUR" in text
    assert f'name="version" value="{Cart.objects.get().version}"' in text
    assert 'value="Ada Vermeer"' in text
    assert not Order.objects.exists()


def test_a_price_that_the_catalogue_has_not_heard_of(shopper, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist", price_minor=4900)
    shopper.put_in(lamp)
    with in_shop(lamp.vendor):
        Variant.objects.update(price_minor=5500)
    page = shopper.post("/checkout/", details(5390), follow=True)
    text = page.content.decode()
    assert "now costs 55.00 EUR" in text
    assert "Pay 59.90 EUR" in text
    assert CartLine.objects.get().price_seen_minor == 5500
    assert not Order.objects.exists()


def test_a_price_that_changed_while_the_page_was_open(shopper, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist", price_minor=4900)
    shopper.put_in(lamp)
    with in_shop(lamp.vendor):
        Variant.objects.update(price_minor=5500)
    Offer.objects.update(price_minor=5500)
    page = shopper.post("/checkout/", details(5390), follow=True)
    text = page.content.decode()
    assert "all together it now costs 59.90 EUR" in text
    assert "Pay 59.90 EUR" in text
    with in_shop(lamp.vendor):
        assert StockLevel.objects.get().reserved == 0
    assert not Order.objects.exists()


def test_sold_out_says_which_and_how_many_are_left(shopper, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist", stock=5)
    shopper.put_in(lamp, 3)
    with in_shop(lamp.vendor):
        StockLevel.objects.update(on_hand=2)
    page = shopper.post("/checkout/", details(15190), follow=True)
    text = page.content.decode()
    assert "“Thing of Lindqvist” has only 2 left" in text
    assert "Only 2 left." in text
    assert 'form="checkout" disabled' in text


def test_a_vendor_that_does_not_ship_there_is_said_at_the_country(shopper, put_on_shelf, details):
    shopper.put_in(put_on_shelf("lindqvist", ships_to=("DE",)))
    page = shopper.post("/checkout/", details(5390), follow=True)
    assert "Lindqvist does not ship to Netherlands." in page.content.decode()


def test_another_country_changes_vat_and_version_but_never_the_total(shopper, put_on_shelf, details):
    shopper.put_in(put_on_shelf("lindqvist", price_minor=4900))
    answer = shopper.htmx("/checkout/country/", details(5390, country="HU")).content.decode()
    assert "Includes 11.46 EUR VAT for Hungary" in answer
    assert "Pay 53.90 EUR" in answer
    assert f'name="version" value="{Cart.objects.get().version}"' in answer
    stale = shopper.htmx("/checkout/country/", details(5390, country="FR", version=1)).content.decode()
    assert 'name="version" value="1"' in stale


def test_a_guest_pays_and_sees_the_order(to_provider, another, put_on_shelf, details):
    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist", price_minor=4900))
    shopper.put_in(put_on_shelf("moreau", price_minor=1210, shipping_minor=300))
    to_pay = shopper.post("/checkout/", details(6900))
    order, attempt = Order.objects.get(), PaymentAttempt.objects.get()
    assert (to_pay.status_code, to_pay["Location"]) == (303, attempt.url)
    unpaid = shopper.get(f"/orders/{order.number}/").content.decode()
    assert "Not paid yet" in unpaid
    assert "Pay 69.00 EUR" in unpaid
    again = shopper.post(f"/orders/{order.number}/pay/")
    assert again["Location"] == attempt.url
    assert PaymentAttempt.objects.count() == 1

    to_provider.pay(attempt.provider_session_id)
    back = shopper.get(f"/orders/{order.number}/paid/?session_id={attempt.provider_session_id}")
    text = back.content.decode()
    assert "Thank you, Ada Vermeer." in text
    assert "2 shops prepare a parcel each" in text
    assert Payment.objects.get().state == "paid"

    text = shopper.get(f"/orders/{order.number}/").content.decode()
    for word in ("Lindqvist", "Moreau", "Leaves the shop", "Prinsengracht 1", "Netherlands", "Includes 11.97 EUR VAT."):
        assert word in text
    second_tab = shopper.post("/checkout/", details(6900))
    assert (second_tab.status_code, second_tab["Location"]) == (303, f"/orders/{order.number}/")
    assert "is paid already" in shopper.get(f"/orders/{order.number}/").content.decode()
    assert Order.objects.count() == 1


def test_two_tabs_pay_in_one_session(to_provider, another, put_on_shelf, details):
    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    first, second = shopper.post("/checkout/", details(5390)), shopper.post("/checkout/", details(5390))
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), PaymentAttempt.objects.count()) == (1, 1)


def test_the_provider_is_away_and_the_order_is_kept(to_provider, another, put_on_shelf, details):
    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    to_provider.fail("/v1/checkout/sessions", "500", times=10)
    answer = shopper.post("/checkout/", details(5390))
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{order.number}/?payment=unavailable")
    assert "Try the payment again" in shopper.get(answer["Location"]).content.decode()
    to_provider.control("reset")
    to_provider.reset()
    assert shopper.post(f"/orders/{order.number}/pay/").status_code == 303


def test_a_session_of_another_order_opens_nothing(to_provider, another, put_on_shelf, details):
    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    first, session = Order.objects.get(), PaymentAttempt.objects.get().provider_session_id
    shopper.post("/cart/quantity/", {"line": str(CartLine.objects.get().id), "quantity": 2})
    shopper.post("/checkout/", details(10290))
    second = Order.objects.exclude(id=first.id).get()
    assert shopper.get(f"/orders/{second.number}/paid/?session_id={session}").status_code == 404
    assert shopper.get(f"/orders/{second.number}/paid/?session_id=").status_code == 404
    assert shopper.get(f"/orders/{second.number}/paid/?session_id=cs_test_nothing").status_code == 404
    unpaid = shopper.get(f"/orders/{first.number}/paid/?session_id={session}")
    assert "was not paid" in unpaid.content.decode()
    assert Payment.objects.filter(state="paid").count() == 0


def test_a_corrected_address_is_where_it_goes(to_provider, another, put_on_shelf, details):
    shopper = another()
    lamp = put_on_shelf("lindqvist", stock=1)
    shopper.put_in(lamp)
    shopper.post("/checkout/", details(5390))
    first = Order.objects.get()
    corrected = details(5390, email="ada@new.example", line1="Keizersgracht 2")
    answer = shopper.post("/checkout/", corrected)
    second = Order.objects.exclude(id=first.id).get()
    assert (second.email, second.ship_to["line1"]) == ("ada@new.example", "Keizersgracht 2")
    assert answer["Location"] == PaymentAttempt.objects.get(payment__reference_id=second.id).url
    assert "You ordered anew before paying" in shopper.get(f"/orders/{first.number}/").content.decode()
    with in_shop(lamp.vendor):
        assert StockLevel.objects.get().reserved == 1


def test_what_ones_own_unpaid_order_holds_is_not_sold_out(to_provider, another, put_on_shelf, details):
    shopper, stranger = another(), another()
    lamp, soap = put_on_shelf("lindqvist", stock=1), put_on_shelf("moreau", price_minor=1210)
    shopper.put_in(lamp)
    shopper.post("/checkout/", details(5390))
    Offer.objects.filter(id=lamp.offer.id).update(available=0)  # as projected once the stock is held
    text = shopper.get("/cart/").content.decode()
    assert "Sold out" not in text
    assert shopper.get("/checkout/").status_code == 200
    shopper.put_in(soap)
    shopper.post("/checkout/", details(7090))
    newest = Order.objects.order_by("placed_at").last()
    assert newest.vendor_orders.count() == 2
    assert Order.objects.filter(stock_hold="held").count() == 1
    stranger.put_in(lamp)
    assert not CartLine.objects.exclude(cart_id=newest.cart_id).exists()


def test_paying_for_what_was_ordered_anew_gives_the_money_back(to_provider, another, put_on_shelf, details):
    from billing.payments.models import Refund

    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    first, attempt = Order.objects.get(), PaymentAttempt.objects.get()
    shopper.post("/cart/quantity/", {"line": str(CartLine.objects.get().id), "quantity": 2})
    shopper.post("/checkout/", details(10290))
    first.refresh_from_db()
    assert first.canceled_at is not None
    to_provider.pay(attempt.provider_session_id)
    back = shopper.get(f"/orders/{first.number}/paid/?session_id={attempt.provider_session_id}")
    assert "Your money goes back." in back.content.decode()
    assert (
        sum(Refund.objects.filter(share__payment__reference_id=first.id).values_list("amount_minor", flat=True)) == 5390
    )


def test_a_guest_who_signs_in_between_ordering_and_paying_keeps_the_order(
    to_provider, another, put_on_shelf, details, ada, sign_in
):
    from django.db import transaction

    from marketplace.orders.actions import mark_paid
    from marketplace.orders.events import empty_the_cart
    from outbox.models import Fact

    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    sign_in(shopper, ada)
    order = Order.objects.get()
    assert order.user_id == ada.id
    with transaction.atomic():
        mark_paid(order.id)
    empty_the_cart(Fact.objects.get(name="order.paid"))
    assert not CartLine.objects.exists()
    assert order.number in shopper.get("/orders/").content.decode()


@pytest.mark.parametrize(
    ("price_minor", "quantity", "words"),
    [
        (10, 1, "must come to 0.50 EUR at least"),
        (60_000_000, 2, f"One payment can be {Money(99_999_999, 'EUR')} at most"),
    ],
)
def test_what_cannot_be_paid_at_once_is_not_ordered(shopper, put_on_shelf, details, price_minor, quantity, words):
    shopper.put_in(put_on_shelf("lindqvist", price_minor=price_minor, shipping_minor=0), quantity)
    page = shopper.post("/checkout/", details(price_minor * quantity), follow=True).content.decode()
    assert words in page
    assert not Order.objects.exists()


def test_the_next_checkout_begins_with_an_empty_form(to_provider, another, put_on_shelf, details):
    shopper = another()
    lamp = put_on_shelf("lindqvist")
    shopper.put_in(lamp)
    shopper.post("/checkout/", details(5390))
    order, attempt = Order.objects.get(), PaymentAttempt.objects.get()
    to_provider.pay(attempt.provider_session_id)
    shopper.get(f"/orders/{order.number}/paid/?session_id={attempt.provider_session_id}")
    shopper.put_in(lamp)
    assert "Prinsengracht" not in shopper.get("/checkout/").content.decode()


def test_only_whom_it_concerns_sees_an_order(to_provider, another, put_on_shelf, details, ada, sign_in):
    shopper, stranger, elsewhere = another(), another(), another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    order = Order.objects.get()
    here = f"/orders/{order.number}/"
    assert shopper.get(here).status_code == 200
    for path in (here, f"{here}?key=wrong", f"{here}?key={'0' * 40}"):
        assert stranger.get(path).status_code == 404
    for path in ("pay/", "again/"):
        assert stranger.post(here + path).status_code == 404
    by_key = elsewhere.get(f"{here}?key={access_token(order.id)}")
    assert (by_key.status_code, by_key["Location"]) == (303, here)
    assert elsewhere.get(here).status_code == 200
    sign_in(stranger, ada)
    assert stranger.get(here).status_code == 404
    Order.objects.update(user=ada)
    assert stranger.get(here).status_code == 200


def test_what_was_given_up_can_be_ordered_once_more(to_provider, another, put_on_shelf, details):
    from django.db import transaction

    from marketplace.orders.actions import cancel_unpaid

    shopper = another()
    lamp = put_on_shelf("lindqvist")
    shopper.put_in(lamp, 2)
    shopper.post("/checkout/", details(10290))
    first = Order.objects.get()
    to_provider.advance(hours=1)
    with transaction.atomic():
        cancel_unpaid(first.id, reason="Not paid in time")
    text = shopper.get(f"/orders/{first.number}/").content.decode()
    assert "This order was not paid in time" in text
    CartLine.objects.all().delete()
    shopper.post(f"/orders/{first.number}/again/")
    assert list(CartLine.objects.values_list("offer_id", "quantity")) == [(lamp.offer.id, 2)]


def test_the_same_cart_is_ordered_anew_after_its_order_was_given_up(another, put_on_shelf, details, to_provider):
    from django.db import transaction

    from marketplace.orders.actions import cancel_unpaid

    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    first = Order.objects.get()
    with transaction.atomic():
        cancel_unpaid(first.id, reason="Not paid in time")
    answer = shopper.post("/checkout/", details(5390))
    second = Order.objects.exclude(id=first.id).get()
    assert answer["Location"] == PaymentAttempt.objects.get(payment__reference_id=second.id).url
    assert second.cart_version == first.cart_version + 1


def test_a_customer_uses_and_keeps_addresses(to_provider, another, put_on_shelf, details, ada, sign_in):
    shopper = another()
    sign_in(shopper, ada)
    shopper.put_in(put_on_shelf("lindqvist"))
    text = shopper.get("/checkout/").content.decode()
    assert 'value="ada@vermeer.example"' in text
    assert "Keep this address" in text
    shopper.post("/checkout/", details(5390, keep="on"))
    kept = Address.objects.get()
    assert (kept.city, kept.is_default, kept.user) == ("Amsterdam", True, ada)
    assert Order.objects.get().user == ada

    shopper.post("/cart/quantity/", {"line": str(CartLine.objects.get().id), "quantity": 2})
    assert str(kept.id) in shopper.get("/checkout/").content.decode()
    blank = dict.fromkeys(("name", "line1", "line2", "postal_code", "city", "phone"), "")
    shopper.post("/checkout/", details(10290, saved=str(kept.id), **blank, country="DE"))
    order = Order.objects.latest("placed_at")
    assert order.ship_to["line1"] == "Prinsengracht 1"
    assert order.ship_to["country"] == "NL"

    text = shopper.get("/orders/").content.decode()
    assert order.number in text
    assert "102.90 EUR" in text
    assert "Awaiting payment" in text


def test_the_time_to_pay_is_told(to_provider, another, put_on_shelf, details):
    shopper = another()
    shopper.put_in(put_on_shelf("lindqvist"))
    shopper.post("/checkout/", details(5390))
    order = Order.objects.get()
    left = order.hold_until - order.placed_at
    assert left > timedelta(minutes=30)
    assert "the time to pay ends" in shopper.get(f"/orders/{order.number}/").content.decode()


def test_a_company_is_shown_its_price_before_it_orders_and_errors_stand_at_its_fields(
    shopper, put_on_shelf, make_vendor, details
):
    from marketplace.catalog.models import VendorCard

    lamp = put_on_shelf("lindqvist", price_minor=11900, vendor=make_vendor("lindqvist", country="DE"))
    VendorCard.objects.update(vat_id="DE136695976")
    shopper.put_in(lamp)
    company = {"business": "on", "company": "Vermeer BV", "vat_id": "NL4495445B01"}
    shown = shopper.htmx("/checkout/country/", details(12390, **company)).content.decode()
    assert ("Pay 104.12 EUR" in shown, "No VAT is charged." in shown, "Reverse charge" in shown) == (True, True, True)
    for wrong, field in (({"vat_id": "NL1"}, "vat_id"), ({"company": ""}, "company")):
        page = shopper.post("/checkout/", details(10412, **company | wrong), follow=True).content.decode()
        assert f"id_{field}_error" in page
    # Whoever typed it without scripts is shown the new total first.
    page = shopper.post("/checkout/", details(12390, **company), follow=True).content.decode()
    assert ("it now costs 104.12 EUR" in page, 'value="Vermeer BV"' in page) == (True, True)
    assert not Order.objects.exists()
    shopper.post("/checkout/", details(10412, **company))
    order = Order.objects.get()
    assert (order.total_minor, order.vat_id, order.tax_minor) == (10412, "NL004495445B01", 0)
    assert "Vermeer BV" in shopper.text(f"/orders/{order.number}/")
