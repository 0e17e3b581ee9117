"""The hosted pages in a browser: no violation that axe finds, no sideways scrolling at 390 px, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import stripe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.billing.sandbox.harness import Sandbox, onboarded, open_account, open_session, paid_charge
from tests.support.axe import OF_COLORS, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's Chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="light")
    yield context.new_page()
    context.close()


def check(page: Page, width: int = 390) -> None:
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, runOnly=OF_COLORS) == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_checkout_pages(sandbox: Sandbox, client: stripe.StripeClient, page: Page) -> None:
    session = open_session(client)
    page.goto(session.url)
    check(page)
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Card number").fill("4000 0000 0000 9995")
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("12")
    page.get_by_role("button", name="Pay €120.00").click()
    assert page.get_by_label("Security code").get_attribute("aria-invalid") == "true"
    check(page)
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay €120.00").click()
    assert "Your card has insufficient funds." in page.get_by_role("alert").inner_text()
    check(page)
    page.get_by_label("Card number").fill("4000 0027 6000 3184")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay €120.00").click()
    assert page.get_by_role("heading").inner_text() == "Confirm with your bank"
    check(page)
    sandbox.control(f"sessions/{session.id}/pay", {"card": "4242424242424242"})
    page.goto(session.url)
    assert page.get_by_role("heading").inner_text() == "Already paid"
    check(page)


def test_vendor_pages(sandbox: Sandbox, client: stripe.StripeClient, page: Page) -> None:
    account = open_account(client)
    link = client.v2.core.account_links.create(
        {
            "account": account.id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": "http://localhost/r", "return_url": f"{sandbox.url}/c/pay/none"},
            },
        }
    )
    page.goto(link.url)
    check(page)
    page.get_by_role("button", name="Finish and activate payouts").click()
    page.goto(client.v1.accounts.login_links.create(account.id).url)
    assert page.get_by_role("heading", level=1).inner_text() == "Olive & Oak"
    check(page)


def test_console(sandbox: Sandbox, client: stripe.StripeClient, page: Page) -> None:
    vendor = onboarded(client, sandbox)
    charge = paid_charge(client, sandbox)
    sandbox.control("fail", {"path": "/v1/refunds", "mode": "hang", "account": vendor, "seconds": 3})
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("", "objects", f"objects/{charge.id}", "money", "events", "trouble"):
            page.goto(f"{sandbox.url}/console/{path}")
            check(page, width)
