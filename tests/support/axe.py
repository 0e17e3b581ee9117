"""axe-core in a page: what it finds wrong."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
# The rules that stand for WCAG 2.2, level AA.
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Of everything that axe looks at, what a theme can change.
OF_COLORS = {"type": "rule", "values": ["color-contrast"]}
# Only what is wrong comes back: of what is right axe would describe every node.
RUN = """options => axe.run({...options, resultTypes: ["violations"]}).then(found =>
    found.violations.map(rule => [rule.id, rule.nodes.map(node => node.html)]))"""


def violations(page: Page, **options: Any) -> list[Any]:
    """[rule, [the elements that break it]] of the page as it stands."""
    if page.evaluate("window.axe === undefined"):
        page.evaluate(SCRIPT)
    found: list[Any] = page.evaluate(RUN, options)
    return found
