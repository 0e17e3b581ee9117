"""Gift cards and store credit as people meet them: bought, received, used at checkout, looked up."""

import re

import pytest

from billing.payments.models import Payment
from billing.prepaid import actions as prepaid
from billing.prepaid.codes import card_url, code_of, in_groups
from billing.prepaid.models import GiftCard
from kit.ids import uuid7
from kit.money import Money
from marketplace.orders.models import Order
from notifications.models import Mail
from tests.support.office import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]
GIFT = {
    "worth": "other",
    "amount": "35.00",
    "recipient_email": "mo@oduya.example",
    "recipient_name": "Mo",
    "message": "Have a good year <3",
    "buyer_name": "Ada",
    "buyer_email": "ada@vermeer.example",
}


def sold(amount=2000):
    card = prepaid.begin_purchase(
        amount=Money(amount, "EUR"), buyer_email="ada@vermeer.example", recipient_email="mo@oduya.example"
    )
    pay(card, f"ch_{card.number}", fee_minor=50)
    card.refresh_from_db()
    return card, code_of(card.id, card.code_version)


def test_a_gift_card_is_bought_mailed_opened_once_and_looked_up(
    shopper, sandbox, another, django_assert_max_num_queries
):
    for change, mistake in [
        ({"amount": "a lot"}, "Write an amount like 35.00."),
        ({"amount": "5.00"}, "A gift card is from 10.00 EUR to 500.00 EUR."),
        ({"deliver_on": "2001-01-01"}, "Choose a day from today on, within a year."),
        ({"recipient_email": "mo"}, "Enter a valid email address."),
    ]:
        answer = shopper.post("/gift-cards/", {**GIFT, **change})
        assert answer.status_code == 422
        assert mistake in answer.content.decode(), mistake
    answer = shopper.post("/gift-cards/", GIFT)
    assert answer.status_code == 303
    assert "127.0.0.1" in answer["Location"]
    card = GiftCard.objects.latest("id")
    attempt = Payment.objects.get(reference_id=card.id).attempts.get()
    sandbox.pay(attempt.provider_session_id)
    text = shopper.text(f"/gift-cards/{card.id}/paid/")
    assert "Thank you." in text
    assert f"Gift card <strong>{card.number}</strong> of 35.00 EUR is paid" in text
    assert another().get(f"/gift-cards/{card.id}/paid/").status_code == 404
    card.refresh_from_db()
    assert prepaid.deliver_due() == 1
    mail = Mail.objects.get(template="gift_card")
    assert "Have a good year &lt;3" in mail.html
    link = re.search(r"https?://[^/]+(/gift-cards/\S+)", mail.text)[1]
    assert link in card_url(card.id, 1)
    mo = another()
    assert "35.00 EUR" in mo.text(link)
    code = in_groups(code_of(card.id, 1))
    assert code not in mo.text(link)
    assert code in mo.post(link).content.decode()
    again = mo.post(link).content.decode()
    assert "shown once only" in again
    assert code not in again
    assert mo.get(f"/gift-cards/{card.id}/?key=another").status_code == 404
    with django_assert_max_num_queries(8):
        answer = mo.post("/gift-cards/balance/", {"gift_card": code.lower()})
    assert "35.00 EUR" in answer.content.decode()
    answer = mo.post("/gift-cards/balance/", {"gift_card": "ABCD"})
    assert (answer.status_code, "This code cannot be used." in answer.content.decode()) == (422, True)


def test_checkout_takes_a_gift_card_and_credit_and_keeps_what_was_typed(
    shopper, ada, sign_in, put_on_shelf, address, django_assert_max_num_queries
):
    sign_in(shopper, ada)
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0)
    card, code = sold()
    prepaid.give_credit(
        user_id=ada.id, amount=Money(3500, "EUR"), reason="Came late", by=uuid7(), role="accountant", once=uuid7()
    )
    shopper.put_in(lamp)
    form = {**address, "email": "ada@vermeer.example", "saved": "new", "city": "Delft"}
    text = shopper.post("/checkout/gift-card/", {**form, "gift_card": "NOT-ONE"}, follow=True).content.decode()
    assert 'aria-describedby="id_gift_card-error"' in text
    assert 'value="NOT-ONE"' in text
    assert 'value="Delft"' in text
    text = shopper.post("/checkout/gift-card/", {**form, "gift_card": in_groups(code)}, follow=True).content.decode()
    assert f"Gift card …{card.last_four}" in text
    assert "Pays 20.00 EUR" in text
    assert "Pay 30.00 EUR" in text
    assert "Not used for this order" in text
    shopper.post("/checkout/credit/", {**form, "use_credit": "1"})
    with django_assert_max_num_queries(24):
        text = shopper.text("/checkout/")
    assert "Order now" in text
    assert 'name="charged" value="0"' in text
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    place = {**form, "version": version, "total": "5000"}
    # Somebody who saw another rest is told.
    text = shopper.post("/checkout/", {**place, "charged": "3000"}, follow=True).content.decode()
    assert "Less is to be paid than was shown: 0.00 EUR." in text
    answer = shopper.post("/checkout/", {**place, "charged": "0"})
    order = Order.objects.get()
    assert answer["Location"].endswith(f"/orders/{order.number}/paid/?session_id=covered")
    assert "is paid: 50.00 EUR" in shopper.text(f"/orders/{order.number}/paid/?session_id=covered")
    text = shopper.text(f"/orders/{order.number}/")
    assert "Store credit: 30.00 EUR" in text
    assert "It goes back the way you paid." in text
    shopper.post(f"/orders/{order.number}/credit/", {"wanted": "1"})
    assert Payment.objects.get(reference_id=order.id).refunds_to_credit_of == ada.id
    text = shopper.text("/account/credit/")
    for words in ("5.00 EUR", "Came late", "+35.00 EUR", "−30.00 EUR", order.number):
        assert words in text, words
    # Taken out again, it pays nothing.
    shopper.put_in(lamp)
    other, code = sold(1000)
    shopper.post("/checkout/gift-card/", {**form, "gift_card": code})
    text = shopper.post("/checkout/gift-card/removal/", {**form, "remove_card": other.id}, follow=True).content.decode()
    assert "Pays 10.00 EUR" not in text
