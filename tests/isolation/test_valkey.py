"""What each process group's user may do in Valkey: its own keys and the doorbell, and nothing that tells of others' keys.

The names of others' keys are worth as much as what they hold: a name of Django's sessions is a session's cookie.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from queue import Empty
from typing import Any
from uuid import uuid4

import pytest
import redis
from kombu import Connection
from redis.connection import UnixDomainSocketConnection

from embedded.processes import HEARING, VALKEY_PREFIX, valkey_users
from embedded.servers import valkey_socket
from embedded.world import current_world

GROUPS = ("web", "office", "portal", "worker", "shopworker", "builder", "beat", "live")
PREFIXES = {group: VALKEY_PREFIX.get(group, group) for group in GROUPS}
DENIED = redis.exceptions.NoPermissionError


Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """`ask("portal", "GET", "x")`: the answer to that process group's user, over a connection of its own, which is closed
    with all that the command left on it."""
    from config.valkey import ensure

    ensure()
    users = {user.name: user for user in valkey_users(current_world())}

    def ask(name: str, *command: str) -> Any:
        line = UnixDomainSocketConnection(
            path=str(valkey_socket(current_world())),
            username=name,
            password=users[name].secret,
            decode_responses=True,
            encoding_errors="replace",
            # Of the newer protocol's answers some come unasked, and would be waited past.
            protocol=3 if "TRACKING" in command else 2,
        )
        try:
            line.send_command(*command)
            return line.read_response()
        finally:
            line.disconnect()

    return ask


@pytest.fixture
def treasure(ask: Ask) -> Iterator[dict[str, str]]:
    """{group: a key of its own with something to steal}."""
    keys = {group: f"{prefix}:1:treasure-{uuid4()}" for group, prefix in PREFIXES.items()}
    for key in keys.values():
        ask("default", "SET", key, "secret", "EX", "60")
    yield keys
    ask("default", "DEL", *keys.values())


def on_a_key(key: str, own: str) -> dict[str, tuple[str, ...]]:
    """Attacks on a key that is another's."""
    return {
        "reading it": ("GET", key),
        "reading several": ("MGET", own, key),
        "reading it by a script": ("EVAL", "return redis.call('GET', KEYS[1])", "1", key),
        "reading it by a script that does not say so": ("EVAL", f"return redis.call('GET', '{key}')", "0"),
        "asking whether it is there": ("EXISTS", key),
        "asking how long it lasts": ("TTL", key),
        "asking of what kind it is": ("TYPE", key),
        "copying it": ("COPY", key, own),
        "renaming it": ("RENAME", key, own),
        "dumping it": ("DUMP", key),
        "moving it to another database": ("MOVE", key, "5"),
        "watching it": ("WATCH", key),
        "changing it": ("SET", key, "mine"),
        "counting it up": ("INCRBY", key, "1"),
        "deleting it": ("DEL", key),
        "letting it expire": ("PEXPIRE", key, "1"),
        "sorting by it": ("SORT", own, "BY", key, "GET", key),
        "putting it beside an own one": ("SUNIONSTORE", own, key),
    }


LOOKING = {
    "all keys' names": ("KEYS", "*"),
    "all keys' names, a page at a time": ("SCAN", "0"),
    "one key's name": ("RANDOMKEY",),
    "how many keys there are": ("DBSIZE",),
    "names by a script": ("EVAL", "return redis.call('KEYS', '*')", "0"),
    "names by a script, a page at a time": ("EVAL", "return redis.call('SCAN', '0')", "0"),
    "names of keys as they change": ("CLIENT", "TRACKING", "ON", "BCAST"),
    "news of keys": ("PSUBSCRIBE", "__key*__:*"),
    "everybody's news": ("PSUBSCRIBE", "*"),
    "who else is connected": ("CLIENT", "LIST"),
    "what everybody sends": ("MONITOR",),
    "what was slow": ("SLOWLOG", "GET"),
    "the list of users": ("ACL", "LIST"),
    "the configuration": ("CONFIG", "GET", "*"),
    "memory": ("MEMORY", "STATS"),
}
DISTURBING = {
    "emptying a database": ("FLUSHDB",),
    "emptying all": ("FLUSHALL",),
    "exchanging databases": ("SWAPDB", "0", "1"),
    "ending others' connections": ("CLIENT", "KILL", "TYPE", "normal"),
    "keeping everybody waiting": ("CLIENT", "PAUSE", "1"),
    "code that stays": (
        "FUNCTION",
        "LOAD",
        "#!lua name=planted\nserver.register_function('f', function() return 1 end)",
    ),
    "forgetting others' scripts": ("SCRIPT", "FLUSH"),
    "shutting the server down": ("SHUTDOWN", "NOSAVE"),
    "another master": ("REPLICAOF", "127.0.0.1", "1"),
    "a user of one's own": ("ACL", "SETUSER", "thief", "on", "nopass", "~*", "+@all"),
    "a setting of the server": ("CONFIG", "SET", "latency-monitor-threshold", "0"),
}
# Would end or hold up what other tests use.
UNCONTROLLED = {"FLUSHALL", "FLUSHDB", "SHUTDOWN", "REPLICAOF", "CLIENT KILL", "CLIENT PAUSE", "SWAPDB", "ACL SETUSER"}


