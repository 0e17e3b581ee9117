"""What the supervisor and its clients need to know of a server, whichever it is."""

import os
import signal
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from embedded.binaries import Binaries, binaries
from embedded.folders import make_folder, make_folder_of
from embedded.privileges import server_user
from embedded.world import World

# The server gets no part of our environment, which may hold secrets, and no locale or time zone of it either.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C", "TZ": "UTC"}


class Server(ABC):
    """One kind of server in one world. Having the object starts nothing."""

    kind: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    hard_stop_signal: ClassVar[signal.Signals]
    binaries: Binaries

    def __init__(self, world: World) -> None:
        self.world = world
        self.user = server_user()
        self.folder = world.home / self.kind
        self.run = world.run
        self.log = world.logs / f"{self.kind}.log"

    @property
    @abstractmethod
    def socket(self) -> Path: ...

    @property
    @abstractmethod
    def pid_file(self) -> Path: ...

    @property
    @abstractmethod
    def working_folder(self) -> Path:
        """The folder the running server has made its current one, by which we recognize it."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Does it take commands? Being started up, recovering or shutting down is a no."""

    @abstractmethod
    def prepare(self) -> None:
        """Bring the data into a state that the server can start from. Called as the server's user."""

    @abstractmethod
    def command(self) -> list[str]: ...

    def claim(self) -> None:
        """Make the folders, find the programs, read the secrets. Called before privileges are given up."""
        self.binaries = binaries(self.world)
        make_folder(self.world.root)
        make_folder_of(self.user, self.folder, 0o700)
        if not self.run.exists():
            make_folder_of(self.user, self.run, 0o755)  # the sockets are guarded by secrets

    def lock(self, name: str) -> Path:
        return self.world.locks / f"{self.kind}.{name}"

    def pid(self) -> int | None:
        """The server's process, if it lives."""
        try:
            number = abs(int(self.pid_file.read_text().partition("\n")[0]))
        except (OSError, ValueError):
            return None
        return number if self.lives_as(number) else None

    def lives_as(self, pid: int) -> bool:
        """Is this the living server: not its zombie, nor a stranger who was given the number?

        Where process 1 does not reap, a dead server is a zombie for ever, and `kill -0` takes it for
        alive. A zombie has no current folder, and a stranger has another one.
        """
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.working_folder)
        except OSError:
            return False
