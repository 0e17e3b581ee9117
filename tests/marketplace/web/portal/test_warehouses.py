"""Warehouses and the terms of stock on the portal's pages, and what customers and packers read of them."""

import io
from datetime import timedelta

import pytest

from kit import clock
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.projection import project_stock
from marketplace.checkout.actions import place_order
from marketplace.orders.actions import mark_paid
from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import (
    PurchaseLine,
    Reservation,
    StockCountLine,
    StockLevel,
    StockSettings,
    Warehouse,
)
from tenants.shop.inventory.terms import accept_backorders
from tenants.vendors.entitlements import Allowed, grant
from tests.factories.shop import shelf
from tests.support.browser import Browser

NORTH = {
    "name": "North",
    "street": "Storgatan 4",
    "postal_code": "11455",
    "city": "Stockholm",
    "country": "SE",
    "working_days": ["1", "3"],
    "cut_off": "14:30",
    "time_zone": "Europe/Stockholm",
}


@pytest.fixture
def cup(desk):
    grant(vendor_id=desk.vendor.id, allowed=Allowed("two", "Two", warehouses_limit=2))
    with in_shop(desk.vendor):
        return shelf("Cup", sku="CUP", stock=10)


def test_a_second_warehouse_is_opened_stocked_and_retired(desk, cup):
    refused = desk.post("/warehouses/", NORTH | {"postal_code": "1145"})
    assert refused.status_code == 422
    assert "Postal codes of this country look like" in refused.content.decode()
    assert desk.post("/warehouses/", NORTH).status_code == 302
    page = desk.text("/warehouses/")
    assert "Storgatan 4, 114 55 Stockholm, Sweden" in page
    assert "Monday, Wednesday, until 14:30 (Europe/Stockholm)" in page
    assert "Two allows 2 warehouses" in desk.post("/warehouses/", NORTH).content.decode()
    with in_shop(desk.vendor):
        main, north = Warehouse.objects.open()
    here = f"/stock/{cup.id}/"
    moved = {"quantity": "4", "source": str(main.id), "target": str(north.id), "reason": "Closer"}
    assert (
        "Only 10 unpromised units lie in Main."
        in desk.post(f"{here}moves/", moved | {"quantity": "11"}).content.decode()
    )
    assert (
        "Choose one of your warehouses." in desk.post(f"{here}moves/", moved | {"target": str(cup.id)}).content.decode()
    )
    assert desk.post(f"{here}moves/", moved).status_code == 302
    found = {"on_hand": "5", "reason": "Found", "note": "behind the door", "warehouse": str(north.id)}
    assert desk.post(f"{here}count/", found).status_code == 302
    with in_shop(desk.vendor):
        assert dict(StockLevel.objects.values_list("warehouse__name", "on_hand")) == {"Main": 6, "North": 5}
    page = desk.text(here)
    assert "Main, to North" in page
    assert "Closer" in page
    assert "Found: behind the door" in page
    assert f'href="{here}" aria-label="Count CUP"' in desk.text("/stock/")
    answer = desk.post(f"/warehouses/{north.id}/retirement/", follow=True)
    assert "North cannot be retired: 5 units lie there (CUP). Move or ship them first." in answer.content.decode()
    desk.post(f"{here}count/", {"on_hand": "0", "reason": "Lost", "warehouse": str(north.id)})
    desk.post(f"/warehouses/{north.id}/retirement/")
    assert "Storgatan" not in desk.text("/warehouses/")
    assert desk.get(f"/warehouses/{north.id}/").status_code == 404


def test_a_warehouse_and_the_rule_that_chooses_it_are_changed(desk, cup):
    with in_shop(desk.vendor):
        main = Warehouse.objects.get()
    page = desk.text(f"/warehouses/{main.id}/")
    assert 'value="12:00"' in page
    assert desk.post(f"/warehouses/{main.id}/", NORTH | {"working_days": []}).status_code == 422
    assert desk.post(f"/warehouses/{main.id}/", NORTH | {"position": "3"}).status_code == 302
    desk.post("/warehouses/strategy/", {"strategy": "nearest"})
    desk.post("/warehouses/strategy/", {"strategy": "cheapest"})
    with in_shop(desk.vendor):
        main.refresh_from_db()
        assert (main.city, main.working_days, main.position) == ("Stockholm", "13", 3)
        assert StockSettings.objects.get().strategy == "nearest"


