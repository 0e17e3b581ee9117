"""The gallery in Chromium: readable in both themes, no sideways scrolling, usable by keyboard, still while it loads."""

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.axe import OF_COLORS, violations
from tests.support.chromium import ARGUMENTS, CHROMIUM
from ui.views import PAGES

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = ["gallery", "gallery?face=portal", *(f"gallery/{name}" for name in PAGES)]

pytestmark = pytest.mark.browser


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Says nothing: pytest shows what fails."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The gallery on a free port, with our Content-Security-Policy and nothing else of the project around it."""
    with override_settings(
        ROOT_URLCONF="ui.urls",
        MIDDLEWARE=["config.middleware.ContentSecurityPolicyMiddleware"],
        ALLOWED_HOSTS=["*"],
    ):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_accessible_fit_and_stay_within_the_policy(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in SHOWN:
        page.goto(address + name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert violations(page, runOnly=WCAG) == [], name
        if width == 1440:
            # Between the two: the rules see what they see at either.
            page.set_viewport_size({"width": 768, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= 768, name
            page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark")
    for name in SHOWN:
        page.goto(address + name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert violations(page, runOnly=OF_COLORS) == [], name
    assert complaints == []
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_a_page_loads(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(
        "window.shift = 0; "
        "new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shift += entry.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for name in SHOWN:
        page.goto(address + name)
        page.evaluate("document.fonts.ready")
        assert page.evaluate("new Promise(done => requestAnimationFrame(() => done(window.shift)))") < 0.02, name
    context.close()


def test_every_control_can_be_hit(page: Page, address: str) -> None:
    """WCAG 2.2, 2.5.8: targets of 24 by 24, except links inside a sentence."""
    page.goto(address + "gallery/storefront")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, label, .button, .chip, .side-link")]
        .filter(e => e.checkVisibility() && !e.matches(".visually-hidden"))
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def test_the_theme_is_kept_in_a_cookie(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(address + "gallery/storefront")
    page.get_by_role("button", name="Change between light and dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto(address + "gallery/portal")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Change between light and dark").click()
    assert page.locator("html").get_attribute("data-theme") is None
    assert page.context.cookies() == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page: Page, address: str) -> None:
    page.goto(address + "gallery/storefront")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_menu_opens_by_arrow_and_closes_by_escape(page: Page, address: str) -> None:
    page.goto(address + "gallery")
    more = page.locator("summary", has_text="More")
    more.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Duplicate"
    page.keyboard.press("Escape")
    assert more.evaluate("e => document.activeElement === e && !e.parentElement.open")


def test_a_question_comes_before_the_form_is_sent(page: Page, address: str) -> None:
    page.goto(address + "gallery")
    before = page.url
    page.get_by_role("button", name="Cancel order").click()
    dialog = page.locator("dialog[open]")
    assert "The customer gets 84.20 EUR back." in dialog.inner_text()
    dialog.get_by_role("button", name="Keep it").click()
    assert page.url == before
    page.get_by_role("button", name="Cancel order").click()
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name="Cancel order").click()


def test_quantity_steps_within_its_limits(page: Page, address: str) -> None:
    page.goto(address + "gallery/listing")
    one_more = page.get_by_role("button", name="One more")
    for _ in range(3):
        one_more.click()
    assert page.locator("input[name=quantity]").input_value() == "4"
    assert one_more.is_disabled()


def test_the_buy_bar_stays_away_while_the_form_is_in_view(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + "gallery/listing")
    bar = page.locator(".buy-bar")
    assert bar.is_visible()
    page.locator("#buy").scroll_into_view_if_needed()
    page.wait_for_selector(".buy-bar.is-away", state="attached")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector(".buy-bar:not(.is-away)")


def test_thumbnails_move_the_gallery_and_it_enlarges(page: Page, address: str) -> None:
    page.goto(address + "gallery/listing")
    third = page.locator(".gallery-thumb").nth(2)
    third.click()
    page.wait_for_function("document.querySelector('.gallery-stage').scrollLeft > 800")
    assert third.get_attribute("aria-current") == "true"
    page.get_by_role("button", name="Enlarge picture").click()
    assert page.locator(".gallery-dialog img").get_attribute("alt") == "The lamp"
    page.keyboard.press("Escape")
    assert not page.locator(".gallery-dialog").is_visible()


def test_checking_all_rows_shows_what_can_be_done(page: Page, address: str) -> None:
    page.goto(address + "gallery/office")
    bar = page.locator("[data-bulk]")
    assert not bar.is_visible()
    page.get_by_label("Select all").check()
    assert page.locator("[data-selected]").inner_text() == "6 selected"
    page.get_by_label("Select S-1040").uncheck()
    assert page.locator("[data-selected]").inner_text() == "5 selected"
    assert page.get_by_label("Select all").evaluate("box => box.indeterminate")


def test_dropped_pictures_are_shown_before_they_are_sent(page: Page, address: str) -> None:
    page.goto(address + "gallery")
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    page.locator("#pictures").set_input_files([{"name": "vase.svg", "mimeType": "image/svg+xml", "buffer": picture}])
    shown = page.locator(".drop-files img")
    page.wait_for_function("document.querySelector('.drop-files img')?.naturalWidth === 9")
    assert shown.get_attribute("src").startswith("data:image/svg+xml")
    assert page.locator(".drop-files span").inner_text() == "vase.svg (1 KB)"


def test_filters_are_a_sheet_on_phones_and_a_column_elsewhere(page: Page, address: str) -> None:
    page.goto(address + "gallery/storefront")
    assert page.locator("#filters").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator("#filters").is_visible()
    page.get_by_role("button", name="Filters").click()
    assert page.locator("#filters").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#filters").is_visible()


def test_pages_work_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "gallery/portal")
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Open navigation").click()
    assert page.locator("#side").get_by_role("link", name="Statements").is_visible()
    assert not page.locator("souk-theme").first.is_visible()
    page.goto(address + "gallery/storefront")
    page.get_by_role("button", name="Filters").click()
    assert page.get_by_role("button", name="Apply").is_visible()
    context.close()
