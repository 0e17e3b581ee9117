"""The processes of one machine: what each runs, and the only secrets each is given.

`Fleet` starts them, starts again what dies, and ends them all. It serves `make demo`, the journey and the scenarios that
kill; on a server the Procfile or the container platform does this job.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from embedded.credentials import secret
from embedded.valkey import AclUser
from embedded.world import World

ROOT = Path(__file__).resolve().parents[2]

# Secrets by process: its own Django key, its database role's, its Valkey user's, and what its work needs.
SECRETS: dict[str, tuple[str, ...]] = {
    "web": ("django-web", "store", "valkey-web", "order-link-key", "handoff-signing-key", "mfa-key", "live-key"),
    "office": ("django-office", "platform", "valkey-office", "order-link-key"),
    "portal": ("django-portal", "doorman", "valkey-portal", "vendor-role-key", "live-key"),
    "worker": ("django-worker", "platform", "valkey-worker", "order-link-key"),
    "shopworker": ("django-shopworker", "doorman", "valkey-shopworker", "vendor-role-key"),
    "builder": ("django-builder", "builder", "valkey-builder", "vendor-role-key"),
    "beat": ("django-beat", "valkey-beat"),
    "live": ("django-live", "valkey-live", "live-key"),
    "sandbox": (),
}
SERVING = {"web": "market", "portal": "portal", "office": "office", "live": "live"}
# What of our own environment a process gets; everything else it is told here.
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SOUK_VAR", "SOUK_HOLD_DAYS", "SOUK_LOG"),
    "SOUK_FAULTS",
    *("SOUK_PLATFORM_COUNTRY", "SOUK_PLATFORM_VAT_ID", "SOUK_PROVIDER_FEE_BPS", "SOUK_PROVIDER_FEE_FIXED_MINOR"),
    *("SOUK_S3_PUBLIC_BUCKET", "SOUK_S3_PRIVATE_BUCKET", "SOUK_S3_PUBLIC_URL", "SOUK_S3_REGION", "SOUK_S3_ENDPOINT"),
    "SOUK_S3_DOWNLOAD_ENDPOINT",
)
# Those that write pictures or reach documents, and no others, get the keys of S3 where it is used.
REACH_FILES = ("portal", "shopworker", "worker", "office")
S3_KEYS = ("SOUK_S3_ACCESS_KEY", "SOUK_S3_SECRET_KEY")


# Valkey's users, one per process group: each has its own key prefix (its cache and sessions) and the doorbell's queues. What
# they may do is a list of what they do, and not of what is left out: nothing that tells the names of keys, which no prefix
# narrows and which of sessions are as good as their cookies; no code of their own; nothing that keeps others waiting.
VALKEY_PREFIX = {"web": "market"}
DOORBELL = "~doorbell:* &doorbell:*"
_CONNECTING = "+auth +hello +ping +select +reset +quit +client|setinfo +client|setname"
_CACHING = "+get +set +mget +mset +del +exists +incrby +expire +pexpire +persist +multi +exec +discard"
_RINGING = "+sadd +srem +smembers +lpush +llen +publish"
RINGS = f"-@all {_CONNECTING} {_CACHING} {_RINGING}"
# Who hears the bell takes it off its queue, and keeps account of what it has taken; the lock for that is let go by a script.
HEARS = (
    "+rpush +rpop +brpop +hset +hget +hdel +hlen +zadd +zrem +zrange +zrevrangebyscore +watch +unwatch"
    " +subscribe +unsubscribe +psubscribe +punsubscribe +evalsha +script|load"
)
HEARING = ("worker", "shopworker")
# Pages that are open hear that they are old: the worker tells, and live, which counts who listens, hears.
NEWS = "~news:* &news:*"
LISTENS = "+zadd +zrem +zcard +zremrangebyscore +subscribe +unsubscribe"
BEHIND = 5  # of niceness: pages come before sweeps where both want the same processor


def valkey_rules(group: str) -> str:
    """What a process group's user may do, as Valkey's access list has it."""
    rules = [f"~{VALKEY_PREFIX.get(group, group)}:*", DOORBELL, *([NEWS] if group in ("worker", "live") else []), RINGS]
    if group in HEARING:
        rules.append(HEARS)
    return " ".join([*rules, *([LISTENS] if group == "live" else [])])


def valkey_users(world: World) -> list[AclUser]:
    """The access list of a world's Valkey; each group's secret lies in the world's own folder."""
    found = [AclUser("default", secret(world, "valkey-default"), "~* &* +@all")]
    for group in (name for name in SECRETS if name != "sandbox"):
        found.append(AclUser(group, secret(world, f"valkey-{group}"), valkey_rules(group)))
    return found


