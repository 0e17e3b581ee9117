"""Which tests run in one process when several share the work (`-n`), and which begin first.

A file stays whole, so that what its tests share is made once. What is dearer than a file - a running market, a browser
that walks in it - is made once as well: the files that want it stay together. What takes long begins first, or at the end
one process would work at it alone.
"""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

MARKETS = "markets that are played from their beginning"
LIVE = "a market that runs while tests walk in it"
TOGETHER = {
    "tests/scenarios/test_kills.py": MARKETS,
    "tests/scenarios/test_journey.py": MARKETS,
    "tests/scenarios/test_stripe_contract.py": MARKETS,
    "tests/scenarios/test_api.py": LIVE,
    "tests/scenarios/test_races.py": LIVE,
    "tests/scenarios/test_crashes.py": LIVE,
    "tests/browser/test_buying.py": LIVE,
    "tests/browser/test_coupons.py": LIVE,
    "tests/browser/test_customer.py": LIVE,
    "tests/browser/test_live_pages.py": LIVE,
    "tests/browser/test_sending_back.py": LIVE,
    "tests/browser/test_vendor.py": LIVE,
    "tests/browser/test_team.py": LIVE,
}
# Their tests share nothing, and each takes long.
APART = ("tests/billing/stripe/test_money_machine.py", "tests/billing/stripe/test_any_order_of_a_life.py")
FIRST = (
    # The contract is looked at in a copy of the undisturbed market, so before the journeys go on in that.
    *("tests/scenarios/test_kills.py", "tests/scenarios/test_stripe_contract.py", "tests/scenarios/test_journey.py"),
    *("tests/billing/stripe/test_money_machine.py", "tests/api/test_hostile.py"),
    *(file for file, group in TOGETHER.items() if group == LIVE),
    *("tests/platform/ui/test_browser.py", "tests/billing/stripe/test_any_order_of_a_life.py"),
    *("tests/billing/stripe/test_any_order.py", "tests/billing/sandbox/test_accessibility.py"),
)


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """xdist's way with files, knowing ours."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in APART else TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    turns = {file: turn for turn, file in enumerate(FIRST)}
    items.sort(key=lambda item: turns.get(item.nodeid.partition("::")[0], len(FIRST)))
