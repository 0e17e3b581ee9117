"""A waiting room as customers, a vendor and staff meet it: pages, and the checkout that asks for an admission."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kit import clock
from marketplace.carts.models import Cart
from marketplace.orders.models import Order
from marketplace.waiting.models import WaitingRoom
from tests.marketplace.web.portal.conftest import desk_of
from tests.marketplace.web.storefront.conftest import Shopper, ada, another, shopper, sign_in
from tests.support.office import desk as office_desk
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["ada", "another", "desk_of", "office_desk", "sandbox", "sandbox_process", "shopper", "sign_in"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]
START = datetime.fromisoformat("2027-03-01T10:00:00+00:00")
FORM = {
    "per_minute": "6",
    "stay_minutes": "10",
    "gathers_at": "",
    "opens_at": "2027-03-01T10:00",
    "ends_at": "2027-03-01T14:00",
}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(seconds=seconds))

    move(-600)
    return move


def test_from_the_vendors_room_to_the_order(
    shopper: Shopper, another: Any, put_on_shelf: Any, desk_of: Any, address: Any, sandbox: Any, at: Any
) -> None:
    shelf = put_on_shelf("lindqvist", price_minor=4900)
    desk, viewer = desk_of(shelf.vendor), desk_of(shelf.vendor, "viewer")
    assert "New waiting room" in desk.text("/waiting-rooms/")
    wrong = desk.post(
        "/waiting-rooms/new/", {**FORM, "product": str(shelf.offer.product_id), "ends_at": FORM["opens_at"]}
    )
    assert (wrong.status_code, "It ends after it opens" in wrong.content.decode()) == (422, True)
    assert viewer.post("/waiting-rooms/new/", {**FORM, "product": str(shelf.offer.product_id)}).status_code == 403
    made = desk.post("/waiting-rooms/new/", {**FORM, "product": str(shelf.offer.product_id)})
    room = WaitingRoom.objects.get()
    assert made["Location"] == f"/waiting-rooms/{room.id}/"
    here = f"/waiting/{room.id}/"

    # Before it opens: a place, and no order.
    shopper.put_in(shelf)
    assert here in shopper.text(f"/p/{shelf.listing.slug}/")
    order = {"email": "ada@vermeer.example", **address, "version": Cart.objects.get().version, "total": 5390}
    refused = shopper.post("/checkout/", order)
    assert (refused.status_code, refused["Location"], Order.objects.count()) == (303, here, 0)
    assert "Take a place" in shopper.text(here)
    assert shopper.post(f"{here}place/")["Location"] == here
    assert "put in an order by lot" in shopper.text(here)

    # Open: the first is let in, who comes now waits and sees for how long.
    at(5)
    page = shopper.text(here)
    assert "It is your turn" in page
    assert 'data-live-in="596"' not in page  # asked sooner: somebody may change the rate
    assert 'data-live-in="300"' in page
    friend = another()
    friend.post(f"{here}place/")
    page = friend.text(here)
    assert "You are next" in page
    assert 'data-live-in="6"' in page
    part = friend.get(f"{here}?part=live")
    assert friend.get(f"{here}?part=live", if_none_match=part["ETag"]).status_code == 304
    assert shopper.post("/checkout/", order)["Location"] != here  # the provider's clock is another one
    assert Order.objects.get().total_minor == 5390

    page = desk.text(f"/waiting-rooms/{room.id}/")
    assert "Letting in" in page
    assert desk.post(f"/waiting-rooms/{room.id}/", {"per_minute": "60"}).status_code == 302
    assert "It is your turn" in friend.text(here)
    assert viewer.post(f"/waiting-rooms/{room.id}/closing/").status_code == 403
    assert desk.post(f"/waiting-rooms/{room.id}/closing/")["Location"] == "/waiting-rooms/"
    assert "This waiting room has ended" in friend.text(here)
    assert "Over" in viewer.text("/waiting-rooms/")


def test_a_guests_place_is_there_after_signing_in(
    shopper: Shopper, another: Any, put_on_shelf: Any, ada: Any, sign_in: Any, at: Any
) -> None:
    from marketplace.waiting.actions import Keeper, make_room

    shelf = put_on_shelf("lindqvist")
    room = make_room(
        vendor_id=shelf.vendor.id,
        product_id=shelf.offer.product_id,
        per_minute=1,
        stay_minutes=10,
        gathers_at=None,
        opens_at=START,
        ends_at=START + timedelta(hours=1),
        by=Keeper(ada.id),
    )
    at(0)
    here = f"/waiting/{room.id}/"
    another().post(f"{here}place/")
    shopper.post(f"{here}place/")
    assert "You are next" in shopper.text(here)
    sign_in(shopper, ada)
    assert "You are next" in shopper.text(here)
    elsewhere = another()
    sign_in(elsewhere, ada)
    assert "You are next" in elsewhere.text(here)
    at(60)
    assert "It is your turn" in elsewhere.text(here)


def test_staff_keep_a_room_for_any_vendors_product(office_desk: Any, put_on_shelf: Any, desk_of: Any, at: Any) -> None:
    shelf = put_on_shelf("lindqvist")
    desk = office_desk("administrator")
    form = {**FORM, "vendor": "lindqvist", "listing": "no-such"}
    assert "offers nothing at this address" in desk.post("/waiting-rooms/new/", form).content.decode()
    desk.post("/waiting-rooms/new/", {**form, "listing": shelf.listing.slug})
    room = WaitingRoom.objects.get()
    assert (room.made_by, room.product_id) == ("platform", shelf.offer.product_id)
    assert "Gathering" in desk.get("/waiting-rooms/").content.decode()
    # The vendor sees it, and cannot end it.
    vendor = desk_of(shelf.vendor)
    assert "End it now" not in vendor.text(f"/waiting-rooms/{room.id}/")
    assert vendor.post(f"/waiting-rooms/{room.id}/closing/").status_code == 403
    at(1)
    desk.post(f"/waiting-rooms/{room.id}/", {"per_minute": "100"})
    desk.post(f"/waiting-rooms/{room.id}/closing/")
    room.refresh_from_db()
    assert (room.per_minute, room.closed_at) == (100, START + timedelta(seconds=1))
