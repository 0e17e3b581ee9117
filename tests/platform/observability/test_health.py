import json
import socket
import threading
import urllib.error
import urllib.request

import pytest
import redis
from django.test import Client
from structlog.testing import capture_logs

from config.valkey import ensure
from kit.context import current_request
from observability import health, readiness
from observability.server import serve
from tests.support.market import free_ports

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-twenty-and-more-characters"
HEALTH_PATHS = (health.LIVEZ, health.READYZ, health.METRICS)


@pytest.fixture(scope="module", autouse=True)
def valkey():
    ensure()


@pytest.fixture(autouse=True)
def asked_anew():
    readiness._settled.clear()
    yield
    readiness._settled.clear()


@pytest.fixture
def database(settings):
    """The parameters of the checks' own connection, to be put wrong; Django's connection has them already."""
    before = dict(settings.DATABASES["default"])
    yield settings.DATABASES["default"]
    settings.DATABASES["default"].update(before)


@pytest.fixture
def mute():
    """A server that takes connections and says nothing; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []
        threading.Thread(target=lambda: taken.extend(iter_accepted(server)), daemon=True).start()
        yield server.getsockname()[1]


def iter_accepted(server):
    while True:
        try:
            yield server.accept()
        except OSError:
            return


@pytest.fixture
def face(settings):
    """A face in production: its own hosts and no others."""
    settings.ALLOWED_HOSTS = ["market.example", ".market.example"]
    return Client(raise_request_exception=False)


# --- On every host, before everything else


@pytest.mark.parametrize("name", ["market", "portal", "office"])
@pytest.mark.parametrize("path", HEALTH_PATHS)
@pytest.mark.parametrize(
    "host", ["market.example", "10.0.3.17", "10.0.3.17:8000", "[fd00::1]", "nobody.example", "a b"]
)
def test_every_face_answers_on_any_host(face, settings, name, path, host):
    settings.MIDDLEWARE = settings.FACE_MIDDLEWARE[name]
    with capture_logs() as lines:
        answer = face.get(path, headers={"host": host})
    assert answer.status_code == 200, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert lines == []
    assert current_request.get() is None


def test_a_page_on_a_strange_host_is_still_refused(face):
    assert face.get("/", headers={"host": "10.0.3.17"}).status_code == 400


def test_health_paths_ask_no_session_and_no_tenant(face, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert face.get(health.LIVEZ).content == b"alive\n"
        assert face.get(health.READYZ).json() == {"ready": True, "causes": {}}


# --- Ready, or why not


def not_ready(client):
    with capture_logs() as lines:
        answer = client.get(health.READYZ)
    assert answer.status_code == 503
    body = answer.json()
    assert not body.pop("ready")
    (line,) = (line for line in lines if line["event"] == "not_ready")
    assert {name: line[name] for name in body["causes"]} == body["causes"]
    return body["causes"]


def test_without_valkey(face, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://web:hunter2@127.0.0.1:1/0"}}
    assert not_ready(face) == {"valkey": "unreachable"}


def test_the_marketplace_serves_on_without_valkey_and_says_so(face, settings):
    settings.SERVES_WITHOUT_VALKEY = True
    usual = settings.CACHES["default"]
    settings.CACHES = {"default": {**usual, "LOCATION": "redis://web:hunter2@127.0.0.1:1/0"}}
    answer = face.get(health.READYZ)
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "causes": {"valkey": "unreachable"}})
    location = usual["LOCATION"]
    wrong = location.replace(redis.connection.parse_url(location)["password"], "hunter2")
    settings.CACHES = {"default": {**usual, "LOCATION": wrong}}
    assert not_ready(face) == {"valkey": "refused"}


def test_with_a_wrong_valkey_secret(face, settings):
    location = settings.CACHES["default"]["LOCATION"]
    wrong = location.replace(redis.connection.parse_url(location)["password"], "hunter2")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": wrong}}
    assert not_ready(face) == {"valkey": "refused"}


def test_without_a_database(face, database):
    database["PORT"] = "1"
    assert not_ready(face) == {"database": "unreachable"}


def test_with_a_wrong_password(face, database):
    database.update(USER="platform", PASSWORD="hunter2")
    assert not_ready(face) == {"database": "refused"}


def test_servers_that_take_a_call_and_stay_silent(face, settings, database, mute):
    database.update(HOST="127.0.0.1", PORT=str(mute))
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{mute}/0"}}
    assert not_ready(face) == {"database": "timeout", "valkey": "unreachable"}
    # The first question still hangs; another does not start a second one.
    before = threading.active_count()
    assert not_ready(face)["database"] == "timeout"
    assert threading.active_count() <= before


def test_strangers_learn_words_and_nothing_else(face, settings, database, mute):
    database.update(HOST="127.0.0.1", PORT="1", PASSWORD="hunter2")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://web:hunter2@127.0.0.1:1/0"}}
    assert face.get(health.READYZ).content == (
        b'{"ready": false, "causes": {"database": "unreachable", "valkey": "unreachable"}}\n'
    )


def test_code_that_is_newer_than_the_database(face, monkeypatch):
    newer = readiness._migrations_of_this_code() | {("orders", "9999_later")}
    monkeypatch.setattr(readiness, "_migrations_of_this_code", lambda: newer)
    assert not_ready(face) == {"migrations": "pending"}
    assert not_ready(face) == {"migrations": "pending"}


def test_a_shop_script_of_other_code(face, monkeypatch):
    monkeypatch.setattr("tenants.isolation.readiness.fingerprint", lambda: "later")
    assert not_ready(face) == {"shops": "pending"}


@pytest.mark.parametrize(
    ("role", "binds", "tells"), [("store", False, False), ("platform", False, True), ("doorman", True, False)]
)
def test_each_process_asks_as_its_own_role(face, settings, database, role, binds, tells):
    database.update(USER=role, PASSWORD=settings.SECRET_OF(role))
    settings.BINDS_VENDOR, settings.TELLS_FIGURES = binds, tells
    assert face.get(health.READYZ).json() == {"ready": True, "causes": {}}


def test_the_code_knows_all_its_public_migrations():
    known = readiness._migrations_of_this_code()
    assert ("orders", "0001_initial") in known
    assert ("auth", "0001_initial") in known
    assert not any(app.startswith("shop_") for app, _ in known)
    assert len(known) > 50


# --- Who may read the metrics


@pytest.mark.parametrize(
    ("token", "production", "header", "status"),
    [
        ("", False, "", 200),
        ("", True, "", 404),
        ("", True, "Bearer ", 404),
        (TOKEN, False, "", 401),
        (TOKEN, True, "", 401),
        (TOKEN, True, "Bearer", 401),
        (TOKEN, True, f"Bearer {TOKEN}x", 401),
        (TOKEN, True, f"Basic {TOKEN}", 401),
        (TOKEN, True, "Bearer é", 401),
        (TOKEN, True, f"Bearer {TOKEN}", 200),
    ],
)
def test_metrics_are_for_who_shows_the_token(face, settings, token, production, header, status):
    settings.METRICS_TOKEN, settings.PRODUCTION = token, production
    answer = face.get(health.METRICS, headers={"authorization": header} if header else {})
    assert answer.status_code == status
    assert (b"http_request_duration_seconds" in answer.content) == (status == 200)
    assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


# --- A process without a face


@pytest.fixture
def worker():
    (port,) = free_ports(1)
    server = serve("127.0.0.1", port)
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def fetch(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_worker_answers_where_it_is_told_to(worker, settings):
    settings.METRICS_TOKEN, settings.TELLS_FIGURES = TOKEN, False
    assert fetch(worker + health.LIVEZ) == (200, b"alive\n")
    status, body = fetch(worker + health.READYZ)
    assert (status, json.loads(body)) == (200, {"ready": True, "causes": {}})
    assert fetch(worker + health.METRICS)[0] == 401
    status, body = fetch(worker + health.METRICS, Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert b"webhook_lag_seconds" in body
    assert fetch(worker + "/") == (404, b"not found\n")


def test_a_port_that_is_taken_is_told(mute):
    with capture_logs() as lines:
        assert serve("127.0.0.1", mute) is None
    assert [line["event"] for line in lines] == ["metrics_not_served"]
