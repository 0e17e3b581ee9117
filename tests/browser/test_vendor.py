"""Somebody opens a shop: from the sign-up to the first parcel."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.buying import PAYS, fill_in_checkout, pay, put_into_cart
from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL, SHOP, SLUG, PRODUCT = "ada.keil@mail.example", "Keil Lamps", "keil-lamps", "Paper lantern"


def sign_up(page: Page, live_market: LiveMarket) -> None:
    page.goto(live_market.market("/sell/"))
    page.get_by_role("link", name="Apply to sell").click()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Ada Keil")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(live_market.password)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto(live_market.link_mailed_to(EMAIL, "confirm"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Confirm your address")).to_have_count(0)


def apply_to_sell(page: Page, live_market: LiveMarket) -> None:
    page.goto(live_market.market("/sell/apply/"))
    page.get_by_label("Shop name").fill(SHOP)
    page.get_by_label("Shop address").fill(SLUG)
    page.get_by_label("Legal name").fill("Ada Keil e.K.")
    page.get_by_label("City").fill("Leipzig")
    page.get_by_label("E-mail for orders").fill(EMAIL)
    page.get_by_role("button", name="Send application").click()
    expect(page.get_by_text("We are reading your application")).to_be_visible()


def approve(page: Page, live_market: LiveMarket) -> None:
    """As staff, who sign in on the marketplace's host and are handed over."""
    page.goto(live_market.office("/vendors/"))
    page.get_by_label("E-mail").fill(live_market.staff)
    page.get_by_label("Password").fill(live_market.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=SHOP).click()
    page.get_by_role("button", name="Approve and open the shop").click()
    expect(page.locator("#vendor-state")).to_have_text("Onboarding")


def set_up_payouts(page: Page, live_market: LiveMarket) -> None:
    page.goto(live_market.market(f"/sell/{SLUG}/"))
    page.get_by_role("button", name="Set up payouts").click()
    page.get_by_role("button", name="Finish and activate payouts").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(SHOP)
    expect(page.get_by_text("Payouts are set up.")).to_be_visible()


def picture() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((900, 1125)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def publish(page: Page) -> str:
    """In the portal; gives the address of the product's page on the market."""
    page.get_by_role("link", name="Open the portal").click()
    page.get_by_role("link", name="Add product").click()
    page.get_by_label("Title").fill(PRODUCT)
    page.get_by_label("Category").select_option(index=1)
    page.get_by_label("Price of variant 1").fill("39.00")
    page.get_by_label("Stock of variant 1").fill("5")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(PRODUCT)
    files = [{"name": "lantern.png", "mimeType": "image/png", "buffer": picture()}]
    page.locator("#pictures-file").set_input_files(files)  # type: ignore[arg-type]
    page.context.clear_cookies(name="souk_portal")
    page.get_by_role("button", name="Upload pictures").click()
    expect(page.get_by_role("status")).to_contain_text("You were signed out; nothing was saved.")
    with page.expect_popup() as beside:
        page.get_by_role("link", name="Sign in in a new tab").click()
    beside.value.wait_for_url(re.compile("portal"))
    beside.value.close()
    page.get_by_role("button", name="Upload pictures").click()
    expect(page.get_by_role("button", name="Remove picture 1")).to_be_visible()
    editor = page.url
    page.get_by_role("link", name="Set up shipping").click()
    page.get_by_label("Price of a parcel").fill("4.90")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(editor)
    expect(page.get_by_role("link", name="Set up shipping")).to_have_count(0)
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_role("button", name="Save and publish")).to_have_count(0)
    return page.url


def test_a_vendor_applies_opens_and_ships(live_market: LiveMarket, someone: Callable[[], Page]) -> None:
    vendor, staff, guest = someone(), someone(), someone()
    sign_up(vendor, live_market)
    apply_to_sell(vendor, live_market)
    approve(staff, live_market)
    set_up_payouts(vendor, live_market)
    editor = publish(vendor)

    shop = live_market.market(f"/v/{SLUG}/")
    for _ in range(60):  # the catalogue follows within a second or so
        if guest.request.get(shop).ok and PRODUCT in guest.request.get(shop).text():
            break
        guest.wait_for_timeout(500)
    put_into_cart(guest, shop, PRODUCT)
    guest.goto(live_market.market("/cart/"))
    fill_in_checkout(guest, "guest@mail.example")
    pay(guest, PAYS)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Thank you, Petra Vogel.")
    guest.get_by_role("link", name="Follow your order").click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Paid")

    vendor.goto(editor)
    vendor.get_by_role("link", name=re.compile("^Orders")).first.click()
    vendor.get_by_role("table").get_by_role("link").first.click()
    vendor.get_by_role("button", name="Accept order").click()
    vendor.get_by_role("button", name="Pack a parcel").click()
    vendor.get_by_label("Carrier").fill("DHL")
    vendor.get_by_label("Tracking number").fill("00340434161094042557")
    vendor.get_by_role("button", name="Ship parcel 1").click()
    expect(vendor.get_by_role("button", name="Mark as delivered")).to_be_visible()

    guest.reload()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Shipped")
    expect(guest.get_by_text("00340434161094042557")).to_be_visible()
