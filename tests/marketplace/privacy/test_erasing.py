"""A copy of what is kept about somebody, and its erasure: everywhere, and nothing of anybody else's."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection

from accounts.addresses import save_address
from accounts.signup import register_person
from audit.models import AuditEntry
from billing.ledger.models import Posting
from billing.payments.models import Payment
from billing.prepaid.actions import begin_purchase
from billing.prepaid.models import GiftCard
from kit import clock
from kit.errors import Conflict
from kit.money import Money
from marketplace.carts.actions import add_to_cart, ensure_cart
from marketplace.fulfillment.actions import deliver, pack, ship
from marketplace.orders.leaving import forget_addresses
from marketplace.orders.models import Order, VendorOrder
from marketplace.orders.photos import encode_each
from marketplace.returns.asking import withdraw_return
from marketplace.reviews.models import Review, ReviewPhoto
from notifications.models import Mail
from notifications.tasks import send_due
from outbox.tasks import deliver as deliver_facts
from privacy import actions
from privacy.actions import AskedAlready, StillOpen, WrongPassword, ask_for_copy, ask_for_erasure, link_token, take_back
from privacy.models import DataRequest
from privacy.tasks import carry_out_due, forget
from tenants.isolation.doors import in_shop
from tests.support.going_back import CUSTOMER, asked, moved, photo
from tests.support.office import pay
from tests.support.reviewing import said

PASSWORD = "a-long-enough-word-42"
# Of Ada, whatever is personal: name, mail, street, phone, and what she said.
HERS = r"\mada\M|vermeer|prinsengracht|\+31|too bright|warm glow"


@pytest.fixture
def ada(arrived):
    """She has an account with the address she ordered with as a guest, and has left traces everywhere."""
    person = register_person(email="ada@vermeer.example", name="Ada Vermeer", password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account_emailaddress SET verified = true WHERE user_id = %s", [person.id])
    save_address(user=person, values={**arrived.order.ship_to, "phone": "+31 20 555"})
    cart = ensure_cart(user=person, token="")
    add_to_cart(cart=cart, offer_id=arrived.lamp.offer.id, quantity=1)
    said(arrived, 4, title="Warm glow", words="Too bright for Ada", author="Ada V.", photos=photos())
    returned = asked(arrived, words="Too bright, says Ada Vermeer", photos=return_photos())
    withdraw_return(return_id=returned.id, by=CUSTOMER)
    come(arrived, arrived.soap, arrived.soaps)
    while deliver_facts():
        pass
    return person


def photos():
    return encode_each([photo()], [(960, 960)], most=1)


def return_photos():
    from marketplace.returns.photos import encode_photos

    return encode_photos([photo()])


def come(bought, shelf, part):
    with in_shop(shelf.vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        ship(parcel_id=parcel.id, carrier="DHL", tracking_number="2", by=None)
        deliver(parcel_id=parcel.id, by=None)


def everywhere(words):
    """{table: {columns}} of every schema in which the words stand, any case."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' AND (table_schema = 'public'"
            " OR table_schema ~ '^v_') AND data_type IN ('text', 'character varying', 'jsonb')"
        )
        columns = {}
        for schema, table, column in cursor.fetchall():
            columns.setdefault((schema, table), []).append(column)
        for (schema, table), names in columns.items():
            tests = ", ".join(f'bool_or("{name}"::text ~* %s)' for name in names)
            cursor.execute(f'SELECT {tests} FROM "{schema}"."{table}"', [words] * len(names))
            hits = {name for name, hit in zip(names, cursor.fetchone(), strict=True) if hit}
            if hits:
                found[table] = found.get(table, set()) | hits
    return found


def books():
    return sorted(Posting.objects.values_list("account_id", "amount_minor")), sorted(
        Order.objects.values_list("number", "total_minor", "tax_minor", "ship_to__country")
    )


