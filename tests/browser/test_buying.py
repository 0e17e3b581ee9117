"""A guest buys from three vendors in one checkout."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.buying import DECLINED, PAYS, fill_in_checkout, pay, put_into_cart
from tests.support.live import LiveMarket

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_guest_buys_from_three_vendors_and_sees_the_order(
    live_market: LiveMarket, someone: Callable[[], Page]
) -> None:
    page = someone()
    first, *others = live_market.shops
    # At the first one's own shop front: another host, the same cart, and back there with it in hand.
    put_into_cart(page, live_market.front(first), live_market.shops[first][0])
    expect(page.get_by_role("link", name=re.compile("^Cart *, 1 article$"))).to_be_visible()
    for slug in others:
        put_into_cart(page, live_market.market(f"/v/{slug}/"), live_market.shops[slug][0])
    page.goto(live_market.front(first))
    page.get_by_role("link", name=re.compile("^Cart *, 3 articles$")).click()
    page.wait_for_url(live_market.market("/cart/"))
    expect(page.get_by_text("3 articles from 3 shops")).to_be_visible()
    fill_in_checkout(page, "petra.vogel@mail.example")

    pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    pay(page, PAYS)

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Petra Vogel.")
    page.get_by_role("link", name="Follow your order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"Order \S+\s+Paid"))
    for shelf in live_market.shops.values():
        expect(page.get_by_role("main").get_by_role("link", name=shelf[0]).first).to_be_visible()
    assert page.get_by_role("main").get_by_text("Not paid").count() == 0

    # The mailed link shows the same order to a browser that was never here.
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    elsewhere = someone()
    elsewhere.goto(live_market.link_mailed_to("petra.vogel@mail.example", "/orders/"))
    expect(elsewhere.get_by_role("heading", level=1)).to_contain_text(number)
    # Without it, nobody.
    stranger = someone()
    answer = stranger.request.get(live_market.market(f"/orders/{number}/"))
    assert answer.status == 404
