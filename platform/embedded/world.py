"""A world: one database, one Valkey, one set of files and one clock, apart from every other world."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from embedded.folders import LASTING, SHORT, recorded_folder
from embedded.privileges import can_enter, server_user

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes (sun_path), and some clients fewer


@dataclass(frozen=True)
class World:
    """The folder `root` and what lies where in it. Nothing is made or started by having a World.

    The parent of `root` is the `var` folder that worlds share. Raises ValueError for a name that is not
    a lower-case word (letters, digits, dashes).
    """

    name: str
    root: Path

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.name):
            raise ValueError(f"not a name of a world: {self.name!r} (want lower-case letters, digits, dashes)")
        object.__setattr__(self, "root", Path(self.root).resolve())

    @classmethod
    def named(cls, name: str) -> "World":
        """The world of that name under `SOUK_VAR`, or under the project's own `var`."""
        return cls(name, PROJECT / os.environ.get("SOUK_VAR", "var") / name)

    @property
    def var(self) -> Path:
        return self.root.parent

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def private(self) -> Path:
        return self.root / "private"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def sandbox(self) -> Path:
        return self.root / "sandbox"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def clock(self) -> Path:
        """A file with this world's offset from the machine's clock, in seconds."""
        return self.root / "clock"

    @property
    def home(self) -> Path:
        """Where the servers keep their data: the world's own folder if their user can get there.

        Run by root from a folder that only root may enter, it is a fresh folder of the servers' user
        instead, whose path stands in the file `elsewhere`. Modes of existing folders are never changed.
        """
        record = self.root / "elsewhere"
        user = server_user()
        if not record.exists() and can_enter(user, self.root):
            return self.root
        return recorded_folder(record, user, 0o700, LASTING, f"souk-{self.name}-")

    @property
    def run(self) -> Path:
        """The folder of the servers' sockets: in `home`, or a short one in /tmp where paths get too long."""
        folder = self.home / "run"
        if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return folder
        return recorded_folder(self.root / "sockets", server_user(), 0o700, SHORT, "souk-")


def current_world() -> World:
    """The world this process lives in: `SOUK_WORLD`, by default `demo`."""
    return World.named(os.environ.get("SOUK_WORLD", "demo"))