@dataclass(frozen=True)
class Ports:
    """Where the faces and the sandbox listen on 127.0.0.1."""

    market: int = 8000
    portal: int = 8001
    office: int = 8002
    sandbox: int = 8003
    live: int = 8004

    def variables(self) -> dict[str, str]:
        names = ("market", "portal", "office", "sandbox", "live")
        return {f"SOUK_{name.upper()}_PORT": str(getattr(self, name)) for name in names}


def environment_of(process: str, world: World, ports: Ports) -> dict[str, str]:
    """The whole environment of a process: nothing of ours but a few harmless names, and its own secrets."""
    passed_on = PASSED_ON + (S3_KEYS if process in REACH_FILES else ())
    found = {name: os.environ[name] for name in passed_on if name in os.environ}
    found |= {
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SOUK_PROCESS": process,
        "SOUK_WORLD": world.name,
        "SOUK_CLOCK_FILE": str(world.clock),
        "SOUK_SECRETS_FROM_ENVIRONMENT": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        **ports.variables(),
    }
    for name in SECRETS[process]:
        found["SOUK_SECRET_" + name.upper().replace("-", "_")] = secret(world, name)
    if capture := os.environ.get("SOUK_STRIPE_CAPTURE"):
        found["SOUK_STRIPE_CAPTURE"] = capture
    return found


def command_of(process: str, world: World, ports: Ports) -> list[str]:
    """What a process runs."""
    if process == "live":
        return [
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(ports.live)),
            *("--workers", "1", "--backlog", "1024", "--no-access-log", "config.asgi:application"),
        ]
    if process in SERVING:
        port = str(getattr(ports, SERVING[process]))
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port),
            *(
                "--workers",
                "1",
                "--blocking-threads",
                "6",
                "--backlog",
                "256",
                "--no-access-log",
                "config.wsgi:application",
            ),
        ]
    if process in ("worker", "shopworker"):
        queue = "platform" if process == "worker" else "shops"
        return [
            *(sys.executable, "-m", "celery", "-A", "config.worker", "worker", "--pool", "threads", "-c", "4"),
            *(
                "-Q",
                queue,
                "-n",
                f"{process}@%h",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                "-l",
                "WARNING",
            ),
        ]
    if process == "beat":
        return [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config.worker",
            "beat",
            "-S",
            "config.beat:Scheduler",
            "--pidfile=",
            "-l",
            "WARNING",
        ]
    if process == "builder":
        return [sys.executable, str(ROOT / "manage.py"), "builder"]
    return [
        *(sys.executable, "-m", "billing.sandbox", "--state", str(world.sandbox), "--host", "127.0.0.1"),
        *("--port", str(ports.sandbox), "--clock-file", str(world.clock)),
    ]


