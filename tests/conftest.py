"""One database for the tests, copied from a template that the product's own commands built.

The template is keyed by the migrations and declarations in the tree: while they stay the same, a run starts with a copy
(under a tenth of a second). Tests run as superuser in a transaction that is rolled back; tests that need real commits
(`transaction=True`) get a fresh copy afterwards.
"""

import gc
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.core.cache import caches
from django.core.signals import setting_changed
from django.test.signals import root_urlconf_changed
from django.urls import set_urlconf

from embedded.folders import locked
from embedded.servers import ensure_postgres
from embedded.world import current_world

ROOT = Path(__file__).resolve().parents[1]
SPARES = 12
MOST_OPEN = 150
# What the tables and who may touch them come from.
SCHEMA = (
    *("**/migrations/*.py", "**/models.py", "**/models/*.py"),
    *("isolation/*.py", "config/access.py", "kit/access.py", "kit/sound.py"),
)

# How quick a machine is at the moment says nothing about what is tested.
hypothesis.settings.register_profile("souk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("souk")


def face_changed(*, setting: str, **_: Any) -> None:
    """A test that goes from face to face keeps the routes it has read: they are kept by the name of their URL configuration,
    so that forgetting all of them, as Django does, only makes them be read again."""
    if setting == "ROOT_URLCONF":
        set_urlconf(None)


setting_changed.disconnect(root_urlconf_changed)
setting_changed.connect(face_changed)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_runtest_logfinish() -> None:
    """What tests left open in circles, such as their connections to Valkey, is closed long before there are too many."""
    if len(os.listdir("/proc/self/fd")) > MOST_OPEN:
        gc.collect()


def admin(database: str = "postgres") -> psycopg.Connection:
    address = ensure_postgres(current_world(), linger_seconds=120)
    return psycopg.connect(
        host=str(address.host),
        port=address.port,
        user=address.superuser,
        password=address.password,
        dbname=database,
        autocommit=True,
    )


def template_name() -> str:
    """Changes with anything that goes into the template."""
    digest = hashlib.sha256()
    rooms = ("platform", "tenants", "billing", "marketplace", "api")
    sources = sorted(path for room in rooms for pattern in SCHEMA for path in (ROOT / room).glob(pattern))
    for path in sources:
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return f"souk_template_{digest.hexdigest()[:12]}"


def build_template(name: str) -> None:
    """Make the template with the command an operator uses, in a process of its own."""
    import subprocess
    import sys

    environment = {**os.environ, "SOUK_DATABASE": name, "SOUK_PROCESS": "builder"}
    del environment["SOUK_DATABASE_ENGINE"]
    arguments = ["walls", "prepare", str(SPARES)]
    result = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=environment, capture_output=True, text=True
    )
    if result.returncode:
        pytest.exit(f"manage.py {' '.join(arguments)} failed:\n{result.stdout}\n{result.stderr}", returncode=3)


def copy_template(connection: psycopg.Connection, template: str, name: str) -> None:
    connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.execute(f"CREATE DATABASE {name} OWNER owner TEMPLATE {template} STRATEGY file_copy")
    connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    connection.execute(f"GRANT CONNECT ON DATABASE {name} TO builder, store, platform, doorman, vendor_base")


def drop_leftovers(connection: psycopg.Connection, keep: str) -> None:
    """Databases of earlier runs: test databases whose process is gone, and templates of other trees."""
    rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^souk_(test|template)_'").fetchall()
    for (name,) in rows:
        pid = name.rsplit("_", 1)[-1]
        dead = name.startswith("souk_test_") and pid.isdigit() and not Path(f"/proc/{pid}").exists()
        if dead:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database_template() -> str:
    name = template_name()
    world = current_world()
    with admin() as connection, locked(world.root / "template.lock"):
        drop_leftovers(connection, name)
        complete = f"{name}_complete"
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [complete]).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            build_template(name)
            # Renamed only when all of it is there: a run that was interrupted leaves nothing half-made behind.
            connection.execute(f"ALTER DATABASE {name} RENAME TO {complete}")
    return complete


