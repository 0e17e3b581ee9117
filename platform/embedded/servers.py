"""The servers as their users see them: make sure one runs, learn its address, stop it."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embedded.base import Server
from embedded.credentials import secret
from embedded.errors import ServerFailed, named_error, naming_a_full_disk
from embedded.folders import locked, make_folder, open_lock
from embedded.postgres import PORT, SUPERUSER, Postgres
from embedded.supervisor import KINDS, Running, linger_seconds, shut_down
from embedded.valkey import AclUser, Valkey
from embedded.world import World

# What Python itself needs to find its modules; nothing else of our environment goes to the supervisor.
PASSED_ON = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH")

_held: dict[Path, int] = {}  # lock files of `users`; shared with processes that we fork, as it should be


@dataclass(frozen=True)
class PostgresAddress:
    """Where PostgreSQL listens: `host` is the folder of its socket, as libpq takes it."""

    host: str
    port: int
    superuser: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ValkeyAddress:
    socket: Path


@dataclass(frozen=True)
class Status:
    """One server of a world; a process number is None if there is no such process."""

    kind: str
    supervisor: int | None
    server: int | None
    ready: bool


def postgres_address(world: World) -> PostgresAddress:
    """Where the world's PostgreSQL is or will be. Starts nothing; may make its secret and folder."""
    return PostgresAddress(str(world.run), PORT, SUPERUSER, secret(world, "postgres"))


def valkey_socket(world: World) -> Path:
    """Where the world's Valkey is or will be. Starts nothing."""
    return world.run / "valkey.sock"


def ensure_postgres(
    world: World, *, keep: bool = False, linger_seconds: float = 30, timeout_seconds: float = 300
) -> PostgresAddress:
    """Return when the world's PostgreSQL takes connections, starting it (and making it) if need be.

    It runs for as long as any process that called this lives, and `linger_seconds` more; with `keep`,
    until `stop`. Costs about a millisecond when it runs already. Raises an EmbeddedError.
    """
    hold_postgres(world, keep=keep, linger_seconds=linger_seconds, timeout_seconds=timeout_seconds)
    return postgres_address(world)


def hold_postgres(
    world: World, *, keep: bool = False, linger_seconds: float = 30, timeout_seconds: float = 300
) -> None:
    """`ensure_postgres` for a process that is not to know the superuser's password: it is not even read."""
    _ensure(Postgres(world), float("inf") if keep else linger_seconds, timeout_seconds)


def ensure_valkey(
    world: World,
    acl: Sequence[AclUser] = (),
    *,
    keep: bool = False,
    linger_seconds: float = 30,
    timeout_seconds: float = 60,
) -> ValkeyAddress:
    """Return when the world's Valkey takes commands from the users in `acl`; lifetime as for PostgreSQL.

    `acl` is the whole list: users of an earlier one who are not in it are removed, also from a running
    server. An empty list leaves the users as they are. Nobody gets in without a name and a secret; ours
    is `admin`, with the world's secret `valkey-admin`. Raises an EmbeddedError.
    """
    server = Valkey(world)
    _ensure(server, float("inf") if keep else linger_seconds, timeout_seconds)
    if acl and not server.has(acl):
        with locked(server.lock("start")):
            server.apply(acl)
    return ValkeyAddress(server.socket)


def status(world: World) -> list[Status]:
    """What runs of this world. Starts nothing."""
    if not world.root.exists():
        return [Status(kind, None, None, False) for kind in KINDS]
    found = []
    for server in (kind(world) for kind in KINDS.values()):
        found.append(Status(server.kind, _supervisor(server), server.pid(), server.is_ready()))
    return found


def stop(world: World) -> None:
    """Stop the world's servers now, whoever still uses them; return when they are gone."""
    if not world.root.exists():
        return
    servers = [kind(world) for kind in KINDS.values()]
    for server in servers:
        if descriptor := _held.pop(server.lock("users"), None):
            os.close(descriptor)
        _signal(_supervisor(server), signal.SIGTERM)
    for server in servers:
        with locked(server.lock("supervisor"), fcntl.LOCK_SH):  # free when the supervisor has ended
            if orphan := server.pid():
                shut_down(Running(server, orphan, None))


def _ensure(server: Server, linger: float, timeout_seconds: float) -> None:
    with naming_a_full_disk(server.world.root):
        _use(server, linger)
    if _is_supervised(server) and server.is_ready():
        return
    end = time.monotonic() + timeout_seconds
    with locked(server.lock("start")):
        silent = 0
        while not (_is_supervised(server) and server.is_ready()):
            if time.monotonic() > end:
                raise ServerFailed(f"{server.kind} is not ready after {timeout_seconds:g} s; see {server.log}")
            if _is_supervised(server):  # it is about to start, or to stop, the server
                time.sleep(0.02)
                continue
            silent += not _launch(server, end - time.monotonic())
            if silent == 3:
                raise ServerFailed(f"The supervisor of {server.kind} ended without a word; see {server.log}")


def _use(server: Server, linger: float) -> None:
    """Count among the server's users for the rest of this process's life. Waits while it is being stopped."""
    path = server.lock("users")
    descriptor = _held.get(path)
    if descriptor is None or not _is_same_file(descriptor, path):
        if (gone := _held.pop(path, None)) is not None:
            os.close(gone)
        make_folder(server.world.root)
        descriptor = open_lock(path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        os.utime(descriptor)
        _held[path] = descriptor
    if linger > linger_seconds(descriptor) or not _is_supervised(server):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{linger}\n".encode(), 0)


def _is_same_file(descriptor: int, path: Path) -> bool:
    """False if the file was removed since, along with its world."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _is_supervised(server: Server) -> bool:
    """The supervisor holds its lock for as long as it lives."""
    descriptor = open_lock(server.lock("supervisor"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _supervisor(server: Server) -> int | None:
    if not _is_supervised(server):
        return None
    with contextlib.suppress(OSError, ValueError):
        pid = int(server.lock("supervisor").read_text())
        # A supervisor that starts has the lock a moment before its number is in the file.
        if b"embedded.supervisor" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _launch(server: Server, timeout_seconds: float) -> bool:
    """Start a supervisor and hear how the server's start went: False if it died without a word."""
    heard, told = os.pipe2(os.O_CLOEXEC)
    source = Path(__file__).resolve().parents[1]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(source), environment.get("PYTHONPATH"))))
    arguments = [server.kind, server.world.name, str(server.world.root), str(told)]
    try:
        subprocess.run(
            [sys.executable, "-P", "-c", "from embedded.supervisor import main; main()", *arguments],
            check=False,  # what went wrong is told on the descriptor
            pass_fds=(told,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=environment,
        )
        os.close(told)
        told = -1
        if not select.select([heard], [], [], max(timeout_seconds, 0))[0]:
            return True  # neither ready nor failed: the caller knows what to do when time is up
        kind, _, message = os.read(heard, 65536).decode().partition("\n")
    finally:
        os.close(heard)
        if told >= 0:
            os.close(told)
    if kind not in ("", "ready"):
        raise named_error(kind, message)
    return kind == "ready"
