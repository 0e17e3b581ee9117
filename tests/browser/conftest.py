"""A market that people walk into with a browser: all its processes run, nothing is mocked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support.chromium import ARGUMENTS, CHROMIUM

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visitors:
    """People with a browser each; what their consoles complain about is kept."""

    chromium: Browser
    complaints: list[str] = field(default_factory=list)

    def __call__(self) -> Page:
        context = self.chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium counts a page that came with 402 as a failure; on the provider's page it is a declined card, in words.
        declined = "/c/pay/" in message.location.get("url", "") and "status of 402" in message.text
        if message.type == "error" and not declined:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")


@pytest.fixture
def someone(chromium: Browser) -> Iterator[Callable[[], Page]]:
    """`someone()`: a page of a person who was never here before. No script may fail and no policy be broken."""
    visitors = Visitors(chromium)
    yield visitors
    for context in chromium.contexts:
        context.close()
    assert visitors.complaints == []
