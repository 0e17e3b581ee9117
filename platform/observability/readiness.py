"""Can this process do its work? Each check has a deadline and one word for what is wrong.

Asked every few seconds by a load balancer, so it costs a connection and a ping. It does not ask after files: links to
pictures do not pass through us, and a face that is taken out because pictures cannot be written would help nobody.
"""

import pkgutil
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

import psycopg
import redis
import structlog
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
# All checks run side by side and have this long together.
DEADLINE_SECONDS = 1.5
OK, UNREACHABLE, REFUSED, TIMEOUT, PENDING = "", "unreachable", "refused", "timeout", "pending"

DatabaseCheck = Callable[[psycopg.Connection], str]
_database_checks: dict[str, DatabaseCheck] = {}
# What was right once stays right for as long as this code runs, and is not asked again.
_settled: set[str] = set()
_running: set[str] = set()
_lock = threading.Lock()


def needs(name: str) -> Callable[[DatabaseCheck], DatabaseCheck]:
    """Ask this of the database, over a connection of the process's own role, until it was answered with OK once."""

    def register(function: DatabaseCheck) -> DatabaseCheck:
        _database_checks[name] = function
        return function

    return register


def causes() -> dict[str, str]:
    """What this process lacks: {what: one word}; empty when it has all."""
    checks: dict[str, Callable[[], dict[str, str]]] = {}
    if settings.DATABASE_ROLE:
        checks["database"] = _ask_database
    if settings.NEEDS_VALKEY:
        checks["valkey"] = _ask_valkey
    found: dict[str, str] = {}
    asked = {name: _Question(name, check) for name, check in checks.items()}
    end = time.monotonic() + DEADLINE_SECONDS
    for question in asked.values():
        found |= question.answer(end)
    return {name: word for name, word in found.items() if word}


def keeps_from_serving(name: str, word: str) -> bool:
    """Whether a process that lacks this had better be sent nothing.

    Valkey when it is gone keeps the marketplace from its sign-ins only; a secret that is wrong is a mistake to be seen.
    """
    return not (settings.SERVES_WITHOUT_VALKEY and name == "valkey" and word in (UNREACHABLE, TIMEOUT))


class _Question:
    """One check in a thread of its own. While one hangs no other of its name is begun: threads must not pile up."""

    def __init__(self, name: str, check: Callable[[], dict[str, str]]) -> None:
        self._name, self._check = name, check
        self._found: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        with _lock:
            if name not in _running:
                _running.add(name)
                self._thread = threading.Thread(target=self._ask, daemon=True)
                self._thread.start()

    def _ask(self) -> None:
        try:
            self._found = self._check()
        except Exception as error:  # a check that breaks is a process that is not ready
            log.warning("readiness_check_failed", check=self._name, cause=type(error).__name__)
            self._found = {self._name: "error"}
        finally:
            with _lock:
                _running.discard(self._name)

    def answer(self, end: float) -> dict[str, str]:
        if self._thread is None:
            return {self._name: TIMEOUT}
        self._thread.join(max(end - time.monotonic(), 0))
        return {self._name: TIMEOUT} if self._thread.is_alive() else self._found


def _ask_database() -> dict[str, str]:
    """Log in as this process's own role, and ask what it needs there. Not over Django's connection, which is patient."""
    own = settings.DATABASES["default"]
    params = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
    found = {}
    try:
        with psycopg.connect(
            **params,
            dbname=own["NAME"],
            autocommit=True,
            connect_timeout=2,  # the least that libpq takes
            options="-c statement_timeout=1s",
        ) as line:
            line.execute("SELECT 1")
            for name, check in _database_checks.items():
                if name not in _settled:
                    found[name] = check(line)
                    if found[name] == OK:
                        _settled.add(name)
    except psycopg.errors.QueryCanceled:
        return {"database": TIMEOUT}
    except psycopg.OperationalError as error:
        # A connection that was refused has no SQLSTATE of its own: the server's words are all there is.
        return {"database": REFUSED if "FATAL" in str(error) else UNREACHABLE}
    return {"database": OK, **found}


def _ask_valkey() -> dict[str, str]:
    client = redis.Redis.from_url(
        str(settings.CACHES["default"]["LOCATION"]),
        socket_connect_timeout=1,
        socket_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except redis.AuthenticationError:
        return {"valkey": REFUSED}
    except (redis.RedisError, OSError):
        return {"valkey": UNREACHABLE}
    finally:
        client.close()
    return {"valkey": OK}


@needs("migrations")
def _no_migration_is_pending(line: psycopg.Connection) -> str:
    """The code's migrations of the public schema are in the database, where this role may see them."""
    may_see = line.execute(
        "SELECT to_regclass('public.django_migrations') IS NOT NULL"
        " AND has_table_privilege('public.django_migrations', 'select')"
    ).fetchone()
    if not may_see or not may_see[0]:
        return OK if settings.BINDS_VENDOR else PENDING
    done = set(line.execute("SELECT app, name FROM public.django_migrations").fetchall())
    return OK if _migrations_of_this_code() <= done else PENDING


@lru_cache(maxsize=1)
def _migrations_of_this_code() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration of the public apps, by their files' names: none of them is loaded."""
    found = set()
    for config in apps.get_app_configs():
        if config.name in settings.TENANT_APPS or not module_has_submodule(config.module, "migrations"):
            continue
        package = import_module(f"{config.name}.migrations")
        found |= {
            (config.label, module.name)
            for module in pkgutil.iter_modules(package.__path__)
            if module.name[0] not in "_~"
        }
    return frozenset(found)
