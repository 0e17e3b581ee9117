"""Load the contract, deriving it once for each version of the SDK (about 3 seconds) and keeping it as JSON."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

from .check import Contract
from .derive import derive

# Raised when derive.py changes what it writes, so that an older file is not read.
FORMAT = 2


def cache_directory() -> Path:
    """Where derived contracts are kept unless a directory is given: the user's cache, shared by all sandboxes."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "souk"


def contract_file(directory: Path | None = None) -> Path:
    """Return the path of the contract's JSON for the installed SDK; derive and write it first if it is missing."""
    directory = directory or cache_directory()
    file = directory / f"stripe-contract-{version('stripe')}-{FORMAT}.json"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(derive(), separators=(",", ":")))
        draft.replace(file)  # two servers may start at once: whoever is last wins, with the same content
    return file


def load_contract(directory: Path | None = None) -> Contract:
    """Return the contract of the installed SDK, from ``directory`` (default: the user's cache) if it is there."""
    return Contract(json.loads(contract_file(directory).read_text()))
