"""What scenarios in one process share: a small market and the provider's sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.environment import AT_STRIPE
from tests.support.market import Market, money_lines
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["address", "everything_ten_percent", "put_on_shelf", "sandbox", "sandbox_process"]


@pytest.fixture(scope="session")
def blank() -> Iterator[Market]:
    """A market in which nothing has happened yet; others begin as its copies, which takes a second and not ten."""
    made = Market("blank")
    made.prepare()
    yield made
    made.close()


@dataclass(frozen=True)
class Undisturbed:
    """A market after a journey that nobody disturbed: its money table, and what it had come to then."""

    market: Market
    table: list[str]
    tally: dict[str, list[Any]]


@pytest.fixture(scope="session")
def undisturbed(blank: Market) -> Iterator[Undisturbed]:
    market = Market("journeys", blank)
    try:
        code, said = market.journey()
        assert code == 0, said
        yield Undisturbed(market, money_lines(said), market.tally())
    finally:
        market.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks where calls go at Stripe itself has nothing to ask in a usual run."""
    kept = [item for item in items if AT_STRIPE or "only_at_stripe" not in item.keywords]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
