"""The clock: what it does when nobody takes its rings."""

import socket
import subprocess
from pathlib import Path

import pytest
from celery import Celery
from celery.beat import SchedulingError
from celery.schedules import schedule

from config.beat import Scheduler
from embedded.processes import ROOT, Ports, command_of, environment_of
from embedded.world import World


@pytest.fixture
def nobody_there() -> str:
    """The address of a broker that does not listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


def test_a_ring_that_cannot_be_sent_is_an_error_to_the_clock(nobody_there: str) -> None:
    app = Celery("mute", broker=nobody_there)
    app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0, "interval_max": 0.1}
    scheduler = Scheduler(app, lazy=True)
    entry = scheduler.Entry("sweep", "outbox.deliver", schedule=schedule(run_every=1), app=app)
    with pytest.raises(SchedulingError, match="sweep"):
        scheduler.apply_entry(entry)


def test_a_clock_without_a_broker_ends_with_the_reason(tmp_path: Path, nobody_there: str) -> None:
    world = World("bell", tmp_path / "bell")
    ended = subprocess.run(
        command_of("beat", world, Ports()),
        env={**environment_of("beat", world, Ports()), "REDIS_URL": nobody_there},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout
    assert "Connection refused" in ended.stdout
