"""What the settings refuse, and what each process gets. Settings are read once a process, so each case is one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEY = "k" * 64
SAFE = {
    "SOUK_ENV": "production",
    "SOUK_PROCESS": "web",
    "SOUK_DOMAIN": "souk.example",
    "DATABASE_URL": "postgresql://db.internal:5432/souk",
    "REDIS_URL": "rediss://web:secret@cache.internal:6379/0",
    "SOUK_SECRET_DJANGO_WEB": KEY,
    "SOUK_SECRET_STORE": KEY,
    "SOUK_SECRET_MFA_KEY": KEY,
    "SOUK_SECRET_LIVE_KEY": KEY,
    "SOUK_SECRET_HANDOFF_SIGNING_KEY": KEY,
    "SOUK_SECRET_ORDER_LINK_KEY": KEY,
    "SOUK_PLATFORM_COUNTRY": "DE",
    "STRIPE_SECRET_KEY": "sk_live_0",
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_1",
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_2",
    "STRIPE_WEBHOOK_SECRET_ACCOUNTS": "whsec_3",
}


def read_settings(tmp_path: Path, environment: dict[str, str], expression: str = "None") -> tuple[object, str]:
    """(value of the expression on the settings, last line of what went wrong)."""
    code = f"import json; import config.settings as s; print(json.dumps({expression}))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}", "SOUK_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        return None, result.stderr.strip().splitlines()[-1]
    return json.loads(result.stdout), ""


def test_a_worker_in_production_does_not_keep_mail_in_a_folder(tmp_path):
    worker = SAFE | {"SOUK_PROCESS": "worker", "SOUK_SECRET_DJANGO_WORKER": KEY, "SOUK_SECRET_PLATFORM": KEY}
    _, error = read_settings(tmp_path, worker)
    assert "SMTP_HOST is not set" in error
    assert read_settings(tmp_path, worker | {"SMTP_HOST": "smtp.example"})[1] == ""


def test_the_clock_in_production_needs_no_database(tmp_path):
    beat = {name: SAFE[name] for name in ("SOUK_ENV", "SOUK_DOMAIN", "REDIS_URL")}
    found = subprocess.run(
        [sys.executable, "-c", "import config.worker; print(len(config.worker.app.conf.beat_schedule))"],
        env={
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
            "SOUK_PROCESS": "beat",
            "SOUK_SECRET_DJANGO_BEAT": KEY,
            **beat,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) > 10


def test_safe_production_settings_start(tmp_path):
    cookies, error = read_settings(
        tmp_path,
        SAFE,
        "[s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.DEBUG, s.STRIPE_API_BASE, s.ALLOWED_HOSTS]",
    )
    assert error == ""
    # Vendors' own domains come to this process: hosts that nobody has proven are refused by tenants.vendors.middleware.
    assert cookies == [True, True, 31536000, False, "", ["*"]]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"SOUK_DOMAIN": "localhost"}, "SOUK_DOMAIN is not set"),
        ({"SOUK_DEBUG": "1"}, "SOUK_DEBUG=1"),
        ({"SOUK_CLOCK_FILE": "/clock"}, "SOUK_CLOCK_FILE moves the clock"),
        ({"SOUK_FAULTS": "/faults"}, "SOUK_FAULTS stops processes dead"),
        ({"SOUK_SECRET_STORE": ""}, "SOUK_SECRET_STORE is not set"),
        ({"SOUK_SECRET_MFA_KEY": ""}, "SOUK_SECRET_MFA_KEY is not set"),
        ({"SOUK_SECRET_DJANGO_WEB": "short"}, "the Django secret key is shorter than 40 characters"),
        ({"SOUK_PLATFORM_COUNTRY": ""}, "SOUK_PLATFORM_COUNTRY is not set to a country's two letters"),
        ({"SOUK_PLATFORM_COUNTRY": "", "SOUK_LEGAL_COUNTRY": "Germany"}, "SOUK_PLATFORM_COUNTRY is not set"),
        ({"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY is not set"),
        ({"STRIPE_SECRET_KEY": "sk_test_souk_sandbox"}, "STRIPE_SECRET_KEY is not set"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8003"}, "STRIPE_API_BASE points away from Stripe"),
        ({"STRIPE_WEBHOOK_SECRET_CONNECT": ""}, "STRIPE_WEBHOOK_SECRET_CONNECT is not set"),
        (
            {"SOUK_PROCESS": "test", "SOUK_SECRET_POSTGRES": KEY, "SOUK_SECRET_VENDOR_ROLE_KEY": KEY},
            "SOUK_PROCESS=test stands in for every role",
        ),
        ({"SOUK_PROCESS": "shop"}, "SOUK_PROCESS='shop': choose one of web, office, portal"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(change, named, tmp_path):
    _, error = read_settings(tmp_path, SAFE | change)
    assert error.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert named in error


def test_everything_that_is_unsafe_is_named_at_once(tmp_path):
    _, error = read_settings(tmp_path, SAFE | {"SOUK_DEBUG": "1", "SOUK_DOMAIN": "localhost", "STRIPE_SECRET_KEY": ""})
    assert error.endswith(
        "Refusing to start in production: SOUK_DEBUG=1; SOUK_DOMAIN is not set; STRIPE_SECRET_KEY is not set"
    )


PROCESSES = {
    # process: (allauth is there, session cookie, holds Stripe's key, holds the vendors' key)
    "web": (True, "souk_market", True, False),
    "office": (False, "souk_office", True, False),
    "portal": (False, "souk_portal", False, True),
    "worker": (False, "souk_none", True, False),
    "shopworker": (False, "souk_none", False, True),
    "builder": (True, "souk_none", False, True),
    "beat": (False, "souk_none", False, False),
    "live": (False, "souk_none", False, False),
}


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_gets_its_own_part(process, tmp_path):
    found, error = read_settings(
        tmp_path,
        {"SOUK_PROCESS": process},
        "['allauth' in s.INSTALLED_APPS, s.SESSION_COOKIE_NAME, bool(s.STRIPE_SECRET_KEY), bool(s.VENDOR_ROLE_KEY),"
        " s.CSRF_COOKIE_NAME, hasattr(s, 'SESSION_COOKIE_DOMAIN') or hasattr(s, 'CSRF_COOKIE_DOMAIN')]",
    )
    assert error == ""
    cookie = PROCESSES[process][1]
    assert found == [*PROCESSES[process], f"{cookie}_csrf", False]


def test_reading_the_settings_starts_no_server(tmp_path):
    read_settings(tmp_path, {"SOUK_PROCESS": "web"})
    made = {path.name for path in tmp_path.rglob("*")}
    assert "demo" in made
    assert not made & {"data", "data.new", "postmaster.pid", "PG_VERSION", "valkey.pid", "valkey.sock", ".s.PGSQL.5432"}


@pytest.mark.parametrize(
    ("environment", "country"),
    [({}, "DE"), ({"SOUK_LEGAL_COUNTRY": "se"}, "SE"), ({"SOUK_PLATFORM_COUNTRY": ""}, "")],
)
def test_the_platform_is_established_where_who_issues_its_invoices_is(tmp_path, environment, country):
    assert read_settings(tmp_path, {"SOUK_PROCESS": "test", **environment}, "s.PLATFORM_COUNTRY") == (country, "")
