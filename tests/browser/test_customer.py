"""A customer with an account buys by keyboard: to an address that was kept, past what sold out; then cancels a part."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import WCAG, violations
from tests.support.buying import DECLINED, PAYS, pay, put_into_cart
from tests.support.guest import Guest
from tests.support.keyboard import press, reach, write
from tests.support.live import LiveMarket
from tests.support.stock import count_stock, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMAIL = "tove.ek@mail.example"


def sign_up(page: Page, market: LiveMarket) -> None:
    page.goto(market.market("/accounts/signup/"))
    write(page, page.get_by_label("Your name"), "Tove Ek")
    write(page, page.get_by_label("E-mail"), EMAIL)
    write(page, page.get_by_label("Password"), market.password)
    press(page, page.get_by_role("button", name="Make my account"))
    page.goto(market.link_mailed_to(EMAIL, "confirm"))
    press(page, page.get_by_role("button", name="Confirm"))
    page.wait_for_url(lambda url: "confirm" not in url)


def keep_an_address(page: Page, market: LiveMarket) -> None:
    page.goto(market.market("/account/addresses/new/"))
    for label, text in (
        ("Full name", "Tove Ek"),
        ("Street and number", "Lindenweg 4"),
        ("Postal code", "10969"),
        ("City", "Berlin"),
    ):
        write(page, page.get_by_role("main").get_by_label(label), text)
    assert violations(page, runOnly=WCAG) == []
    press(page, page.get_by_role("button", name="Save address"))
    expect(page.get_by_text("Lindenweg 4").first).to_be_visible()


def test_a_customer_buys_what_is_left_by_keyboard_and_cancels_a_part(
    live_market: LiveMarket, someone: Callable[[], Page]
) -> None:
    page = someone()
    sign_up(page, live_market)
    keep_an_address(page, live_market)
    slugs, shopper = list(live_market.shops), Guest(live_market)
    for slug in slugs:
        wanted = next(each for each in shopper.offers(slug) if live_market.shops[slug][1] in each["title"])
        count_stock(live_market, slug, wanted["id"], free=10)
        until(lambda listing=wanted["listing"]: shopper.offer(listing)["available"] == 10)
        put_into_cart(page, live_market.market(f"/v/{slug}/"), live_market.shops[slug][1])
    page.goto(live_market.market("/cart/"))
    assert violations(page, runOnly=WCAG) == []
    press(page, page.get_by_role("link", name="Go to checkout"))
    expect(page.get_by_role("radio", name=re.compile("Lindenweg 4"))).to_be_checked()
    assert violations(page, runOnly=WCAG) == []

    # While the customer reads, somebody else takes the last of one thing.
    gone = live_market.shops[slugs[0]][1]
    offer = next(each for each in shopper.offers(slugs[0]) if gone in each["title"])
    count_stock(live_market, slugs[0], offer["id"], free=0)
    press(page, page.get_by_role("button", name=re.compile("^Pay ")))
    expect(page.get_by_role("alert").first).to_contain_text("Nothing has been ordered yet")
    expect(page.get_by_role("main")).to_contain_text(gone)
    assert violations(page, runOnly=WCAG) == []
    press(page, page.get_by_role("link", name="Change your cart"))
    press(page, page.get_by_role("button", name=f"Remove {gone}"))
    expect(page.get_by_role("button", name=f"Remove {gone}")).to_have_count(0)
    press(page, page.get_by_role("link", name="Go to checkout"))
    press(page, page.get_by_role("button", name=re.compile("^Pay ")))
    pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    pay(page, PAYS)
    page.get_by_role("link", name="Follow your order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paid")
    assert violations(page, runOnly=WCAG) == []

    press(page, page.get_by_role("link", name="Cancel articles"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancel from order")
    assert violations(page, runOnly=WCAG) == []
    reach(page, page.get_by_label("All that has not left yet").first)
    page.keyboard.press("Space")
    write(page, page.get_by_label("Why"), "Ordered twice")
    press(page, page.get_by_role("button", name="Look at it first"))
    expect(page.get_by_role("main")).to_contain_text("You get back")
    assert violations(page, runOnly=WCAG) == []
    press(page, page.get_by_role("button", name=re.compile("^Cancel it")))
    expect(page.get_by_role("main")).to_contain_text("1 of 1 canceled")
    assert violations(page, runOnly=WCAG) == []
    page.goto(live_market.market("/orders/"))
    expect(page.get_by_role("main").get_by_role("link", name=re.compile(r"^S")).first).to_be_visible()
    assert violations(page, runOnly=WCAG) == []
    count_stock(live_market, slugs[0], offer["id"], free=10)
