"""The process above a server: starts it, starts it again when it dies, stops it when nobody needs it.

`main` runs in a fresh interpreter with the arguments KIND WORLD ROOT DESCRIPTOR; it leaves its caller's
process tree and says on the descriptor how the start went. Of root's rights it keeps none while it serves.

Every process that uses a server holds a shared kernel lock on `<kind>.users`. A thread here sleeps on the
exclusive lock of that file, so it wakes when the last of them is gone, however it died: there are no lists of
process numbers to go stale. The supervisor's own lock says that it lives, and keeps a second one waiting.
"""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from embedded.base import ENVIRONMENT, Server
from embedded.errors import DiskFull, EmbeddedError, ServerFailed, naming_a_full_disk
from embedded.folders import make_folder, open_lock
from embedded.postgres import Postgres
from embedded.privileges import become
from embedded.valkey import Valkey
from embedded.world import World

KINDS: dict[str, type[Server]] = {kind.kind: kind for kind in (Postgres, Valkey)}
NOBODY_LEFT = 0  # stands among the signals' numbers in the pipe that wakes us
STARTS = 5  # that fail one after the other, before we report the failure
LONGEST_PAUSE_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
SCARCE_BYTES = 16 * 1024 * 1024  # what PostgreSQL takes at a time for its write-ahead log
LARGEST_LOG_BYTES = 10 * 1024 * 1024


@dataclass
class Running:
    """A server's process: our child, or one that outlived the supervisor that was its parent."""

    server: Server
    pid: int
    child: subprocess.Popen[bytes] | None

    def lives(self) -> bool:
        return self.child.poll() is None if self.child else self.server.lives_as(self.pid)

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


def shut_down(running: Running, *, patiently: bool = True) -> None:
    """End a server's process, in an orderly way if it can and time allows; return when it is gone."""
    signals = [running.server.stop_signal, running.server.hard_stop_signal, signal.SIGKILL]
    for number in signals if patiently else signals[1:]:
        running.send(number)
        end = time.monotonic() + PATIENCE_SECONDS
        while running.lives() and time.monotonic() < end:
            time.sleep(0.02)
        if not running.lives():
            return


