"""What lies beside a cart: saved for later, shared, reminded of once, and gone when nobody comes back."""

from datetime import timedelta

import pytest

from accounts.signup import register_person
from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.carts.actions import add_to_cart, ensure_cart, merge_carts, new_token, take_bought
from marketplace.carts.models import Cart, CartLine, SavedLine, SharedCart, SharedLine
from marketplace.carts.reminding import ends_reminders, refuse_reminder, reminder_token, want_reminder
from marketplace.carts.saving import forget_saved, move_back, save_for_later
from marketplace.carts.sharing import NothingToShare, SharedGone, end_shares, share_cart, shared_by, take_shared
from marketplace.carts.tasks import drop_stale
from marketplace.catalog.models import Offer
from marketplace.checkout.actions import place_order
from marketplace.checkout.tasks import remind_of_carts
from notifications.models import Mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


@pytest.fixture
def ada(db):
    return register_person(email="ada@vermeer.example", name="Ada Vermeer", password="a long good one")


@pytest.fixture
def lamp(put_on_shelf):
    return put_on_shelf("lindqvist", stock=5)


def guests_cart(*shelves, token=None, quantity=2):
    cart = ensure_cart(user=None, token=token or new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
    return cart


def inside(cart):
    return sorted(cart.lines.values_list("offer__sku", "quantity")), sorted(
        cart.saved.values_list("offer__sku", "quantity")
    )


def test_a_line_is_put_aside_and_comes_back(lamp):
    cart = guests_cart(lamp)
    saved = save_for_later(cart=cart, line_id=cart.lines.get().id)
    assert inside(cart) == ([], [("lindqvist-1", 2)])
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=1)
    save_for_later(cart=cart, line_id=cart.lines.get().id)
    assert inside(cart) == ([], [("lindqvist-1", 3)])
    with pytest.raises(Conflict):
        save_for_later(cart=guests_cart(), line_id=saved.id)
    Offer.objects.update(available=2)
    with pytest.raises(Conflict):
        move_back(cart=cart, saved_id=saved.id)
    assert inside(cart) == ([], [("lindqvist-1", 3)])
    Offer.objects.update(available=5)
    version = Cart.objects.get(id=cart.id).version
    move_back(cart=cart, saved_id=saved.id)
    assert inside(cart) == ([("lindqvist-1", 3)], [])
    assert Cart.objects.get(id=cart.id).version > version
    forget_saved(cart=cart, saved_id=saved.id)


def test_what_was_saved_and_shared_survives_signing_in(lamp, put_on_shelf, ada):
    soap, token = put_on_shelf("moreau"), new_token()
    own = ensure_cart(user=ada, token="")
    guest = guests_cart(lamp, soap, token=token)
    for cart, shelf, quantity in ((own, lamp, 1), (guest, lamp, 2), (guest, soap, 2)):
        CartLine.objects.filter(cart=cart, offer=shelf.offer).delete()
        SavedLine.objects.create(cart=cart, offer=shelf.offer, quantity=quantity, price_seen_minor=1)
    add_to_cart(cart=guest, offer_id=lamp.offer.id)
    shared, link = share_cart(cart=guest)
    want_reminder(cart=guest, email="ada@example.com")
    merged = merge_carts(token=token, user=ada)
    assert inside(merged) == ([("lindqvist-1", 1)], [("lindqvist-1", 2), ("moreau-1", 2)])
    assert (shared_by(link).cart_id, shared_by(link).id) == (own.id, shared.id)
    kept = Cart.objects.get(id=own.id)
    assert (kept.reminder_wanted_at is not None, kept.reminder_to) == (True, "")


def test_a_shared_cart_is_a_copy_that_another_takes_over(lamp, put_on_shelf):
    soap = put_on_shelf("moreau", stock=1)
    cart = guests_cart(lamp)
    add_to_cart(cart=cart, offer_id=soap.offer.id)
    shared, token = share_cart(cart=cart)
    assert token not in shared.token_hash
    add_to_cart(cart=cart, offer_id=lamp.offer.id)
    assert sorted(SharedLine.objects.values_list("offer__sku", "quantity")) == [("lindqvist-1", 2), ("moreau-1", 1)]
    Offer.objects.filter(id=soap.offer.id).update(available=0)
    other = guests_cart()
    taken = take_shared(cart=other, shared=shared_by(token))
    assert (taken.added, taken.left_out) == (1, [("Thing of Moreau", "This item is sold out.")])
    assert inside(other) == ([("lindqvist-1", 2)], [])
    assert end_shares(cart=cart) == 1
    with pytest.raises(SharedGone):
        shared_by(token)
    with pytest.raises(SharedGone):
        shared_by("guessed" * 5)
    with pytest.raises(NothingToShare):
        share_cart(cart=guests_cart())


def left(cart, days=2):
    Cart.objects.filter(id=cart.id).update(changed_at=clock.now() - timedelta(days=days))
    return cart


def mails():
    return sorted(Mail.objects.filter(template="cart_left").values_list("to", flat=True))


def test_one_mail_to_whoever_asked_and_left_and_to_nobody_else(lamp, ada, address):
    own = ensure_cart(user=ada, token="", country="NL")
    add_to_cart(cart=own, offer_id=lamp.offer.id)
    want_reminder(cart=own)
    guest, silent, refused, fresh, old, empty, ordered = (guests_cart(lamp, quantity=1) for _ in range(7))
    for name, cart in (("g", guest), ("r", refused), ("f", fresh), ("o", old), ("e", empty), ("b", ordered)):
        want_reminder(cart=cart, email=f"{name}@example.com")
    refuse_reminder(cart_id=refused.id)
    empty.lines.all().delete()
    for cart in (own, guest, silent, refused, empty, ordered):
        left(cart)
    left(old, days=8)
    place_order(cart=ordered, version=Cart.objects.get(id=ordered.id).version, email="b@example.com", ship_to=address)
    assert remind_of_carts() == 2
    assert mails() == sorted([ada.email, "g@example.com"])
    text = Mail.objects.get(to="g@example.com").text
    assert f"/cart/reminder/end/{guest.id}/{reminder_token(guest.id)}/" in text
    assert remind_of_carts() == 0
    left(guest)
    assert remind_of_carts() == 0


def test_a_wish_needs_an_address_ends_by_its_link_and_with_the_order(lamp):
    cart = guests_cart(lamp)
    with pytest.raises(InvalidInput) as nowhere:
        want_reminder(cart=cart, email="ada")
    assert nowhere.value.field == "email"
    want_reminder(cart=cart, email=" ada@example.com ")
    assert ends_reminders(cart.id, reminder_token(cart.id))
    assert not ends_reminders(guests_cart().id, reminder_token(cart.id))
    take_bought(cart_id=cart.id, user_id=None, bought={lamp.offer.id: 2}, placed_at=clock.now())
    kept = Cart.objects.get(id=cart.id)
    assert (kept.reminder_to, kept.reminder_wanted_at) == ("", None)


def test_guests_carts_that_nobody_comes_back_to_go(lamp, ada):
    own = left(ensure_cart(user=ada, token=""), days=400)
    stale, kept = left(guests_cart(lamp), days=61), left(guests_cart(lamp), days=59)
    _, token = share_cart(cart=stale)
    left(stale, days=61)
    drop_stale()
    assert set(Cart.objects.values_list("id", flat=True)) == {own.id, kept.id}
    assert shared_by(token).cart_id is None
    SharedCart.objects.update(expires_at=clock.now())
    drop_stale()
    assert not SharedCart.objects.exists()
