import os
import signal
import subprocess
import sys

import pytest

from embedded import ensure_postgres, ensure_valkey, status, stop
from tests.platform.embedded.clients import connect, eventually, lives, search_path, start_client


def test_a_killed_server_is_started_again_without_anyone_asking(world):
    address = ensure_postgres(world)
    before = status(world)[0]

    os.kill(before.server, signal.SIGKILL)

    eventually(lambda: status(world)[0].ready)
    after = status(world)[0]
    assert after.supervisor == before.supervisor
    assert after.server != before.server
    connect(address).close()


def test_a_killed_supervisor_is_replaced_and_no_session_is_lost(world):
    address = ensure_postgres(world)
    before = status(world)[0]
    with connect(address) as session:
        session.execute("CREATE TEMPORARY TABLE mine AS SELECT 42 AS answer")
        os.kill(before.supervisor, signal.SIGKILL)
        eventually(lambda: status(world)[0].supervisor is None)

        ensure_postgres(world)

        after = status(world)[0]
        assert after.supervisor not in (None, before.supervisor)
        assert after.server == before.server
        assert session.execute("SELECT answer FROM mine").fetchone() == (42,)

    os.kill(after.server, signal.SIGKILL)
    eventually(lambda: status(world)[0].ready)
    assert status(world)[0].supervisor == after.supervisor


@pytest.mark.parametrize("ensure", ["ensure_postgres", "ensure_valkey"])
def test_server_and_supervisor_killed_under_a_parent_that_does_not_reap(world, ensure):
    """As in a container whose process 1 is the application: the dead stay zombies, and `kill -0` finds them alive."""
    at = {"ensure_postgres": 0, "ensure_valkey": 1}[ensure]
    client = start_client(
        f"""
import ctypes
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
{ensure}(world)
before = status(world)[{at}]
os.kill(before.supervisor, 9)
os.kill(before.server, 9)
state = lambda pid: open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split()[0]
while state(before.server) != "Z" or state(before.supervisor) != "Z":
    time.sleep(0.01)
{ensure}(world)
after = status(world)[{at}]
print(after.ready, after.server != before.server, after.supervisor != before.supervisor)
stop(world)
print([found.server for found in status(world)])
"""
    )

    output, errors = client.communicate()

    assert (output, errors) == ("True True True\n[None, None]\n", "")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_servers_stop_when_their_last_user_is_gone_however_it_ended(world, end):
    clients = [
        start_client(
            "ensure_postgres(world, linger_seconds=0); ensure_valkey(world, linger_seconds=0); print(); input()"
        )
        for _ in range(2)
    ]
    for client in clients:
        client.stdout.readline()
    servers = [found.server for found in status(world)]

    clients[0].send_signal(end)
    clients[0].wait()
    assert [found.server for found in status(world)] == servers
    assert [found.ready for found in status(world)] == [True, True]
    clients[1].send_signal(end)
    clients[1].wait()

    eventually(lambda: [found.supervisor for found in status(world)] == [None, None])
    assert [lives(server) for server in servers] == [False, False]


def test_a_forked_child_that_outlives_its_parent_keeps_the_server(world):
    parent = start_client(
        """
ensure_valkey(world, linger_seconds=0)
if os.fork() == 0:
    input()
    os._exit(0)
"""
    )
    parent.wait()
    assert status(world)[1].ready

    parent.stdin.write("\n")
    parent.stdin.flush()

    eventually(lambda: status(world)[1].supervisor is None)


def test_a_server_lingers_for_as_long_as_any_of_its_users_asked(world):
    first = start_client("ensure_valkey(world, linger_seconds=0); print(); input()")
    first.stdout.readline()
    server = status(world)[1].server
    start_client("ensure_valkey(world, linger_seconds=3600)").wait()

    first.communicate("\n")
    start_client("ensure_valkey(world, linger_seconds=0)").wait()

    assert status(world)[1].ready
    assert status(world)[1].server == server


def test_stop_ends_both_servers_though_they_are_in_use_and_the_next_user_starts_them(world):
    address = ensure_postgres(world, keep=True)
    ensure_valkey(world, keep=True)
    client = start_client("ensure_postgres(world); ensure_valkey(world); print(); input()")
    client.stdout.readline()
    before = [found.server for found in status(world)]

    stop(world)

    assert [(found.supervisor, found.server, found.ready) for found in status(world)] == [(None, None, False)] * 2
    assert [lives(server) for server in before] == [False, False]
    client.communicate("\n")
    assert ensure_postgres(world) == address
    connect(address).close()


def test_stop_ends_a_server_that_lost_its_supervisor(world):
    ensure_postgres(world)
    before = status(world)[0]
    os.kill(before.supervisor, signal.SIGKILL)

    stop(world)

    assert not lives(before.server)


def test_a_world_removed_under_its_servers_is_made_anew(world):
    ensure_valkey(world)
    before = status(world)[1]
    subprocess.run(["rm", "-rf", world.root], check=True)

    ensure_valkey(world)

    assert status(world)[1].ready
    assert status(world)[1].server != before.server
    eventually(lambda: not lives(before.supervisor) and not lives(before.server))


def test_the_command_starts_shows_and_stops_a_world(world):
    def run(action: str) -> list[str]:
        command = [sys.executable, "-m", "embedded", action, "--world", "test"]
        environment = os.environ | {"PYTHONPATH": search_path()}
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return [line.split(" (")[0] for line in done.stdout.splitlines()]

    assert run("status") == ["postgres: stopped", "valkey: stopped"]
    assert run("start") == [
        "postgres: ready",
        "valkey: ready",
        f"sockets: {world.run}",
        f"secrets: {world.secrets}",
    ]
    assert run("status") == ["postgres: ready", "valkey: ready"]
    assert run("stop") == ["postgres: stopped", "valkey: stopped"]
