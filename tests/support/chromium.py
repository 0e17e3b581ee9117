"""Tests marked `browser` need Chromium. Where there is none they are left out of the count, and the summary says so."""

import shutil
from pathlib import Path
from typing import Any

import pytest

DEBIAN = Path("/usr/bin/chromium")
CHROMIUM = str(DEBIAN) if DEBIAN.exists() else shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CHROMIUM:
        terminalreporter.write_line("browser tests: not run, no Chromium")