@pytest.fixture(scope="session")
def django_db_setup(database_template: str, django_db_blocker: Any) -> Iterator[None]:
    from django.conf import settings
    from django.db import connection as django_connection
    from django.test import TransactionTestCase

    from tenants.isolation.postgresql.base import POOL

    name = settings.DATABASES["default"]["NAME"]
    with admin() as connection:
        copy_template(connection, database_template, name)

    def fresh_copy(self: Any) -> None:
        """After a test that committed: a new copy, instead of truncating tables that refuse it."""
        POOL.clear()
        with django_db_blocker.unblock():
            django_connection.close()
        with admin() as superuser:
            copy_template(superuser, database_template, name)

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = fresh_copy  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]
    POOL.clear()
    with django_db_blocker.unblock():
        django_connection.close()
    with admin() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Files, cache and clock of a test are its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.HANDOFF_VERIFYING_KEY_FILE = str(tmp_path / "handoff-public-key")
    # A test's client need not read every static file before its first page: they are looked for when asked for.
    settings.WHITENOISE_AUTOREFRESH = True
    prefix = f"test-{uuid.uuid4()}"
    settings.CACHES = {alias: {**cache, "KEY_PREFIX": prefix} for alias, cache in settings.CACHES.items()}
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            **settings.STORAGES["private"],
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }
    yield
    # Django forgets these caches with the settings, but the thread's context keeps them, and each has a connection open.
    for used in caches.all(initialized_only=True):
        for pool in used._cache._pools.values() if "_cache" in vars(used) else ():
            pool.disconnect()


@pytest.fixture(scope="session")
def s3_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.support.object_storage import S3Process

    process = S3Process(tmp_path_factory.mktemp("s3"))
    yield process
    process.stop()


@pytest.fixture
def buckets(s3_process: Any, settings: Any) -> Iterator[Any]:
    """Pictures and documents lie on a real S3 server, which the product asks with the portal's keys."""
    from config.middleware import content_security_policy
    from tests.support.object_storage import Buckets

    found = Buckets(s3_process, settings)
    found.use()
    yield found
    found.http.close()
    content_security_policy.cache_clear()


@pytest.fixture(scope="session")
def live_market() -> Iterator[Any]:
    """A small market with all its processes, for browsers and programs to walk in: `tests.support.live.LiveMarket`."""
    from tests.support.live import open_market

    yield from open_market()


@pytest.fixture
def move_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`move_clock(timedelta(days=3))`: the product's time moves ahead, for this test."""
    monkeypatch.setenv("SOUK_CLOCK_FILE", str(tmp_path / "clock"))
    from kit import clock

    return lambda by: clock.move(by) and None


@pytest.fixture
def make_vendor(db: None) -> Callable[..., Any]:
    """`make_vendor("lindqvist", country="SE")`: an active vendor with a shop of its own, on a plan without limits."""
    from kit import clock
    from tenants.isolation.actions import assign_wall
    from tenants.vendors.entitlements import Allowed
    from tenants.vendors.models import Domain, Vendor, VendorEntitlements, VendorState

    def make(slug: str = "lindqvist", **fields: Any) -> Vendor:
        plan = fields.pop("plan", ("scale", "Scale"))
        name = fields.pop("name", slug.title())
        now = clock.now()
        vendor_id = fields.pop("id", uuid.uuid4())
        wall = assign_wall(vendor_id)
        vendor = Vendor.objects.create(
            id=vendor_id,
            schema_name=wall.name,
            slug=slug,
            name=name,
            legal_name=fields.pop("legal_name", f"{name} Ltd"),
            country=fields.pop("country", "DE"),
            email=fields.pop("email", f"shop@{slug}.example"),
            state=fields.pop("state", VendorState.ACTIVE),
            approved_at=now,
            activated_at=now,
            payouts_ready_at=now,
            selling_cleared_at=fields.pop("selling_cleared_at", now),
            payouts_cleared_at=fields.pop("payouts_cleared_at", now),
            **fields,
        )
        Domain.objects.create(vendor=vendor, host=f"{slug}.localhost")
        VendorEntitlements.objects.create(vendor=vendor, **asdict(Allowed(*plan, has_api=True, has_custom_domain=True)))
        return vendor

    return make


@pytest.fixture
def two_vendors(make_vendor: Callable[..., Any]) -> tuple[Any, Any]:
    return make_vendor("lindqvist", country="SE"), make_vendor("moreau", country="FR")
