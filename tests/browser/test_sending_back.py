"""A guest sends an article back with a photo, by keyboard alone; the shop takes it back; the money comes."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.axe import WCAG, violations
from tests.support.buying import PAYS, fill_in_checkout, pay, put_into_cart
from tests.support.keyboard import press, reach, write
from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMAIL = "ida.back@mail.example"


def photo() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((900, 700)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def sign_in_at_portal(page: Page, live_market: LiveMarket, slug: str) -> None:
    page.goto(live_market.portal(slug, "/orders/"))
    page.get_by_label("E-mail").fill(live_market.owners[slug])
    page.get_by_label("Password").fill(live_market.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")


def send_everything(page: Page) -> None:
    """Of the newest order, to its arrival."""
    page.locator("td a").first.click()
    page.get_by_role("button", name="Accept and pack").click()
    page.get_by_label("Carrier").fill("DHL")
    page.get_by_label("Tracking number").fill("00340434161094042557")
    page.get_by_role("button", name="Ship parcel 1").click()
    page.get_by_role("button", name="Mark as delivered").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_guest_sends_something_back_by_keyboard_and_gets_the_money(
    live_market: LiveMarket, someone: Callable[[], Page]
) -> None:
    guest, vendor = someone(), someone()
    slug, shelf = next(iter(live_market.shops.items()))
    put_into_cart(guest, live_market.market(f"/v/{slug}/"), shelf[0])
    guest.goto(live_market.market("/cart/"))
    fill_in_checkout(guest, EMAIL)
    pay(guest, PAYS)
    guest.get_by_role("link", name="Follow your order").click()
    order = guest.url
    sign_in_at_portal(vendor, live_market, slug)
    send_everything(vendor)

    guest.goto(order)
    press(guest, guest.get_by_role("link", name="Send something back"))
    expect(guest.get_by_role("heading", level=1)).to_have_text("Send something back")
    write(guest, guest.get_by_label(re.compile("^How many")), "1")
    reach(guest, guest.get_by_label("Why"))
    guest.keyboard.type("It does not fit")
    write(guest, guest.get_by_label(re.compile("^What is wrong")), "Too small for the shelf")
    guest.get_by_label(re.compile("^Photos")).set_input_files(
        [{"name": "shelf.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
    )
    assert violations(guest, runOnly=WCAG) == []
    press(guest, guest.get_by_role("button", name="Ask the shop"))
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Asked for")
    expect(guest.get_by_alt_text("Your photo 1")).to_be_visible()
    assert violations(guest, runOnly=WCAG) == []
    mine = guest.url

    vendor.goto(live_market.portal(slug, "/returns/"))
    assert violations(vendor, runOnly=WCAG) == []
    vendor.locator("td a").first.click()
    expect(vendor.get_by_alt_text(re.compile("^Photo of the customer 1"))).to_be_visible()
    for label, text in (("Street", "Kade 1"), ("Postal code", "1015"), ("City", "Amsterdam"), ("Country", "NL")):
        write(vendor, vendor.get_by_label(label, exact=True), text)
    assert violations(vendor, runOnly=WCAG) == []
    press(vendor, vendor.get_by_role("button", name="Accept"))
    expect(vendor.get_by_role("button", name="It has arrived")).to_be_visible()

    guest.goto(mine)
    expect(guest.get_by_role("link", name="Label, PDF")).to_be_visible()
    write(guest, guest.get_by_label("Tracking number"), "3S123")
    press(guest, guest.get_by_role("button", name="I have sent it"))
    expect(guest.get_by_role("heading", level=1)).to_contain_text("On its way back")

    vendor.reload()
    press(vendor, vendor.get_by_role("button", name="It has arrived"))
    press(vendor, vendor.get_by_role("button", name="Note it"))
    press(vendor, vendor.get_by_role("link", name="Refund", exact=True))
    press(vendor, vendor.get_by_role("button", name="Look at it first"))
    expect(vendor.get_by_text("The customer gets back")).to_be_visible()
    assert violations(vendor, runOnly=WCAG) == []
    press(vendor, vendor.get_by_role("button", name=re.compile(r"^Refund \d")))

    for _ in range(60):  # the worker carries it out within seconds
        guest.goto(mine)
        if "Refunded" in guest.get_by_role("heading", level=1).inner_text():
            break
        guest.wait_for_timeout(500)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Refunded")
    guest.goto(order)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Refunded")
    assert violations(guest, runOnly=WCAG) == []
    guest.get_by_role("link", name="Have Souk decide").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Have Souk decide")
    assert violations(guest, runOnly=WCAG) == []
    guest.get_by_label("What it is about").select_option("too_little")
    guest.get_by_label(re.compile("^What happened")).fill("The way back is missing")
    guest.get_by_role("button", name="Ask Souk").click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Claim")
    assert violations(guest, runOnly=WCAG) == []
