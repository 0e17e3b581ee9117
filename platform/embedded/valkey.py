"""Valkey as an embedded server: reached through a socket, by name and secret only."""

import hashlib
import re
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from embedded.base import Server
from embedded.credentials import read_private, secret, write_private
from embedded.errors import ServerFailed
from embedded.world import World

ADMIN = "admin"
DEFAULT = "default"


@dataclass(frozen=True)
class AclUser:
    """A user of Valkey: its name, its secret and its rules, such as `~* &* +@all -@admin`.

    `default` is the one who signs in without a name; it is off unless it is listed. Raises ValueError for a
    name that is not a plain word or is ours, and for rules of more than one line.
    """

    name: str
    secret: str = field(repr=False)
    rules: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", self.name) or self.name == ADMIN:
            raise ValueError(f"not a name for a Valkey user: {self.name!r}")
        if not self.secret or not self.rules.isprintable():
            raise ValueError(f"the Valkey user {self.name!r} needs a secret, and rules in one line")

    def line(self) -> str:
        return f"user {self.name} reset on #{_digest(self.secret)} {' '.join(self.rules.split())}"


class Valkey(Server):
    kind = "valkey"
    stop_signal = signal.SIGTERM
    hard_stop_signal = signal.SIGKILL

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._users: str | None = None

    @property
    def socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    @property
    def working_folder(self) -> Path:
        return self.folder

    @cached_property
    def _admin(self) -> str:
        return secret(self.world, "valkey-admin")

    @property
    def acl(self) -> Path:
        """The users that were last asked for, by digests of their secrets; the server's own copy is apart."""
        return self.world.secrets / "valkey.acl"

    def is_ready(self) -> bool:
        try:
            signed_in, answer = self._ask(["PING"])
        except OSError:
            return False
        if signed_in.startswith("-WRONGPASS"):
            raise ServerFailed(
                f"The Valkey server at {self.socket} was started with another secret. "
                f"Stop it: python -m embedded stop --world {self.world.name}"
            )
        return answer == "+PONG"

    def apply(self, users: Sequence[AclUser]) -> None:
        """Let the running server know just these users (and ours). Does nothing if it does already.

        Raises ServerFailed if the server refuses a rule; then nothing is recorded.
        """
        before, wanted = self._recorded(), [user.line() for user in users]
        if before == wanted:
            return
        gone = {line.split()[1] for line in before} - {user.name for user in users}
        commands = [["ACL", "SETUSER", *line.split()[1:]] for line in wanted]
        if DEFAULT in gone:  # it can be switched off, but not removed
            commands.append(["ACL", "SETUSER", DEFAULT, "reset"])
        commands += [["ACL", "DELUSER", name] for name in sorted(gone - {DEFAULT})]
        answers = self._ask(*commands, ["ACL", "SAVE"])
        refusals = [answer[1:] for answer in answers if answer.startswith("-")]
        if refusals:
            raise ServerFailed(f"Valkey refuses its users: {'; '.join(refusals)}")
        write_private(self.acl, "\n".join(wanted))

    def has(self, users: Sequence[AclUser]) -> bool:
        return self._recorded() == [user.line() for user in users]

    def claim(self) -> None:
        super().claim()
        lines = [f"user {ADMIN} on #{_digest(self._admin)} ~* &* +@all", *self._recorded()]
        if not any(line.startswith(f"user {DEFAULT} ") for line in lines):
            lines.append(f"user {DEFAULT} off")
        self._users = "\n".join(lines) + "\n"

    def prepare(self) -> None:
        """Write the list of users for the first start; later ones find the one that the server saved."""
        if self._users is None:
            return
        write_private(self.folder / "users.acl", self._users)
        self._users = None

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "777",
            "dir": str(self.folder),
            "pidfile": str(self.pid_file),
            "aclfile": str(self.folder / "users.acl"),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "no" if self.world.name == "test" else "everysec",
            "maxmemory-policy": "noeviction",  # nothing may quietly drop sessions and tasks
        }
        parts = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(self.binaries.valkey), *parts]

    def _recorded(self) -> list[str]:
        return (read_private(self.acl) or "").splitlines()

    def _ask(self, *commands: Sequence[str]) -> list[str]:
        """Send commands as `admin`; each answer's first line, signing in being the first. Raises OSError."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.socket))
            sent = (["AUTH", ADMIN, self._admin], *commands)
            line.sendall(b"".join(_encoded(command) for command in sent))
            with line.makefile("rb") as answers:
                return [answers.readline().decode().strip() for _ in sent]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _encoded(command: Sequence[str]) -> bytes:
    parts = [part.encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
