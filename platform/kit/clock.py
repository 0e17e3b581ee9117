"""What time it is.

A world may run ahead of the wall clock: its processes all read the same offset, in seconds, from the file that
`SOUK_CLOCK_FILE` names (the journey moves it to let days pass). Without that variable, or the file, it is the wall clock.
SQL gets "now" as a parameter from here, never from the database's own clock.
"""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path


def offset() -> timedelta:
    name = os.environ.get("SOUK_CLOCK_FILE")
    if not name:
        return timedelta(0)
    try:
        return timedelta(seconds=int(Path(name).read_text()))
    except FileNotFoundError:
        return timedelta(0)


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.now(UTC) + offset()


def today() -> date:
    return now().date()


def move(by: timedelta) -> timedelta:
    """Move this world's clock ahead; gives the new offset. Refused without `SOUK_CLOCK_FILE`, and never backwards."""
    name = os.environ.get("SOUK_CLOCK_FILE")
    if not name:
        raise RuntimeError("this world's clock cannot be moved: SOUK_CLOCK_FILE is not set")
    if by < timedelta(0):
        raise ValueError("a clock moves ahead only")
    moved = offset() + by
    draft = Path(f"{name}.{os.getpid()}")
    draft.write_text(str(int(moved.total_seconds())))
    draft.replace(name)
    return moved