def test_what_is_kept_back_and_sold_ahead_is_said_on_the_stock_page(desk, cup):
    here = f"/stock/{cup.id}/"
    assert desk.post(f"{here}safety/", {"safety_stock": "3"}).status_code == 302
    assert (
        "Give the day from which they are shipped" in desk.post(f"{here}backorders/", {"limit": "5"}).content.decode()
    )
    day = clock.today() + timedelta(days=10)
    assert desk.post(f"{here}backorders/", {"limit": "5", "ships_on": day.isoformat()}).status_code == 302
    page = desk.text(here)
    assert f"sells 5 ahead, from {day.day} {day:%B %Y}" in page
    with in_shop(desk.vendor):
        assert StockLevel.objects.get().available == 12


def test_what_is_sold_ahead_says_so_from_the_listing_to_the_packing_slip(
    put_on_shelf, address, everything_ten_percent, desk_of, settings
):
    def page_of(shelf):
        return Browser(settings).get(f"http://localhost:8000/p/{shelf.listing.slug}/").content.decode()

    lamp = put_on_shelf("lindqvist", stock=2)
    day = clock.today() + timedelta(days=10)
    words = f"{day.day} {day:%B %Y}"
    with in_shop(lamp.vendor):
        accept_backorders(lamp.variant, limit=3, ships_on=day)
    project_stock(lamp.vendor, [lamp.variant.id])
    lamp.offer.refresh_from_db()
    assert (lamp.offer.available, lamp.offer.on_shelf, lamp.offer.ships_on) == (5, 2, day)
    assert (lamp.offer.ships_later(2), lamp.offer.ships_later(3)) == (None, day)
    assert "2 there now" in page_of(lamp)
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=3)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    part = order.vendor_orders.get()
    assert part.lines.get().ships_on == day
    project_stock(lamp.vendor, [lamp.variant.id])
    assert f"Ships from {words}" in page_of(lamp)
    mark_paid(order.id)
    desk = desk_of(lamp.vendor)
    assert f"3 from Main · sold ahead, ships from {words}" in desk.text(f"/orders/{part.id}/")
    assert "3 × Main" in desk.text(f"/orders/{part.id}/packing-slip/")
    assert f'<a href="/orders/{part.id}/">Order {part.number}</a>' in desk.text(f"/stock/{lamp.variant.id}/")
    desk.post(f"/orders/{part.id}/parcels/")
    parcel = part.parcels.get()
    refused = desk.post(f"/parcels/{parcel.id}/shipment/", {"carrier": "DHL"})
    assert "1 of 3 have not come in yet. Ship them when they have." in refused.content.decode()
    assert "from Main" in desk.text(f"/orders/{part.id}/")


def test_stock_set_by_hand_wants_a_reason_from_the_list_and_words_for_any_other(desk, cup):
    here = f"/stock/{cup.id}/count/"
    for wrong in ({}, {"reason": "Because"}, {"reason": "Other"}, {"reason": "Other", "note": " "}):
        assert desk.post(here, {"on_hand": "7"} | wrong).status_code == 422
    assert desk.post(here, {"on_hand": "7", "reason": "Other", "note": "Lent out"}).status_code == 302
    assert "Other: Lent out" in desk.text(f"/stock/{cup.id}/")