def test_a_copy_has_all_that_is_hers_in_json_and_to_read_once_a_day(ada, arrived):
    first = ask_for_copy(user=ada)
    with pytest.raises(AskedAlready):
        ask_for_copy(user=ada)
    assert (carry_out_due(), carry_out_due()) == (1, 0)
    first.refresh_from_db()
    with zipfile.ZipFile(BytesIO(bytes(first.content))) as made:
        data, page = json.loads(made.read("data.json")), made.read("read-me.html").decode()
        pictures = [name for name in made.namelist() if name.startswith("pictures/")]
        assert all(made.read(name)[:4] == b"RIFF" for name in pictures)
    assert data["You"] == [
        {"email": "ada@vermeer.example", "name": "Ada Vermeer", "joined_at": data["You"][0]["joined_at"]}
    ]
    assert [row["number"] for row in data["Orders"]] == [arrived.order.number]
    assert data["Returns"][0]["words"] == "Too bright, says Ada Vermeer"
    assert data["Reviews"][0]["words"] == "Too bright for Ada"
    assert (len(data["Articles you ordered"]), len(pictures)) == (2, 2)
    assert "Prinsengracht" in page
    assert "password" not in page
    assert Mail.objects.get(template="data_copy_ready").text.count("/account/data/") == 1
    with moved(days=8):
        assert forget() >= 1
        first.refresh_from_db()
        assert (first.content, first.state) == (None, "expired")
        assert ask_for_copy(user=ada).id != first.id


def test_who_is_erased_is_found_nowhere_and_the_books_stand_as_they_stood(ada, arrived):
    other = register_person(email="ines@moreau.example", name="Ines Moreau", password=PASSWORD)
    # What went to an address that she has no longer is hers all the same.
    assert Mail.objects.filter(about=arrived.order.id, vendor_id=None).update(to="ada@elsewhere.example")
    before = books()
    assert {"orders_order", "reviews_review", "returns_return", "accounts_user", "notifications_mail"} <= set(
        everywhere(HERS)
    )
    with pytest.raises(WrongPassword):
        ask_for_erasure(user=ada, password="no")
    waits = ask_for_erasure(user=ada, password=PASSWORD)
    assert ask_for_erasure(user=ada, password=PASSWORD).id == waits.id
    assert carry_out_due() == 0
    take_back(request_id=waits.id)
    assert take_back(request_id=waits.id).state == "taken_back"
    waits = ask_for_erasure(user=ada, password=PASSWORD, words_too=True)
    with moved(days=15):
        assert carry_out_due() == 1
        while send_due():
            pass
    waits.refresh_from_db()
    assert waits.state == "done"
    # What the law keeps, and nothing else: the name and address on the order, as the invoice has them.
    invoices = {"invoices_invoice": {"data"}}
    assert everywhere(HERS) == {"orders_order": {"ship_to"}, "orders_vendororder": {"ship_to"}} | invoices
    assert {*Order.objects.get().ship_to} >= {"name", "line1", "country"}
    assert (Order.objects.get().ship_to["phone"], Order.objects.get().email) == ("", f"{waits.id.hex}@erased.invalid")
    assert (Payment.objects.get().customer_email, Review.objects.get().rating) == (Order.objects.get().email, 4)
    assert not ReviewPhoto.objects.exists()
    assert books() == before
    ada.refresh_from_db()
    assert (ada.is_active, ada.has_usable_password(), ada.name) == (False, False, "")
    other.refresh_from_db()
    assert (other.name, other.is_active) == ("Ines Moreau", True)
    # What happens to the order later is written to nobody.
    from notifications.actions import send

    send("later:1", "data_erasure_refused", Order.objects.get().email, {"obstacles": []})
    assert not Mail.objects.filter(key="later:1").exists()
    assert [
        *AuditEntry.objects.filter(subject=f"data_request:{waits.id}").order_by("at").values_list("action", flat=True)
    ] == [
        "data_erasure.asked",
        "data_erasure.erased",
    ]
    # Ten years on nothing is left of it but the country.
    assert forget_addresses(clock.now() + timedelta(days=3000)) == 0
    assert forget_addresses(clock.now() + timedelta(days=3700)) == 3
    assert everywhere(HERS) == invoices  # which never change
    assert {*VendorOrder.objects.values_list("ship_to__country", flat=True)} == {"NL"}


def test_what_is_under_way_keeps_her_and_what_comes_up_meanwhile_refuses(ada, arrived):
    returned = asked(arrived)
    with pytest.raises(StillOpen) as refused:
        ask_for_erasure(user=ada, password=PASSWORD)
    assert refused.value.obstacles == [f"Return {returned.number} is not done with"]
    withdraw_return(return_id=returned.id, by=CUSTOMER)
    waits = ask_for_erasure(user=ada, password=PASSWORD)
    again = asked(arrived)
    with moved(days=15):
        assert carry_out_due() == 1
    waits.refresh_from_db()
    assert (waits.state, waits.refused_because) == ("refused", [f"Return {again.number} is not done with"])
    ada.refresh_from_db()
    assert ada.name == "Ada Vermeer"
    assert again.number in Mail.objects.get(template="data_erasure_refused").text
    with pytest.raises(Conflict):
        take_back(request_id=waits.id)


