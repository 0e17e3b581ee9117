"""What somebody does who has a keyboard and no mouse."""

from playwright.sync_api import Locator, Page, expect


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus: what a keyboard cannot reach is not there for everybody."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not to be reached by keyboard")


def press(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Enter")


def write(page: Page, wanted: Locator, text: str) -> None:
    reach(page, wanted)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
