"""Fixtures: a shared sandbox, one of the test's own to kill, the SDK, a receiver of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from tests.billing.sandbox.harness import Receiver, Sandbox


@pytest.fixture(scope="session")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("sandbox"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sandbox(process: Sandbox) -> Sandbox:
    """The shared server, emptied."""
    process.control("reset")
    return process


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A server of the test's own, to be killed."""
    server = Sandbox(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()