@pytest.mark.parametrize("side", ["buyer_email", "recipient_email"])
def test_a_gift_card_that_has_not_gone_out_keeps_who_bought_it_and_whom_it_is_for(ada, side):
    card = begin_purchase(amount=Money(5000, "EUR"), buyer_email="anna@moreau.example", recipient_email="b@m.example")
    pay(card, "ch_card", fee_minor=100)
    GiftCard.objects.filter(id=card.id).update(**{side: "ada@vermeer.example"})
    with pytest.raises(StillOpen) as refused:
        ask_for_erasure(user=ada, password=PASSWORD)
    assert refused.value.obstacles == [f"Gift card {card.number} has not been mailed yet"]
    GiftCard.objects.filter(id=card.id).update(mailed_at=clock.now())
    ask_for_erasure(user=ada, password=PASSWORD)


def test_a_guests_erasure_is_not_done_to_the_account_that_was_made_meanwhile(arrived):
    waits = DataRequest.objects.create(
        kind="erasure", email="mo@oduya.example", asked_at=clock.now(), due_at=clock.now()
    )
    register_person(email="Mo@oduya.example", name="Mo", password=PASSWORD)
    assert carry_out_due() == 1
    waits.refresh_from_db()
    assert (waits.state, len(waits.refused_because)) == ("refused", 1)
    assert "ask for it there" in waits.refused_because[0]


def test_one_request_that_fails_holds_up_no_other(ada, arrived, monkeypatch):
    first = ask_for_copy(user=ada)
    second = ask_for_copy(user=None, email="mo@oduya.example")
    real = actions.copy_of
    broken = lambda person: real(person) if person.user_id is None else 1 / 0  # noqa: E731
    monkeypatch.setattr(actions, "copy_of", broken)
    assert carry_out_due() == 1
    assert {each.id: each.done_at is None for each in DataRequest.objects.all()} == {first.id: True, second.id: False}
    monkeypatch.undo()
    with moved(days=2), pytest.raises(AskedAlready):
        ask_for_copy(user=ada)
    assert carry_out_due() == 1


def test_an_address_that_was_only_typed_in_opens_nobody_elses_orders(arrived):
    thief = register_person(email="ada@vermeer.example", name="Not Ada", password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account_emailaddress SET verified = false WHERE user_id = %s", [thief.id])
    ask_for_copy(user=thief)
    carry_out_due()
    with zipfile.ZipFile(BytesIO(bytes(DataRequest.objects.get().content))) as made:
        assert {*json.loads(made.read("data.json"))} <= {
            "You",
            "What you asked of us",
            "What you did that we write down",
        }


def test_the_office_asks_for_a_guest_by_order_and_address_whose_link_is_the_key(desk, arrived, another):
    support = desk("support")
    number = arrived.order.number
    here = "/data-requests/"
    for given in ({"number": number, "email": "x@y.example"}, {"number": "SK-0", "email": arrived.order.email}):
        answer = support.post(f"{here}new/", {"kind": "export", **given})
        assert (answer.status_code, 'id="number-problem"' in answer.content.decode()) == (422, True)
    given = {"number": number.lower(), "email": "ADA@vermeer.example"}
    assert support.post(f"{here}new/", {"kind": "export", **given}).status_code == 302
    answer = support.post(f"{here}new/", {"kind": "erasure", **given})
    assert (answer.status_code, "is paid and has not arrived" in answer.content.decode()) == (422, True)
    carry_out_due()
    made = DataRequest.objects.get()
    visitor = another()
    assert visitor.get(f"/data/{made.id}/{'x' * 43}/").status_code == 404
    answer = visitor.get(f"/data/{made.id}/{link_token(made.id)}/")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert f"/data/{made.id}/{link_token(made.id)}/" in Mail.objects.get(template="data_copy_ready").text
    page = support.get(here).content.decode()
    assert (number in page, "ada@vermeer.example" in page) == (True, True)
