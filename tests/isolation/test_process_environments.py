"""Each process is started with its own secrets and no others: what can be done with exactly that environment.

The processes are real ones, in the environment that the product's launcher gives them.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.processes import ROOT, SECRETS, Ports, environment_of
from embedded.world import current_world

LOGINS = ("store", "platform", "builder", "postgres", "doorman")
NO_LOGINS = ("owner", "vendor_base", "wall_reader")
PROCESSES = [name for name in SECRETS if name != "sandbox"]
SERVE_VENDORS = ("portal", "shopworker")


def environment(process: str) -> dict[str, str]:
    from django.conf import settings

    return {
        **environment_of(process, current_world(), Ports()),
        "SOUK_DATABASE": settings.DATABASES["default"]["NAME"],
    }


@pytest.fixture(scope="module")
def told(street):
    """{process: what the probe told}."""
    from config.valkey import ensure

    ensure()

    def probe(process: str) -> dict:
        # Roles that nobody logs in as are tried by the process that strangers get nearest to.
        others = NO_LOGINS if process == "portal" else ()
        roles = ",".join([*LOGINS, *others, street.lindqvist.wall, street.moreau.wall])
        slugs = ["lindqvist", "moreau"] if process in SERVE_VENDORS else []
        result = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("probe.py")), roles, *slugs],
            env=environment(process),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(PROCESSES, pool.map(probe, PROCESSES), strict=True))


@pytest.mark.parametrize(
    ("process", "role"),
    [
        ("web", "store"),
        ("office", "platform"),
        ("portal", "doorman"),
        ("worker", "platform"),
        ("shopworker", "doorman"),
        ("builder", "builder"),
        ("beat", None),
        ("live", None),
    ],
)
def test_a_process_gets_into_the_database_as_its_own_role_and_as_no_other(process, role, told, street):
    vendors = [street.lindqvist.wall, street.moreau.wall] if process in (*SERVE_VENDORS, "builder") else []
    assert told[process]["session"] == role
    assert told[process]["becomes"] == [*filter(None, [role]), *vendors]


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_has_its_own_secrets_in_its_memory_and_no_others(process, told):
    """Also none it came by on its way: through files that in development belong to the same user."""
    assert told[process]["cache"] == 1
    folder = current_world().secrets
    names = {path.read_text().strip(): path.name for path in folder.iterdir() if len(path.read_text().strip()) == 64}
    found = {names[secret] for secret in told[process]["memory"] if secret in names}
    assert found == set(SECRETS[process])
    assert {"postgres", "store", "platform", "builder", "vendor-role-key"} - found


@pytest.mark.parametrize("process", SERVE_VENDORS)
def test_a_process_that_serves_a_vendor_sees_that_vendor_only(process, told, street):
    assert told[process]["as vendor"] == {
        "session": street.lindqvist.wall,
        "own shop": "Secret of lindqvist",
        "vendors": "lindqvist",
        "other shop": "InsufficientPrivilege",
        "people": "InsufficientPrivilege",
        "sessions": "InsufficientPrivilege",
        "walls": "InsufficientPrivilege",
    }


def test_all_that_was_refused_is_there(street, log_in):
    """The control: the same questions, asked by the superuser."""
    with log_in("postgres") as superuser:
        assert superuser.execute(f"SELECT name FROM {street.moreau.wall}.shop_inventory_warehouse").fetchall() == [
            ("Secret of moreau",)
        ]
        for table in ("accounts_user", "django_session", "isolation_wall", "vendors_vendor"):
            assert superuser.execute(f"SELECT count(*) > 0 FROM {table}").fetchone() == (True,)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_that_lacks_a_secret_says_which_and_takes_none_from_files(process):
    variable = "SOUK_SECRET_" + SECRETS[process][-1].upper().replace("-", "_")
    without = {key: value for key, value in environment(process).items() if key != variable}
    result = subprocess.run(
        [sys.executable, "-c", "import config.settings"], env=without, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.strip().endswith(f"ImproperlyConfigured: {variable} is not set")
