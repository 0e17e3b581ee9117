"""Folders and records on disk: made once, safe from several processes, never loosening what exists."""

import contextlib
import fcntl
import logging
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from embedded.errors import NotOurs
from embedded.privileges import ServerUser, can_enter

# Folders in which `recorded_folder` makes its own, whose names are made by mkdtemp.
LASTING = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108
SHORT = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108

log = logging.getLogger("embedded")


def make_folder(path: Path, mode: int = 0o755) -> None:
    """Make a folder and its missing parents (0755) with just these modes, whatever the umask is.

    A folder that exists keeps its mode.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode)
        path.chmod(mode)


def make_folder_of(user: ServerUser, path: Path, mode: int) -> None:
    """Make a folder that belongs to the server's user.

    Raises NotOurs if it exists and belongs to another user: data are never taken over silently.
    """
    make_folder(path.parent)
    try:
        path.mkdir(0o700)
    except FileExistsError:
        if not belongs_to(user, path):
            raise NotOurs(
                f"{path} does not belong to the user {user.name!r} that the server runs as. "
                f"Run as the user that made it, or move it away."
            ) from None
        return
    # Through a descriptor: in a folder of that user, it could put a link in the place of ours meanwhile.
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchown(descriptor, user.uid, user.gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def belongs_to(user: ServerUser, path: Path) -> bool:
    """Is this a real folder of that user, which nobody else may write to?"""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user.uid and not found.st_mode & 0o022


def recorded_folder(record: Path, user: ServerUser, mode: int, parents: Sequence[Path], prefix: str) -> Path:
    """The folder named in the file `record`; made under one of `parents`, and recorded, when there is none.

    Its name cannot be guessed. A recorded folder that vanished or belongs to somebody else is replaced by
    a new one, with a warning. The record also names itself: if it was copied along with its project, the
    original keeps the folder and the copy gets its own.
    """
    folder = _read(record)
    if folder and belongs_to(user, folder) and _written_at(record) == record:
        return folder
    make_folder(record.parent)
    with open(record, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        folder = _read(record)
        if folder and (not belongs_to(user, folder) or _is_copy(record)):
            log.warning("%s cannot be used (gone, or not of user %s): making a new one", folder, user.name)
            folder = None
        if folder is None:
            folder = _new_folder(user, mode, parents, prefix)
            log.warning("%s is %s", record, folder)
        file.truncate(0)
        file.write(f"{folder}\n{record}\n")
    return folder


def _read(record: Path) -> Path | None:
    try:
        first, _, _ = record.read_text().partition("\n")
    except FileNotFoundError:
        return None
    return Path(first) if first.startswith("/") else None


def _written_at(record: Path) -> Path | None:
    _, _, second = record.read_text().partition("\n")
    return Path(second.strip()) if second.startswith("/") else None


def _is_copy(record: Path) -> bool:
    origin = _written_at(record)
    return origin is not None and origin != record and _read(origin) == _read(record)


def _new_folder(user: ServerUser, mode: int, parents: Sequence[Path], prefix: str) -> Path:
    for parent in parents:
        if not can_enter(user, parent):
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        except (PermissionError, FileNotFoundError, NotADirectoryError):
            continue
        folder.chmod(mode)
        os.chown(folder, user.uid, user.gid)
        return folder
    raise NotOurs(f"no folder for the user {user.name!r} can be made in any of: {', '.join(map(str, parents))}")


@contextlib.contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Hold a kernel lock on a file; it ends with the process however that dies."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    """A lock file's descriptor, closed in programs that we execute, kept in processes that we fork."""
    try:
        make_folder(path.parent, 0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise NotOurs(f"{path} cannot be opened: this world belongs to another user. Run as that user.") from None
