"""What can go wrong with an embedded server, worded for the person at the terminal."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path


class EmbeddedError(RuntimeError):
    """An embedded server cannot be used; the message says why and what to do."""


class UnsupportedPlatform(EmbeddedError):
    """The embedded servers run on Linux only."""


class WheelMissing(EmbeddedError):
    """The package that carries the server's binary is not installed."""


class NoUnprivilegedUser(EmbeddedError):
    """Run by root, and the machine has no other user that the server could run as."""


class NotOurs(EmbeddedError):
    """A folder of the world belongs to somebody else."""


class DiskFull(EmbeddedError):
    """There is no room for the server's data."""


class ServerFailed(EmbeddedError):
    """The server did not start; the message quotes its own words."""


def named_error(name: str, message: str) -> EmbeddedError:
    """The error of that class name, as the supervisor reports it to the process that started it."""
    known = {kind.__name__: kind for kind in EmbeddedError.__subclasses__()}
    return known.get(name, EmbeddedError)(message)


@contextlib.contextmanager
def naming_a_full_disk(folder: Path) -> Iterator[None]:
    """Raise DiskFull in place of the OSError of a write for which `folder` has no room."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"{folder} cannot be written: {error.strerror}. Make room and try again.") from error
        raise
