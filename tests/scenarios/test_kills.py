"""Each part of a running market is killed (-9) at every named point of a journey: nothing is lost, nothing done twice.

A usual run plays two journeys, in which several parts die right after one another at each point; with `SOUK_EACH_ALONE=1`
it is five, in each of which one part dies and all others live on.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.conftest import Undisturbed
from tests.support.market import Market, money_lines

ALONE = ("web", "worker", "sandbox", "valkey", "postgres")
TOGETHER = ("web+worker+sandbox", "valkey+postgres")
KILLED = ALONE if os.environ.get("SOUK_EACH_ALONE") == "1" else TOGETHER
RUNNER = Path(__file__).with_name("killing_journey.py")
# A run whose server stayed away for too long ends, saying so; the same command goes on.
MOST_RUNS = 4

pytestmark = pytest.mark.slow


@dataclass
class Played:
    """What a market came to, and everything its journey said on the way."""

    table: list[str]
    tally: dict[str, list[Any]]
    killed: list[str]
    runs: int
    said: str


def play(market: Market, victim: str) -> Played:
    try:
        said, code, runs = "", 1, 0
        while code and runs < MOST_RUNS:
            code, words = market.run(RUNNER, victim)
            said, runs = said + words, runs + 1
        assert code == 0, f"the journey did not get to its end in {runs} runs:\n{said}"
        killed = (market.world.root / "killed").read_text().split()
        return Played(money_lines(words), market.tally(), killed, runs, said)
    finally:
        market.close()


@pytest.fixture(scope="module")
def journeys(blank: Market, request: pytest.FixtureRequest) -> Iterator[dict[str, "Future[Played]"]]:
    """All of them, two at a time; a test waits for its own."""
    # Of what runs now only: one part alone can be killed with `-k`.
    items = [
        item for item in request.session.items if isinstance(item, pytest.Function) and item.module is request.module
    ]
    wanted = {str(item.callspec.params["victim"]) for item in items}
    markets = {victim: Market(f"kills-{n}", blank) for n, victim in enumerate(KILLED) if victim in wanted}
    with ThreadPoolExecutor(2) as pool:
        yield {victim: pool.submit(play, market, victim) for victim, market in markets.items()}
        pool.shutdown(wait=False, cancel_futures=True)
        for market in markets.values():
            market.close()


@pytest.mark.parametrize("victim", KILLED)
def test_a_market_outlives_the_death_of_any_of_its_parts(
    victim: str, journeys: dict[str, "Future[Played]"], undisturbed: Undisturbed
) -> None:
    from marketplace.demo.journey import POINTS

    killed = journeys[victim].result()
    errors = [line for line in killed.said.splitlines() if "Error" in line]
    print(f"{victim}: killed at {len(killed.killed)} points, {killed.runs} runs", *errors, sep="\n")
    assert killed.killed == list(POINTS)
    assert killed.table == undisturbed.table
    for what, rows in undisturbed.tally.items():
        assert (what, killed.tally[what]) == (what, rows), killed.said
    assert killed.tally["exceptions"] == []
