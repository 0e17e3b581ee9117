"""Secrets that a world makes for itself: 256 random bits in a file only its owner may read."""

import os
import re
import secrets
from pathlib import Path

from embedded.errors import NotOurs, naming_a_full_disk
from embedded.folders import make_folder
from embedded.world import World


def secret(world: World, name: str) -> str:
    """The world's secret of that name (64 hexadecimal digits), made at the first call.

    Any number of processes may ask at once; all get the same one. Raises ValueError for a name that is
    not a plain word, NotOurs if the file belongs to another user or holds no secret.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise ValueError(f"not a name of a secret: {name!r}")
    path = world.secrets / name
    try:
        found = read_private(path)
        if found is None:
            found = _make(path)
    except PermissionError:
        raise NotOurs(f"{path} cannot be read: this world belongs to another user. Run as that user.") from None
    if not re.fullmatch(r"[0-9a-f]{64}", found):
        raise NotOurs(f"{path} does not hold a secret of 64 hexadecimal digits. Restore or remove it.")
    return found


def read_private(path: Path) -> str | None:
    """The file's text, or None if there is no such file; closes it to others should it stand open."""
    try:
        with open(path) as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                os.fchmod(file.fileno(), 0o600)
            return file.read().strip()
    except FileNotFoundError:
        return None


def write_private(path: Path, text: str) -> None:
    """Replace a private file in one step: a reader sees the old text or the new one."""
    draft = _draft(path, text)
    os.replace(draft, path)


def _make(path: Path) -> str:
    draft = _draft(path, secrets.token_hex(32))
    try:
        os.link(draft, path)  # unlike rename it refuses to replace: the first of several makers wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def _draft(path: Path, text: str) -> Path:
    with naming_a_full_disk(path.parent):
        make_folder(path.parent, 0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "w") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(descriptor)
        except OSError:
            draft.unlink()
            raise
    return draft