def _as_child(process: str) -> None:
    """Linux sends the child SIGTERM when its parent dies, however the parent dies. Who serves nobody goes behind who does."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if process in HEARING:
        os.nice(BEHIND)


@dataclass
class Fleet:
    """Processes of one world, each with a log in the world's `logs` folder."""

    world: World
    ports: Ports = field(default_factory=Ports)
    on_restart: Callable[[str, int], None] | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self, processes: Sequence[str]) -> None:
        """Start these, and watch them from now on: one that dies is started again after a short, growing pause."""
        self.check_ports(processes)
        for process in processes:
            self._launch(process)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()

    def check_ports(self, processes: Sequence[str]) -> None:
        """Raises PortTaken when something else listens where one of these would."""
        for process in processes:
            if process in SERVING or process == "sandbox":
                port = getattr(self.ports, SERVING.get(process, "sandbox"))
                if not _becomes_free(port):
                    raise PortTaken(
                        f"Port {port} is in use already, so {process} cannot start. End what uses it, "
                        f"or choose another with SOUK_{SERVING.get(process, 'sandbox').upper()}_PORT."
                    )

    def pid(self, process: str) -> int:
        return self.running[process].pid

    def wait_until_serving(self, processes: Sequence[str], timeout_seconds: float = 60) -> None:
        """Until each answers on its port. Raises TimeoutError naming the log of one that does not."""
        end = time.monotonic() + timeout_seconds
        for process in processes:
            port = getattr(self.ports, SERVING.get(process, "sandbox"))
            while not is_listening(port):
                if time.monotonic() > end:
                    raise TimeoutError(f"{process} does not answer on port {port}; see {self.log(process)}")
                time.sleep(0.05)

    def log(self, process: str) -> Path:
        return self.world.logs / f"{process}.log"

    def stop(self) -> None:
        """End every process that was started; those that do not heed are killed after ten seconds."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        with self._lock:
            children = list(self.running.values())
        for child in children:
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + 10
        for child in children:
            try:
                child.wait(timeout=max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            _end_group(child)

    def restart_allowed(self) -> None:
        """After `stop`: this fleet may start processes again."""
        self.running.clear()
        self._stopping.clear()

    def _launch(self, process: str) -> None:
        self.world.logs.mkdir(parents=True, exist_ok=True)
        with self._lock, self.log(process).open("ab") as log:
            if self._stopping.is_set():
                return
            self.running[process] = subprocess.Popen(
                command_of(process, self.world, self.ports),
                env=environment_of(process, self.world, self.ports),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C goes to us, and we end them in order
                preexec_fn=partial(_as_child, process),
            )

    def _watch(self) -> None:
        deaths: dict[str, int] = {}
        while not self._stopping.wait(0.2):
            for process, child in list(self.running.items()):
                code = child.poll()
                if code is None or self._stopping.is_set():
                    continue
                deaths[process] = deaths.get(process, 0) + 1
                _end_group(child)
                if self.on_restart is not None:
                    self.on_restart(process, code)
                self._stopping.wait(min(0.2 * deaths[process], 5))
                self._launch(process)


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    """What a process that is dead had started itself (a server's own workers) goes with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


class PortTaken(RuntimeError):
    """Something else listens where one of ours should."""


def _becomes_free(port: int, within_seconds: float = 5) -> bool:
    """What an earlier fleet left, when it was killed, ends a moment after it."""
    end = time.monotonic() + within_seconds
    while is_listening(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def is_listening(port: int) -> bool:
    with socket.socket(socket.AF_INET) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def sandbox_of(world: World) -> Iterator[str]:
    """The address of this world's sandbox: of the one that runs, or of one that is started for the time being."""
    running = _address_of_sandbox(world)
    if running:
        yield running
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    fleet = Fleet(world, Ports(sandbox=port))
    try:
        fleet.start(["sandbox"])
        fleet.wait_until_serving(["sandbox"])
        yield f"http://127.0.0.1:{port}"
    finally:
        fleet.stop()


def _address_of_sandbox(world: World) -> str:
    """Where this world's sandbox listens, "" when none runs: one that does holds a lock on the file with its address."""
    try:
        with (world.sandbox / "address").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip()
    except FileNotFoundError:
        pass
    return ""


def run(
    arguments: Sequence[str], world: World, *, process: str = "builder", extra: Mapping[str, str] | None = None
) -> None:
    """Run one `manage.py` command in this world to its end, as `process`. Raises RuntimeError with its output if it fails."""
    result = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**os.environ, "SOUK_PROCESS": process, "SOUK_WORLD": world.name, **(extra or {})},
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{result.stdout[-4000:]}")
