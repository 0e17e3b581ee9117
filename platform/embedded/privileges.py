"""Root never runs a server: who runs it instead, and how root is given up for good."""

import functools
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedError, NoUnprivilegedUser

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerUser:
    """The account that a server runs as; it has no supplementary groups unless it is our own."""

    name: str
    uid: int
    gid: int


def ourselves() -> ServerUser:
    return ServerUser(str(os.geteuid()), os.geteuid(), os.getegid())


def server_user() -> ServerUser:
    """Ourselves, or an unprivileged user if we are root. Raises NoUnprivilegedUser."""
    if os.geteuid() != 0:
        return ourselves()
    return _unprivileged_user()


@functools.cache  # asked at every connection, and a directory service may answer slowly
def _unprivileged_user() -> ServerUser:
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0 and entry.pw_gid != 0:
            return ServerUser(name, entry.pw_uid, entry.pw_gid)
    raise NoUnprivilegedUser(
        f"PostgreSQL refuses to run as root, and this machine has none of the users {', '.join(CANDIDATES)}. "
        "Add one (useradd --system postgres), run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def become(user: ServerUser) -> None:
    """Turn this process into one of that user: groups, then gid, then uid, with no way back."""
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setresgid(user.gid, user.gid, user.gid)
        os.setresuid(user.uid, user.uid, user.uid)
    except PermissionError as error:
        raise EmbeddedError(f"root of this container may not become the user {user.name!r}: {error}") from error


def can_enter(user: ServerUser, path: Path) -> bool:
    """May that user pass through this folder and all above it? Parts that do not exist yet do not count."""
    real = path.resolve()
    return all(_grants(user, folder, 1) for folder in (real, *real.parents))


def can_run(user: ServerUser, program: Path) -> bool:
    """May that user reach and execute this program?"""
    return can_enter(user, program.parent) and _grants(user, program, 5)


def _grants(user: ServerUser, path: Path, bits: int) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    except PermissionError:
        return False
    if found.st_uid == user.uid:
        granted = stat.S_IMODE(found.st_mode) >> 6
    elif found.st_gid == user.gid:
        granted = stat.S_IMODE(found.st_mode) >> 3
    else:
        granted = stat.S_IMODE(found.st_mode)
    return granted & bits == bits
