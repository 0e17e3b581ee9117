"""What a guest does with a browser, from the first look to the payment."""

import re

from playwright.sync_api import Page, expect

DECLINED, PAYS = "4000 0000 0000 0002", "4242 4242 4242 4242"


def put_into_cart(page: Page, shop_url: str, title: str) -> None:
    """From a shop's page to the product, and into the cart."""
    page.goto(shop_url)
    page.get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    expect(page.get_by_text(f"{title} is in your cart.")).to_be_visible()


def fill_in_checkout(page: Page, email: str) -> None:
    """From the cart through the checkout's form to the provider's page."""
    page.get_by_role("link", name="Go to checkout").click()
    form = page.get_by_role("main")
    form.get_by_label("E-mail").fill(email)
    form.get_by_label("Full name").fill("Petra Vogel")
    form.get_by_label("Street and number").fill("Lindenweg 4")
    form.get_by_label("Postal code").fill("10969")
    form.get_by_label("City").fill("Berlin")
    form.get_by_role("button", name=re.compile("^Pay ")).click()


def pay(page: Page, card: str) -> None:
    """On the provider's page."""
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name=re.compile("^Pay ")).click()
