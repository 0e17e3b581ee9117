"""Points between two steps of what may never stay done by halves, where a test can stop a process dead.

Each stands in the code once, is named by what was just done, and is passed by calling it:
`STOCK_RESERVED = point("placing.stock_reserved")`. Only where `SOUK_FAULTS` names a folder (production refuses to start with
it) does passing one look for a file there, `<process>.<point>`: `die` in it kills the process (-9), `wait` keeps it standing
at the point until the file `<process>.<point>.go` is there. Either happens once, to whoever comes first.
"""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

POINTS: list[str] = []
"""The names of all points of the modules that are loaded."""

LONGEST_WAIT_SECONDS = 60
_FOLDER = os.environ.get("SOUK_FAULTS", "")


def point(name: str) -> Callable[[], None]:
    """A new point, to be called where it is passed."""
    POINTS.append(name)
    return partial(_reach, Path(_FOLDER) / f"{os.environ.get('SOUK_PROCESS', '')}.{name}") if _FOLDER else _pass


def _pass() -> None:
    """Nobody is to be stopped."""


def _reach(armed: Path) -> None:
    reached = armed.with_name(f"{armed.name}.reached")
    try:
        armed.rename(reached)
    except FileNotFoundError:
        return
    if reached.read_text() == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not armed.with_name(f"{armed.name}.go").exists() and time.monotonic() < end:
        time.sleep(0.01)
