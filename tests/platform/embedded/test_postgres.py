"""One real cluster for the tests that only look at it; those that damage theirs have one of their own."""

import os
import stat
import subprocess

import psycopg
import pytest

from embedded import World, ensure_postgres, status, stop
from tests.platform.embedded.clients import connect, start_client


def test_processes_that_start_at_once_share_one_server(world):
    clients = [
        start_client("ensure_postgres(world, linger_seconds=0); print(status(world)[0].server); input()")
        for _ in range(4)
    ]

    servers = {client.stdout.readline() for client in clients}

    assert servers == {f"{status(world)[0].server}\n"}
    for client in clients:
        client.communicate("\n")


def test_nobody_gets_in_without_the_password(running):
    _, address = running

    for password in ("", "postgres", address.password[:-1], "0" * 64):
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(address, password=password)


def test_roles_made_later_need_their_password_too(running):
    _, address = running
    with connect(address) as session:
        session.execute("CREATE ROLE store LOGIN PASSWORD 'a secret of its own'")
        stored = session.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'store'").fetchone()
        session.execute("CREATE ROLE careless LOGIN")

    assert stored[0].startswith("SCRAM-SHA-256$")
    for login in ({"user": "store", "password": address.password}, {"user": "careless", "password": ""}):
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(address, **login)
    with connect(address, user="store", password="a secret of its own") as session:
        assert session.execute("SELECT session_user").fetchone() == ("store",)


def test_no_line_of_the_access_rules_trusts_anyone(running):
    _, address = running
    with connect(address) as session:
        rules = session.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()

    assert sorted(rules) == [("host", "reject"), ("local", "scram-sha-256")]


def test_the_settings_are_ours_whatever_the_machines_locale_is(running):
    _, address = running
    wanted = {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_locks_per_transaction": "1024",
        "jit": "off",
        "io_method": "sync",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "password_encryption": "scram-sha-256",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    with connect(address) as session:
        found = {name: session.execute(f"SHOW {name}").fetchone()[0] for name in wanted}
        locale = session.execute(
            "SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = 'postgres'"
        ).fetchone()
        upper = session.execute("SELECT upper('straße é'), 'Éclair' ILIKE 'éCLAIR'").fetchone()

    assert found == wanted
    assert locale == ("b", "C.UTF-8", "C")
    assert upper == ("STRAßE É", True)


def test_only_the_test_world_gives_up_durability(var):
    address = ensure_postgres(World.named("journey"), linger_seconds=0)

    with connect(address) as session:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        assert [session.execute(f"SHOW {name}").fetchone()[0] for name in names] == ["on", "on", "on"]


def test_the_log_does_not_quote_people(running):
    world, address = running
    with connect(address) as session:
        session.execute("CREATE TABLE people (email text PRIMARY KEY)")
        session.execute("INSERT INTO people VALUES ('mina@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation, match=r"mina@example\.org"):
            session.execute("INSERT INTO people VALUES ('mina@example.org')")

    log = (world.logs / "postgres.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "mina" not in log
    assert stat.S_IMODE((world.logs / "postgres.log").stat().st_mode) == 0o600


def test_the_secret_stands_nowhere_but_in_its_file(running):
    world, address = running
    assert stat.S_IMODE((world.secrets / "postgres").stat().st_mode) == 0o600
    assert (world.secrets / "postgres").stat().st_uid == os.geteuid()

    for process in (status(world)[0].supervisor, status(world)[0].server):
        with open(f"/proc/{process}/cmdline") as arguments, open(f"/proc/{process}/environ") as environment:
            assert address.password not in arguments.read() + environment.read()
    assert address.password not in (world.logs / "postgres.log").read_text()


def test_the_server_gets_nothing_of_our_environment(world, monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_not_for_the_database")
    ensure_postgres(world, linger_seconds=0)

    for process in (status(world)[0].supervisor, status(world)[0].server):
        with open(f"/proc/{process}/environ") as environment:
            assert "sk_test" not in environment.read()


def test_what_was_written_is_there_after_a_restart_and_a_lost_secret_is_made_anew(world):
    before = ensure_postgres(world)
    with connect(before) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    stop(world)
    (world.secrets / "postgres").unlink()

    after = ensure_postgres(world)

    assert after.password != before.password
    with connect(after) as session:
        assert session.execute("SELECT answer FROM kept").fetchone() == (42,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(before)


def write_lock(world: World, text: str) -> None:
    """Leave a lock in the cluster as a server that died would."""
    lock = world.home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(text)
    os.chown(lock, lock.parent.stat().st_uid, lock.parent.stat().st_gid)


def test_locks_of_the_dead_do_not_block_the_start(world):
    """An empty lock, and one whose number a living stranger has got since."""
    ensure_postgres(world)
    data = world.home / "postgres" / "data"
    stranger = subprocess.Popen(["sleep", "600"], user=data.owner(), cwd="/")
    lines = [stranger.pid, data, 1700000000, 5432, world.run, "", "  1 2", "ready   "]
    try:
        for text in ("", "".join(f"{line}\n" for line in lines)):
            stop(world)
            write_lock(world, text)

            connect(ensure_postgres(world)).close()

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
