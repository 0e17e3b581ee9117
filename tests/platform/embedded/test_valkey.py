import os
import stat

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from embedded import AclUser, ServerFailed, World, ensure_valkey, secret, status, stop
from tests.platform.embedded.clients import eventually, start_client


def user(world: World, name: str, rules: str = "~* &* +@all -@admin") -> AclUser:
    return AclUser(name, secret(world, f"valkey-{name}"), rules)


def sign_in(world: World, name: str | None, password: str | None = None) -> redis.Redis:
    """A client with the world's secret of that user, or with another one."""
    if name and password is None:
        password = secret(world, f"valkey-{name}")
    socket, once = str(world.run / "valkey.sock"), Retry(NoBackoff(), 0)
    return redis.Redis(unix_socket_path=socket, username=name, password=password, retry=once)


def test_processes_that_start_at_once_share_one_server(world):
    clients = [
        start_client("ensure_valkey(world, linger_seconds=0); print(status(world)[1].server); input()")
        for _ in range(4)
    ]

    servers = {client.stdout.readline() for client in clients}

    assert servers == {f"{status(world)[1].server}\n"}
    for client in clients:
        client.communicate("\n")


def test_only_the_listed_users_get_in_each_with_its_secret_and_rights(world):
    ensure_valkey(world, [user(world, "web"), user(world, "portal", "~portal:* +@read +@write")])

    assert sign_in(world, "web").set("cart", "1") is True
    assert sign_in(world, "portal").set("portal:session", "2") is True
    with pytest.raises(redis.exceptions.NoPermissionError):
        sign_in(world, "portal").get("cart")
    with pytest.raises(redis.exceptions.NoPermissionError):
        sign_in(world, "web").config_get("*")
    for name, password in [("web", "0" * 64), ("default", ""), ("nobody", "x"), ("default", "x")]:
        with pytest.raises(redis.exceptions.AuthenticationError):
            sign_in(world, name, password).ping()
    with pytest.raises(redis.exceptions.AuthenticationError):
        sign_in(world, None).ping()


def test_a_changed_list_holds_at_once_on_the_running_server(world):
    ensure_valkey(world, [user(world, "web"), user(world, "worker")])
    server = status(world)[1].server
    sign_in(world, "web").set("cart", "1")

    ensure_valkey(world, [user(world, "web", "~* +get"), user(world, "beat")])

    assert status(world)[1].server == server
    assert sign_in(world, "web").get("cart") == b"1"
    assert sign_in(world, "beat").ping() is True
    with pytest.raises(redis.exceptions.NoPermissionError):
        sign_in(world, "web").set("cart", "2")
    with pytest.raises(redis.exceptions.AuthenticationError):
        sign_in(world, "worker").ping()


def test_users_and_data_outlast_the_server_however_it_ends(world):
    ensure_valkey(world, [user(world, "web"), user(world, "gone")])
    ensure_valkey(world, [user(world, "web")])
    sign_in(world, "web").set("cart", "1")

    for end in (lambda: stop(world), lambda: os.kill(status(world)[1].server, 9)):
        end()
        ensure_valkey(world)

        assert sign_in(world, "web").get("cart") == b"1"
        assert sorted(sign_in(world, "admin").acl_users()) == ["admin", "default", "web"]


def test_the_user_without_a_name_needs_its_secret_and_is_off_unless_listed(world):
    default = user(world, "default")
    ensure_valkey(world, [default])
    assert sign_in(world, None, default.secret).ping() is True
    with pytest.raises(redis.exceptions.AuthenticationError):
        sign_in(world, None).ping()
    stop(world)
    ensure_valkey(world)
    assert sign_in(world, None, default.secret).ping() is True

    ensure_valkey(world, [user(world, "web")])

    with pytest.raises(redis.exceptions.AuthenticationError):
        sign_in(world, None, default.secret).ping()
    assert sign_in(world, "web").ping() is True


def test_the_list_of_users_holds_digests_and_is_the_servers_alone(world):
    web = user(world, "web")
    ensure_valkey(world, [web])

    files = [world.home / "valkey" / "users.acl", world.secrets / "valkey.acl"]

    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "user web" in file.read_text()
        assert web.secret not in file.read_text()
    assert files[0].owner() == files[0].parent.owner()
    assert "user default off" in files[0].read_text()
    assert web.secret not in repr(web)


def test_a_rule_that_valkey_does_not_know_is_refused_each_time(world):
    for _ in range(2):
        with pytest.raises(ServerFailed, match="nosuchcommand"):
            ensure_valkey(world, [user(world, "web", "~* +nosuchcommand")])


@pytest.mark.parametrize("name", ["admin", "a b", "", "web\nuser evil"])
def test_a_users_name_is_a_plain_word_and_not_one_of_ours(name):
    with pytest.raises(ValueError, match="not a name for a Valkey user"):
        AclUser(name, "secret", "+@all")


def test_a_users_rules_cannot_smuggle_in_another_user():
    with pytest.raises(ValueError, match="rules in one line"):
        AclUser("web", "secret", "+@all\nuser evil on nopass +@all")


def test_a_lost_admin_secret_is_noticed_and_stopping_the_server_cures_it(world):
    ensure_valkey(world)
    (world.secrets / "valkey-admin").unlink()

    with pytest.raises(ServerFailed, match="another secret"):
        ensure_valkey(world)
    stop(world)
    ensure_valkey(world, [user(world, "web")])

    assert sign_in(world, "web").ping() is True


def test_the_server_is_started_again_without_anyone_asking(world):
    ensure_valkey(world, [user(world, "web")])
    before = status(world)[1]

    os.kill(before.server, 9)

    eventually(lambda: status(world)[1].ready)
    after = status(world)[1]
    assert after.supervisor == before.supervisor
    assert after.server != before.server
    assert sign_in(world, "web").ping() is True