@pytest.mark.parametrize("group", GROUPS)
def test_nobody_reaches_a_key_of_another_group(group: str, ask: Ask, treasure: dict[str, str]) -> None:
    assert ask(group, "GET", treasure[group]) == "secret"
    for other in set(GROUPS) - {group}:
        for name, command in on_a_key(treasure[other], f"{PREFIXES[group]}:1:loot").items():
            assert is_denied(ask, group, command), (other, name)
        assert ask("default", "GET", treasure[other]) == "secret"


@pytest.mark.parametrize("group", GROUPS)
def test_nobody_learns_the_names_of_keys_or_disturbs_the_server(group: str, ask: Ask) -> None:
    for name, command in {**LOOKING, **DISTURBING}.items():
        assert is_denied(ask, group, command), name


def is_denied(ask: Ask, group: str, command: tuple[str, ...]) -> bool:
    """For want of a right, and not because something is misspelled."""
    with pytest.raises(redis.exceptions.ResponseError) as refused:
        ask(group, *command)
    return isinstance(refused.value, redis.exceptions.NoPermissionError)


def test_each_of_these_attacks_works_for_who_may_do_anything(ask: Ask, treasure: dict[str, str]) -> None:
    """The control."""
    key, own = treasure["office"], f"portal:1:loot-{uuid4()}"
    for command in on_a_key(key, own).values():
        ask("default", "DEL", own, key)
        kind = ("SADD", key, "1") if command[0] in ("SUNIONSTORE", "SORT") else ("SET", key, "1", "EX", "60")
        ask("default", *kind)
        if command[0] == "SORT":
            ask("default", "SADD", own, "1")
        assert ask("default", *command) not in (None, 0, []), command
    ask("default", "DEL", own)
    for command in [*LOOKING.values(), *DISTURBING.values()]:
        if not UNCONTROLLED & {command[0], " ".join(command[:2])}:
            assert ask("default", *command) is not None, command
    assert treasure["web"] in ask("default", "KEYS", "*")
    ask("default", "FUNCTION", "DELETE", "planted")


@pytest.mark.parametrize("hearing", HEARING)
def test_everybody_may_ring_and_who_hears_takes_the_rings(hearing: str, ask: Ask) -> None:
    """With the product's own transport, the rights above, and a queue of the test's own."""
    from config.worker import app

    queue = f"ring-{uuid4()}"
    try:
        for group in GROUPS:
            with broker(group, app) as line:
                app.send_task("outbox.deliver", kwargs={"by": group}, queue=queue, connection=line, ignore_result=True)
        with broker(hearing, app) as line, line.SimpleQueue(queue) as bell:
            bell.channel.qos.restore_visible()
            heard = []
            for _ in GROUPS:
                message = bell.get(timeout=5)
                heard.append(message.payload[1]["by"])
                message.ack()
            with pytest.raises(Empty):
                bell.get(timeout=0.1)
        assert heard == list(GROUPS)
        # One that was taken and is not dealt with, since its worker was killed, is put back.
        with broker("web", app) as line:
            app.send_task("outbox.deliver", queue=queue, connection=line, ignore_result=True)
        with broker(hearing, app, visibility_timeout=0) as line, line.SimpleQueue(queue) as bell:
            bell.get(timeout=5)
            bell.channel.qos.restore_visible()
            bell.get(timeout=5).ack()
        with pytest.raises(redis.exceptions.NoPermissionError):
            ask("portal", "BRPOP", f"doorbell:{queue}", "0.1")
    finally:
        ask("default", "DEL", f"doorbell:{queue}", f"doorbell:_kombu.binding.{queue}")


def broker(group: str, app: Any, **options: Any) -> Connection:
    user = {user.name: user for user in valkey_users(current_world())}[group]
    address = f"redis+socket://{user.name}:{user.secret}@{valkey_socket(current_world())}?virtual_host=0"
    return Connection(address, transport_options={**app.conf.broker_transport_options, **options})


def test_a_session_is_not_named_by_its_cookie(ask: Ask, settings: Any) -> None:
    """Who sees names of keys all the same, in a dump or on the server itself, signs in as nobody by them."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session = store()
    session["member"] = "Ida"
    session.save()
    cookie = session.session_key
    number, prefix = settings_of_cache(settings)
    names = ask("default", "EVAL", f"redis.call('SELECT', {number}); return redis.call('KEYS', '{prefix}*')", "0")
    assert [name.split(":")[:3] for name in names] == [[prefix, "1", "session"]]
    assert cookie not in names[0]
    assert store(cookie)["member"] == "Ida"
    session.flush()
    assert not store(cookie).exists(cookie)


def settings_of_cache(settings: Any) -> tuple[str, str]:
    """(number of the tests' database on the server, prefix of this test's keys)."""
    cache = settings.CACHES["default"]
    return cache["LOCATION"].rpartition("db=")[2], cache["KEY_PREFIX"]
