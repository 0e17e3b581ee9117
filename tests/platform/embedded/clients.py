"""Processes that use embedded servers, and what tests of them have in common."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from embedded import PostgresAddress, World, stop

SOURCE = Path(__file__).resolve().parents[3] / "platform"


def open_folder() -> Path:
    """A temporary folder that anyone may enter: pytest's own is its user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)
    return folder


def clear(folder: Path) -> None:
    """Stop all worlds below, remove it and the folders that records in it name."""
    for locks in folder.rglob("locks"):
        stop(World(locks.parent.name, locks.parent))
    for record in folder.rglob("*"):
        if record.name in {"elsewhere", "sockets", "binaries"} and record.is_file():
            recorded = Path(record.read_text().splitlines()[0])
            assert recorded.name.startswith("souk-")
            shutil.rmtree(recorded, ignore_errors=True)
    shutil.rmtree(folder)


def connect(address: PostgresAddress, **changes: str) -> psycopg.Connection:
    login = {"user": address.superuser, "password": address.password, "dbname": "postgres"} | changes
    return psycopg.connect(host=address.host, port=address.port, autocommit=True, **login)


def start_client(code: str, python: str = sys.executable, **options: object) -> subprocess.Popen[str]:
    """A process of its own that runs `code`; its lines come out of `stdout`."""
    environment = os.environ | {"PYTHONPATH": search_path(*options.pop("paths", []))}
    return subprocess.Popen(
        [python, "-c", f"from embedded import *\nimport os, sys, time\nworld = current_world()\n{code}"],
        env=environment | {"SOUK_WORLD": "test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        **options,
    )


def search_path(*folders: str) -> str:
    """Where another interpreter looks for modules: in our sources, those folders, and wherever we were told to."""
    return os.pathsep.join(filter(None, [str(SOURCE), *folders, os.environ.get("PYTHONPATH")]))


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for it; how long it takes is not the point, only that it comes about."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def lives(pid: int) -> bool:
    """Is it running? A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
