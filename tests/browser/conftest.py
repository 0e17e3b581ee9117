"""A market that people walk into with a browser: all its processes run, nothing is mocked."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support.chromium import ARGUMENTS, CHROMIUM
from tests.support.market import ROOT, Market

PATIENCE_MS = 30_000


@dataclass(frozen=True)
class LiveMarket:
    """`shops`: what each vendor (by slug) sells; `staff` may approve vendors; everybody's password is the same."""

    shops: dict[str, list[str]]
    staff: str
    password: str
    faces: dict[str, str]
    mail: Path

    def market(self, path: str = "/") -> str:
        return f"http://localhost:{self.faces['market']}{path}"

    def office(self, path: str = "/") -> str:
        return f"http://office.localhost:{self.faces['office']}{path}"

    def link_mailed_to(self, address: str, part: str, within_seconds: float = 60) -> str:
        """The link that has `part` in it, from the newest mail to `address` that has one. Waits for it."""
        end = time.monotonic() + within_seconds
        while time.monotonic() < end:
            for file in sorted(self.mail.glob("*.eml"), reverse=True):
                message = message_from_bytes(file.read_bytes(), policy=default)
                body = message.get_body(("plain",))
                if address in str(message["To"]) and body is not None:
                    links = re.findall(r"https?://\S+", body.get_content())
                    if found := next((link for link in links if part in link), None):
                        return found
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} with a link to {part}")


@pytest.fixture(scope="session")
def live_market() -> Iterator[LiveMarket]:
    market = Market("browser")
    process = market.start(
        ROOT / "tests/support/open_market.py",
        SOUK_PROCESS="journey",
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
    )
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("open "):
                break
        else:
            raise AssertionError("the market did not open:\n" + "".join(said))
        yield LiveMarket(**json.loads(line.removeprefix("open ")), mail=market.world.mail)
    finally:
        process.terminate()
        process.wait(timeout=60)
        market.close()


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