class Supervisor:
    def __init__(self, server: Server, report: int) -> None:
        self.server = server
        self._report = report
        self._stopping = False
        self._log_starts_at = 0
        self._wake, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self) -> None:
        """Serve until told to stop or nobody is left. Raises what keeps the server from starting."""
        self._users = open_lock(self.server.lock("users"))
        self._lock = open_lock(self.server.lock("supervisor"))
        fcntl.flock(self._lock, fcntl.LOCK_EX)  # an older supervisor may still be shutting down
        os.ftruncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())
        self._listen()
        self.server.claim()
        become(self.server.user)
        os.umask(0o077)
        threading.Thread(target=self._await_last_user, daemon=True).start()
        self._keep_running()

    def say(self, kind: str, message: str = "") -> None:
        """Tell the process that started us how it went; once."""
        if self._report >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._report, f"{kind}\n{message}".encode())
            os.close(self._report)
            self._report = -1

    def _listen(self) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # the number arrives in the pipe, where we wait for it
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def _keep_running(self) -> None:
        failed_starts = deaths = 0
        while not self._stopping:
            began = time.monotonic()
            running = self._adopt() or self._start()
            was_ready = self._attend(running)
            if self._stopping:
                break
            failed_starts = 0 if was_ready else failed_starts + 1
            deaths = 1 if time.monotonic() - began > 60 else deaths + 1
            if failed_starts == STARTS:
                raise self._failure()
            pause = min(0.05 * 2**deaths, LONGEST_PAUSE_SECONDS)
            _note(f"{self.server.kind} (process {running.pid}) died; starting it again in {pause:.1f} s")
            self._sleep(pause)

    def _adopt(self) -> Running | None:
        pid = self.server.pid()
        if pid is None:
            return None
        _note(f"{self.server.kind} (process {pid}) outlived its supervisor; looking after it")
        return Running(self.server, pid, None)

    def _start(self) -> Running:
        self.server.prepare()
        self._log_starts_at = os.fstat(sys.stdout.fileno()).st_size
        child = subprocess.Popen(self.server.command(), cwd="/", stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        return Running(self.server, child.pid, child)

    def _attend(self, running: Running) -> bool:
        """Wait for the server's end, or bring it about. Was it ever ready?"""
        ready, unreachable, pause, began = False, 0, 0.02, time.monotonic()
        while running.lives():
            if not ready and self.server.is_ready():
                ready, pause = True, 1.0 if running.child else 0.2
                self.say("ready")
            if not ready and time.monotonic() - began > 2:
                self._refuse_a_full_disk(running)
            if ready or running.child is None:
                unreachable = 0 if self.server.socket.exists() else unreachable + 1
            if os.fstat(self._lock).st_nlink == 0:
                _note("the world was removed")
                running.send(signal.SIGKILL)  # else it would take the next server's socket with it
                self._stopping = True
            elif unreachable > 2:
                _note(f"{self.server.socket} has gone, so nobody can reach the server: stopping it")
                self._stopping = True  # the next one who needs it starts a supervisor, which makes all anew
            if self._stopping:
                shut_down(running)
                break
            self._sleep(pause)
            pause = pause if ready else min(pause * 1.2, 0.25)
        return ready

    def _refuse_a_full_disk(self, running: Running) -> None:
        """PostgreSQL would try to recover again and again, and nobody would be told why it is not ready."""
        if shutil.disk_usage(self.server.folder).free < SCARCE_BYTES:
            shut_down(running, patiently=False)
            raise DiskFull(f"{self.server.folder} has no room left for {self.server.kind}. Make room and try again.")

    def _sleep(self, seconds: float) -> None:
        """Wait that long, or less if a signal comes in or nobody is left."""
        if select.select([self._wake], [], [], seconds)[0]:
            news = os.read(self._wake, 512)
            if any(number in news for number in (signal.SIGTERM, signal.SIGINT, NOBODY_LEFT)):
                self._stopping = True

    def _await_last_user(self) -> None:
        """Runs in a thread of its own. In the end it holds the exclusive lock, so whoever wants to use the
        server from then on waits until we are gone, and starts it anew.
        """
        while True:
            fcntl.flock(self._users, fcntl.LOCK_EX)
            fcntl.flock(self._users, fcntl.LOCK_UN)
            idle_since, seen = time.monotonic(), os.fstat(self._users).st_mtime_ns
            while (left := idle_since + linger_seconds(self._users) - time.monotonic()) > 0:
                time.sleep(min(left, 1.0))
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if os.fstat(self._users).st_mtime_ns == seen:  # else somebody came and went meanwhile
                os.write(self._waker, bytes([NOBODY_LEFT]))
                return

    def _failure(self) -> EmbeddedError:
        """With what the server wrote since its last start; by now we could not open the log again."""
        log = sys.stdout.fileno()
        text = os.pread(log, 65536, max(self._log_starts_at, os.fstat(log).st_size - 65536))
        words = "\n".join(text.decode(errors="replace").strip().splitlines()[-8:])
        kind = DiskFull if "No space left on device" in words else ServerFailed
        return kind(f"{self.server.kind} does not start. Its last words:\n{words}")


def linger_seconds(users: int) -> float:
    """For how long a server stays when its last user is gone: the most that any user asked for."""
    try:
        return max(0.0, float(os.pread(users, 32, 0)))
    except ValueError:
        return 0.0


def _note(text: str) -> None:
    with contextlib.suppress(OSError):  # the disk is full; the server matters more than the log
        moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        sys.stderr.write(f"{moment} supervisor: {text}\n")


def _log_to(path: Path) -> None:
    make_folder(path.parent, 0o700)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LARGEST_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)


def main() -> None:
    kind, name, root, report = sys.argv[1:]
    if os.fork():  # the child of nobody: whoever started us may end, or may never look after its children
        os._exit(0)
    server = KINDS[kind](World(name, Path(root)))
    supervisor = Supervisor(server, int(report))
    try:
        with naming_a_full_disk(server.folder):
            _log_to(server.log)
            supervisor.run()
    except EmbeddedError as error:
        _note(str(error))
        supervisor.say(type(error).__name__, str(error))
        sys.exit(1)
    except OSError as error:
        traceback.print_exc()
        supervisor.say(ServerFailed.__name__, f"{kind} does not start: {error}")
        sys.exit(1)
