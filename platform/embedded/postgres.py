"""PostgreSQL as an embedded server: a cluster of our own, reached through a socket, by password only."""

import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
from pathlib import Path

from embedded.base import ENVIRONMENT, Server
from embedded.credentials import secret
from embedded.errors import DiskFull, ServerFailed
from embedded.world import World

PORT = 5432
SUPERUSER = "postgres"
ROOM_BYTES = 256 * 1024 * 1024

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0777",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_locks_per_transaction": "1024",  # thousands of schemas: dumping or dropping them locks every table
    "jit": "off",
    # What one session may put on the disk beside its tables, and all of them into notices that nobody takes (pages of 8 kB):
    # any vendor's could otherwise fill it.
    "temp_file_limit": "2GB",
    "max_notify_queue_pages": "4096",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the details of errors quote people's data, which have no place in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# The environment's locale would decide otherwise, and every machine would sort in its own way.
INITDB = (
    f"--username={SUPERUSER}",
    "--pwfile=/dev/stdin",
    "--auth-local=scram-sha-256",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)


class Postgres(Server):
    kind = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    hard_stop_signal = signal.SIGQUIT  # "immediate": recovers at the next start

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.data = self.folder / "data"
        self.password = ""

    @property
    def socket(self) -> Path:
        return self.run / f".s.PGSQL.{PORT}"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def working_folder(self) -> Path:
        return self.data

    def is_ready(self) -> bool:
        """Opens a session up to the question for the password, as pg_isready does: takes a millisecond."""
        body = struct.pack("!i", 3 << 16) + b"user\0postgres\0database\0postgres\0\0"
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(str(self.socket))
                line.sendall(struct.pack("!i", len(body) + 4) + body)
                answer = line.recv(1024)
        except OSError:
            return False
        # 57P03 is cannot_connect_now; other refusals (too many clients) come from a server at work.
        return answer[:1] == b"R" or (answer[:1] == b"E" and b"C57P03\0" not in answer)

    def claim(self) -> None:
        super().claim()
        self.password = secret(self.world, "postgres")

    def prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._clear_stale_locks()
        if not self._mark_of_password().exists():
            self._set_password()

    def command(self) -> list[str]:
        return [str(self.binaries.postgres), "-D", str(self.data), *self._settings()]

    def _settings(self) -> list[str]:
        quoted = '"' + str(self.run).replace('"', '""') + '"'
        settings = SETTINGS | {"unix_socket_directories": quoted}
        if self.world.name == "test":
            settings |= THROW_AWAY
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _create(self) -> None:
        """Make the cluster aside and rename it: a process killed on the way leaves no half of one."""
        free = shutil.disk_usage(self.folder).free
        if free < ROOM_BYTES:
            raise DiskFull(f"{self.folder} has room for {free >> 20} MB; a new database needs {ROOM_BYTES >> 20} MB.")
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        command = [str(self.binaries.initdb), "-D", str(draft), *INITDB]
        if self.world.name == "test":
            command.append("--no-sync")
        self._run(command, self.password + "\n")
        self._mark_of_password(draft).touch()
        draft.rename(self.data)

    def _mark_of_password(self, data: Path | None = None) -> Path:
        """An empty file named for the password that the cluster has: how a lost secret is noticed."""
        digest = hashlib.sha256(self.password.encode()).hexdigest()[:16]
        return (data or self.data) / f"superuser-{digest}"

    def _set_password(self) -> None:
        """The secret's file was lost and made again: tell the cluster, before anyone connects."""
        postgres, *arguments = self.command()
        command = [postgres, "--single", *arguments, "postgres"]
        self._run(command, f"ALTER ROLE {SUPERUSER} PASSWORD '{self.password}'\n")
        for mark in self.data.glob("superuser-*"):
            mark.unlink()
        self._mark_of_password().touch()

    def _run(self, command: list[str], text: str) -> None:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, cwd="/", env=ENVIRONMENT
        )
        if done.returncode != 0:
            said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            kind = DiskFull if "No space left on device" in said else ServerFailed
            raise kind(f"{Path(command[0]).name} failed in {self.folder}:\n{said}")

    def _clear_stale_locks(self) -> None:
        """Hand a dead server's lock back to PostgreSQL in a form that it sees is stale.

        It trusts `kill(pid, 0)`, so a zombie, or a process that was given the number since, would block it
        for ever. A lock that names its own parent counts as stale, and PostgreSQL still makes sure that no
        old session is attached to the shared memory. Nobody else can start it: we hold the supervisor's lock.
        """
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(self.socket.name + ".lock").unlink(missing_ok=True)
        try:
            lines = self.pid_file.read_text().splitlines()
        except FileNotFoundError:
            return
        if not lines:
            self.pid_file.unlink()
            return
        lines[0] = str(os.getpid())
        self.pid_file.write_text("\n".join(lines) + "\n")