def test_a_warehouse_is_counted_on_a_sheet_and_the_sheet_is_applied(desk, cup):
    with in_shop(desk.vendor):
        main = Warehouse.objects.get()
    sheet = desk.post("/stock/counts/", {"warehouse": str(main.id)})["Location"]
    assert (
        "Main is being counted"
        in desk.post("/stock/counts/", {"warehouse": str(main.id)}, follow=True).content.decode()
    )
    assert "Choose one of your" in desk.post("/stock/counts/", {"warehouse": "x"}, follow=True).content.decode()
    with in_shop(desk.vendor):
        line = StockCountLine.objects.get()
    refused = desk.post(sheet, {f"line-{line.id}": "many"})
    assert refused.status_code == 422
    assert f'id="problem-{line.id}">Enter how many you counted.' in refused.content.decode()
    assert desk.post(sheet, {f"line-{line.id}": "8"}).status_code == 302
    assert ">-2<" in desk.text(sheet)
    answer = desk.post(f"{sheet}application/", follow=True)
    assert "Applied: the stock of 1 variant changed." in answer.content.decode()
    assert f'<a href="{sheet}">Stock count</a>' in desk.text(f"/stock/{cup.id}/")
    assert "applied or given up already" in desk.post(f"{sheet}giving-up/", follow=True).content.decode()
    assert "Applied" in desk.text("/stock/counts/")


def test_held_stock_is_listed_with_its_order_and_freed_by_owner_or_manager(
    put_on_shelf, address, everything_ten_percent, desk_of
):
    lamp = put_on_shelf("lindqvist")
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=3)
    order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    with in_shop(lamp.vendor):
        held = Reservation.objects.get()
    desk = desk_of(lamp.vendor, "manager")
    page = desk.text("/stock/holds/")
    assert order.vendor_orders.get().number in page
    assert "Cancel order" in page
    assert "Say why" in desk.post(f"/stock/holds/{held.id}/freeing/", follow=True).content.decode()
    desk.post(f"/stock/holds/{held.id}/freeing/", {"reason": "Broken"})
    assert Fact.objects.get(name="shop.hold_freeing_asked").vendor_id == lamp.vendor.id
    page = desk.text("/stock/holds/")
    assert "Broken" in page
    assert "Cancel order" not in page
    assert desk_of(lamp.vendor, "catalog").post(f"/stock/holds/{held.id}/freeing/", {"reason": "x"}).status_code == 403


def test_goods_are_ordered_from_a_supplier_and_received(desk, cup):
    refused = desk.post("/purchases/suppliers/", {"name": "The Kiln", "email": "kiln", "lead_days": "5"})
    assert refused.status_code == 422
    supplier = desk.post("/purchases/suppliers/", {"name": "The Kiln", "email": "kiln@example.com", "lead_days": "5"})
    assert "no variant with this SKU" in desk.post(supplier["Location"], {"sku": "X", "units": "5"}).content.decode()
    assert desk.post(supplier["Location"], {"sku": "CUP", "units": "5"}).status_code == 302
    kiln = supplier["Location"].split("/")[-2]
    purchase = desk.post("/purchases/", {"supplier": kiln})["Location"]
    assert "Put something in" in desk.post(f"{purchase}sending/").content.decode()
    assert desk.post(purchase, {"sku": "CUP", "units": "6"}).status_code == 302
    assert desk.post(f"{purchase}sending/").status_code == 302
    with in_shop(desk.vendor):
        line = PurchaseLine.objects.get()
    assert "Enter how many came." in desk.post(f"{purchase}receipts/", {f"line-{line.id}": "x"}).content.decode()
    assert "Only 6 of CUP are missing" in desk.post(f"{purchase}receipts/", {f"line-{line.id}": "7"}).content.decode()
    assert desk.post(f"{purchase}receipts/", {f"line-{line.id}": "4"}).status_code == 302
    assert "Partly received" in desk.text("/purchases/")
    assert f'<a href="{purchase}">Purchase</a>' in desk.text(f"/stock/{cup.id}/")
    assert desk.post(f"{purchase}cancellation/").status_code == 302
    assert "Canceled" in desk.text(purchase)


def test_stock_comes_from_a_file_and_each_row_is_answered(desk, cup):
    file = io.BytesIO(b"sku,warehouse,on_hand\nCUP,,4\nMUG,,1\n")
    file.name = "stock.csv"
    feed = desk.post("/stock/files/", {"file": file})["Location"]
    page = desk.text(feed)
    assert "Changed" in page
    assert "You have no variant with this SKU." in page
    assert f'<a href="{feed}">File</a>' in desk.text(f"/stock/{cup.id}/")
    assert "Choose a file." in desk.post("/stock/files/").content.decode()
    assert "stock.csv" in desk.text("/stock/files/")
