from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import PostgresAddress, World, ensure_postgres
from tests.platform.embedded.clients import clear, open_folder


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A `var` folder of the test's own, gone afterwards with the servers that were started in it."""
    folder = open_folder()
    monkeypatch.setenv("SOUK_VAR", str(folder / "var"))
    monkeypatch.delenv("SOUK_WORLD", raising=False)
    yield folder / "var"
    clear(folder)


@pytest.fixture
def world(var: Path) -> World:
    return World.named("test")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[World, PostgresAddress]]:
    """A database server that runs, for tests that do it no harm."""
    folder = open_folder()
    world = World("test", folder / "var" / "test")
    yield world, ensure_postgres(world, linger_seconds=0)
    clear(folder)
