"""A vendor's board and a guest's order keep themselves new while both are looked at; where nothing is heard, they ask."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.buying import PAYS, pay
from tests.support.guest import Guest
from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


def buy(page: Page, live_market: LiveMarket, slug: str) -> str:
    """As a guest; gives the order's number. The page is the order's."""
    guest = Guest(live_market)
    order = guest.put(guest.offers(slug)[0]["id"])
    status, placed, _ = guest.ask("POST", "orders", order, key=guest.email)
    assert status == 201, placed
    page.goto(guest.payment_page(placed))
    pay(page, PAYS)
    expect(page.get_by_role("heading", level=1)).to_have_text("The payment has arrived")
    page.goto(live_market.market(f"/orders/{placed['number']}/?key={placed['access_token']}"))
    return str(placed["number"])


def test_what_happens_is_seen_without_loading_a_page_again(
    live_market: LiveMarket, someone: Callable[[], Page]
) -> None:
    slug = next(iter(live_market.shops))
    vendor, deaf, customer = someone(), someone(), someone()
    deaf.add_init_script("delete window.EventSource")
    for page in (vendor, deaf):
        page.goto(live_market.portal(slug, "/orders/board/"))
        page.get_by_label("E-mail").fill(live_market.owners[slug])
        page.get_by_label("Password").fill(live_market.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    expect(vendor.locator("souk-live")).to_have_attribute("data-by", "events")
    expect(deaf.locator("souk-live")).to_have_attribute("data-by", "polling")
    vendor.evaluate("window.isTheSamePage = true")

    number = buy(customer, live_market, slug)
    card = vendor.locator(".board-card", has_text=number)
    expect(card).to_be_visible()
    expect(vendor.get_by_role("status").filter(has_text="The orders have changed.")).to_have_count(1)
    assert violations(vendor) == []
    deaf.evaluate(ASK_NOW)
    expect(deaf.locator(".board-card", has_text=number)).to_be_visible()

    expect(customer.locator("souk-live")).to_have_attribute("data-by", "events")
    customer.evaluate("window.isTheSamePage = true")
    assert vendor.evaluate("window.isTheSamePage")
    card.get_by_role("button", name="Accept").click()
    expect(customer.get_by_text("Taken on by the shop")).to_be_visible()
    assert customer.evaluate("window.isTheSamePage")
    assert violations(customer) == []
