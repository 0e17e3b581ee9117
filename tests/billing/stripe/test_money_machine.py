"""Thousands of steps that nobody wrote down: see `money_machine`."""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from billing.ledger import entries
from billing.stripe import credits, onboarding, transfers
from billing.stripe.models import ConnectedAccount
from billing.stripe.webhooks import register_endpoints
from kit import clock
from tests.billing.stripe.money_machine import TURNS, MoneyMachine, Stage
from tests.support.steps import STEPS_TAKEN, told

# What a usual run walks, two at a time, each turn taken so often in each walk. `make soak` walks further.
WALKS = (0, 1)
STEPS, EACH = 2_500, 50
BEGIN = datetime(2030, 1, 7, 10, tzinfo=UTC)
STEPS_OF_A_LIFE = 250
LIVES_AT_ONCE = 2
# `make soak` walks on, from where it stood, until so many steps are taken.
SOAK_STEPS = int(os.environ.get("SOUK_SOAK_STEPS", "0"))
SOAKED = Path(os.environ.get("SOUK_SOAK_FILE", "var/soak/money.json"))


@pytest.fixture
def stage(
    sandbox: Any, make_vendor: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """Three vendors and a sandbox that is emptied for each life, with its clock."""
    vendors = (
        make_vendor("lindqvist", country="SE"),
        make_vendor("moreau", country="FR"),
        make_vendor("brennhaus", country="DE"),
    )
    # The SDK waits between its tries, and transfers keep to Stripe's pace: nobody needs that here.
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
    for caller in (transfers, credits):
        monkeypatch.setattr(caller, "wait_for_slot", lambda name: None)

    settings.PLATFORM_COUNTRY, settings.HOLD_DAYS = "FR", 1

    def open_accounts() -> None:
        (tmp_path / "clock").unlink(missing_ok=True)
        sandbox.control("reset")
        # Every life begins at the same hour of the same day, or its payouts would come at another step each time.
        sandbox.advance(seconds=int((BEGIN - clock.now()).total_seconds()))
        world, settings.WORLD = settings.WORLD, None
        settings.STRIPE_WEBHOOK_SECRETS = {endpoint: [secret] for endpoint, secret in register_endpoints().items()}
        settings.WORLD = world
        sandbox.control("webhooks/misbehave", {"mode": "hold", "times": 1_000_000})
        for vendor in vendors:
            onboarding.start(vendor, return_url="http://localhost:8000/back", refresh_url="http://localhost:8000/again")
            sandbox.onboard(ConnectedAccount.objects.get(vendor_id=vendor.id).account_id)
            onboarding.refresh_account(vendor.id)

    with closing(sqlite3.connect(f"file:{sandbox.state}?mode=ro", uri=True)) as disk:
        yield Stage(sandbox, settings, vendors, open_accounts, disk)


def live(stage: Stage, number: int, lives: int = LIVES_AT_ONCE, steps: int = STEPS_OF_A_LIFE) -> None:
    """So many lives; the same number gives the same lives."""

    @seed(number)
    class Life(MoneyMachine):
        pass

    Life.stage, Life.number = stage, number
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


if SOAK_STEPS:

    @pytest.mark.slow
    def test_a_long_walk(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
        kept = json.loads(SOAKED.read_text()) if SOAKED.exists() else {"lived": 0, "lives": 0, "taken": {}}
        stage.taken, stage.lives = Counter(kept["taken"]), kept["lives"]
        number = kept["lived"]
        while stage.steps < SOAK_STEPS:
            live(stage, 1_000_000 + number)
            number += 1
            SOAKED.parent.mkdir(parents=True, exist_ok=True)
            SOAKED.write_text(json.dumps({"lived": number, "lives": stage.lives, "taken": stage.taken}))
            with capsys.disabled():
                print(f"\n{told(stage.taken)}")

else:

    @pytest.mark.slow
    @pytest.mark.parametrize("walk", WALKS)
    def test_whatever_happens_every_cent_is_explained(
        stage: Stage, walk: int, record_property: Callable[[str, object], None]
    ) -> None:
        for number in range(1_000 * walk, 1_000 * (walk + 1)):
            live(stage, number)
            if stage.steps >= STEPS and min(stage.taken[name] for name in TURNS) >= EACH:
                break
        # Printed at the end of the run, all walks together, wherever they were walked.
        record_property(STEPS_TAKEN, dict(stage.taken))
        assert min(stage.taken[name] for name in TURNS) >= EACH


def test_a_rounding_that_is_a_cent_off_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: where the vendor's part of a refund is rounded once more, it says so."""
    whole = entries.refund_owed

    def rounded_again(**facts: Any) -> Any:
        facts["net_minor"] -= facts["net_minor"] % 2
        return whole(**facts)

    monkeypatch.setattr(entries, "refund_owed", rounded_again)
    with pytest.raises(AssertionError):
        for number in range(10):
            live(stage, number, lives=1, steps=60)
