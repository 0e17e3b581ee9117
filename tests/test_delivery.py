"""What is delivered is what the launcher of `make demo` starts: the same commands, the same secrets, the same users."""

import ast
import hashlib
import json
import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from embedded.postgres import SETTINGS
from embedded.processes import REACH_FILES, S3_KEYS, SECRETS, SERVING, Ports, command_of, valkey_users
from embedded.world import World
from tenants.isolation import roles

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = [name for name in SECRETS if name != "sandbox"]
MAKE_SECRETS = ROOT / "deploy/make_secrets.py"
YOURS = {"stripe.env", "stripe-webhooks.env", "smtp.env"}
WEBHOOKS = {f"STRIPE_WEBHOOK_SECRET_{name}" for name in ("PLATFORM", "CONNECT", "ACCOUNTS")}
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
OURS = [*PROCESSES, "bootstrap", "release"]

every_process = pytest.mark.parametrize("process", PROCESSES)
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory) -> Path:
    """The folder that the script makes."""
    folder = tmp_path_factory.mktemp("delivery") / "secrets"
    subprocess.run([sys.executable, MAKE_SECRETS, "--folder", folder], check=True, capture_output=True)
    return folder


def variables(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def held(service: str, secrets: Path) -> dict[str, str]:
    """The secrets that a service is given, by its files."""
    found: dict[str, str] = {}
    for file in SERVICES[service].get("env_file", ()):
        if isinstance(file, str):
            assert file.startswith("deploy/secrets/")
            found |= variables(secrets / Path(file).name)
        else:
            assert file == {"path": ".env", "required": False}
    return found


def due(process: str) -> set[str]:
    """What a process is to hold, by the launcher and the settings."""
    found = {
        "SOUK_SECRET_" + name.upper().replace("-", "_") for name in SECRETS[process] if not name.startswith("valkey-")
    }
    found |= {"REDIS_URL", "SOUK_METRICS_TOKEN"}
    found |= set(S3_KEYS) if process in REACH_FILES else set()
    found |= {"STRIPE_SECRET_KEY"} if process in ("web", "office", "worker") else set()
    found |= WEBHOOKS if process == "web" else set()
    return found | ({"SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD"} if process == "worker" else set())


def told(process: str) -> list[str]:
    """The launcher's command, as anybody's Python would run it."""
    words = command_of(process, World.named("demo"), Ports())
    return ["python", *(word.removeprefix(f"{ROOT}/") for word in words[1:])]


# --- Secrets


@every_process
def test_a_process_holds_its_own_secrets_and_no_others(process, secrets):
    assert set(held(process, secrets)) == due(process)


def test_only_the_bootstrap_holds_every_roles_password_and_the_superusers(secrets):
    passwords = {f"SOUK_SECRET_{role.upper()}" for role in roles.LOGINS}
    assert set(held("bootstrap", secrets)) == due("builder") | passwords | {"DATABASE_ADMIN_URL"}
    assert held("release", secrets) == held("builder", secrets)
    everybodys = [held(service, secrets) for service in SERVICES if service != "bootstrap"]
    assert not any("DATABASE_ADMIN_URL" in one for one in everybodys)


def test_no_two_secrets_are_the_same_unless_two_processes_share_one(secrets):
    value_of: dict[str, set[str]] = {}
    for process in PROCESSES:
        for name, value in variables(secrets / f"{process}.env").items():
            value_of.setdefault(name if name.startswith("SOUK_SECRET") else f"{process} {name}", set()).add(value)
    assert {name: len(values) for name, values in value_of.items()} == dict.fromkeys(value_of, 1)
    values = [value for (value,) in value_of.values()]
    assert len(set(values)) == len(values)
    assert all(len(value) == 64 for name, (value,) in value_of.items() if name.startswith("SOUK_SECRET"))


def test_the_secrets_are_their_owners_alone_and_never_replaced(secrets):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()}
    # Read by the servers' own users inside their containers; digests, and keys behind a folder that only the owner enters.
    assert {name for name, mode in modes.items() if mode != 0o600} == {"users.acl", "s3.json"}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    again = subprocess.run([sys.executable, MAKE_SECRETS, "--folder", secrets], capture_output=True, text=True)
    assert (again.returncode, "Secrets in use are not replaced" in again.stderr) == (1, True)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


def test_every_file_is_used_and_every_file_used_is_made(secrets):
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"deploy/secrets/([a-z0-9.-]+)", text)) - {""} - {"make_secrets.py"} == {
        path.name for path in secrets.iterdir()
    }


def test_what_only_the_operator_knows_is_left_empty(secrets):
    given = {name: value for file in YOURS for name, value in variables(secrets / file).items() if value}
    assert given == {"SMTP_PORT": "587"}


def test_valkeys_users_are_the_launchers(secrets, tmp_path):
    """All but the default, by whom tests and the journey come."""
    forms = [re.sub(r"#\w+", "#", user.line()) for user in valkey_users(World("demo", tmp_path / "demo"))]
    lines = (secrets / "users.acl").read_text().splitlines()
    assert lines[0] == "user default off"
    assert [re.sub(r"#\w+", "#", line) for line in lines[1:]] == [form for form in forms if " default " not in form]


@every_process
def test_a_process_comes_to_valkey_by_its_own_name(process, secrets):
    address = variables(secrets / f"{process}.env")["REDIS_URL"]
    user, password, place = re.fullmatch(r"redis://(\w+):(\w+)@(.+)", address).groups()  # type: ignore[union-attr]
    assert (user, place) == (process, "valkey:6379/0")
    digest = hashlib.sha256(password.encode()).hexdigest()
    assert f"user {process} reset on #{digest} " in (secrets / "users.acl").read_text()


def test_the_s3_server_knows_those_who_write_and_lets_others_only_read_pictures(secrets):
    identities = {one["name"]: one for one in json.loads((secrets / "s3.json").read_text())["identities"]}
    assert set(identities) == {*REACH_FILES, "anonymous"}
    assert identities["anonymous"] == {"name": "anonymous", "actions": ["Read:souk-public"]}
    for process in REACH_FILES:
        (credentials,) = identities[process]["credentials"]
        own = variables(secrets / f"{process}.env")
        assert [own[name] for name in S3_KEYS] == [credentials["accessKey"], credentials["secretKey"]]
    for process in ("shopworker", "office"):
        assert not any("private" in action for action in identities[process]["actions"] if action.startswith("Write"))
    for process in ("worker", "office"):
        assert all("private" in action for action in identities[process]["actions"])


# --- Processes


@every_process
def test_compose_starts_what_the_launcher_starts(process):
    service = SERVICES[process]
    expected = told(process)
    if process in SERVING:  # every container has an address of its own
        expected[expected.index("127.0.0.1")] = "0.0.0.0"
        expected[expected.index("--port") + 1] = "8000"
    assert service["command"] == expected
    assert service["environment"]["SOUK_PROCESS"] == process


def test_the_procfile_starts_what_the_launcher_starts():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert {name: shlex.split(words) for name, words in lines.items()} == {
        process: ["deploy/as", process, *told(process)] for process in PROCESSES
    }


@every_process
def test_without_containers_a_process_gets_the_same_secrets(process, secrets, tmp_path):
    """`deploy/as` gives a process what its container would get, of its own files."""
    show = "import os, json; print(json.dumps(dict(os.environ)))"
    result = subprocess.run(
        [ROOT / "deploy/as", process, sys.executable, "-c", show],
        env={"PATH": os.environ["PATH"], "SOUK_SECRETS": str(secrets)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    given = json.loads(result.stdout)
    assert {name: given[name] for name in due(process)} == held(process, secrets)
    every = set().union(*(variables(file) for file in secrets.glob("*.env")))
    assert set(given) & every == due(process)
    assert (given["SOUK_PROCESS"], given["SOUK_ENV"]) == (process, "production")


def test_the_release_runs_before_any_process_and_after_the_bootstrap():
    ended = "service_completed_successfully"
    assert SERVICES["release"]["depends_on"] == {"bootstrap": {"condition": ended}}
    assert {process: SERVICES[process]["depends_on"]["release"] for process in PROCESSES} == {
        key: {"condition": ended} for key in PROCESSES
    }
    steps = re.findall(r"^python manage\.py (.+)$", (ROOT / "deploy/release").read_text(), re.MULTILINE)
    assert steps == ["migrate --noinput", "walls apply", "walls check"]
    assert SERVICES["release"]["command"] == ["deploy/release"]
    assert SERVICES["bootstrap"]["command"] == ["python", "manage.py", "walls", "bootstrap"]


@pytest.mark.parametrize("service", OURS)
def test_the_environment_of_a_container_is_documented(service):
    from tests.test_docs import OPERATOR, table_under

    documented = {
        name for row in table_under("Environment", OPERATOR) for name in re.findall(r"`([A-Z0-9_]+)`", row[0])
    }
    assert set(SERVICES[service]["environment"]) - documented == set()


# --- Walls between containers


@every_service
def test_a_container_may_do_little(service):
    own = SERVICES[service]
    assert own["cap_drop"] == ["ALL"]
    assert own.get("cap_add", []) == (["NET_BIND_SERVICE"] if service == "proxy" else [])
    assert own["read_only"] is True
    assert own["security_opt"] == ["no-new-privileges:true"]
    assert not own.get("privileged")
    assert {"mem_limit", "cpus", "pids_limit"} <= set(own)
    ends = service in ("bootstrap", "release", "buckets")
    assert own["restart"] == ("no" if ends else "unless-stopped")
    if not ends and service not in OURS:
        assert own["healthcheck"]["test"]
    assert not any("docker.sock" in str(volume) for volume in own.get("volumes", []))


def test_each_container_reaches_only_what_it_needs():
    networks = {name: set(service["networks"]) for name, service in SERVICES.items() if "networks" in service}
    assert networks == {
        "proxy": {"outside", "front", "objects"},
        "web": {"outside", "front", "data"},
        "office": {"outside", "front", "data", "objects"},
        "portal": {"front", "data", "objects"},
        "live": {"front", "data"},
        "worker": {"outside", "data", "objects"},
        "shopworker": {"data", "objects"},
        "beat": {"data"},
        "builder": {"data"},
        "bootstrap": {"data"},
        "release": {"data"},
        "postgres": {"data"},
        "valkey": {"data"},
        "s3": {"objects"},
    }
    defined = yaml.safe_load((ROOT / "compose.yaml").read_text())["networks"]
    assert {name for name, network in defined.items() if not network.get("internal")} == {"outside"}
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_images_are_named_by_a_full_version():
    versions = {service["image"] for name, service in SERVICES.items() if name not in OURS}
    assert [image for image in versions if not re.search(r":\d+\.\d+[.\d]*(-[a-z0-9.]+)?$", image)] == []
    assert re.search(r"^ARG PYTHON=python:\d+\.\d+\.\d+-slim-\w+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


# --- The image


def dockerfile() -> list[list[str]]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [line.split() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def test_the_image_runs_as_nobody_in_particular():
    lines = dockerfile()
    assert [words for words in lines if words[0] == "USER"] == [["USER", "10001:10001"]]
    last = max(number for number, words in enumerate(lines) if words[0] in ("RUN", "COPY"))
    assert [words[0] for words in lines[last + 1 :]] == ["USER", "EXPOSE", "HEALTHCHECK"]


def test_the_image_holds_the_program_and_nothing_else():
    copied = {
        word.rstrip("/") for words in dockerfile() if words[0] == "COPY" for word in words[1:-1] if "--" not in word
    }
    rooms = {"platform", "tenants", "billing", "marketplace", "api"}
    assert copied == {
        *("requirements.txt", "/venv", "manage.py", "templates", "deploy/release", "deploy/healthcheck.py"),
        *rooms,
    }
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignore if not line.startswith("#")) == "*"
    assert {line[1:] for line in ignore if line.startswith("!")} == copied - {"/venv"}
    assert not any(words[0] == "ADD" for words in dockerfile())


def test_libraries_are_installed_by_hash_and_no_secret_is_baked_in():
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes --only-binary=:all:" in text
    declared = [word for words in dockerfile() if words[0] in ("ENV", "ARG") for word in words[1:]]
    assert not [word for word in declared if re.search(r"SECRET|KEY=|PASSWORD|TOKEN", word)]


# --- Servers


def test_postgresqls_settings_hold_thousands_of_schemas():
    lines = (ROOT / "deploy/postgresql/postgresql.conf").read_text().splitlines()
    settings = dict(re.split(r"\s*=\s*", line, maxsplit=1) for line in lines if line and not line.startswith("#"))
    # Where a server of its own must differ from the embedded one, it says why.
    differs = {
        "listen_addresses",
        "port",
        "unix_socket_permissions",
        "shared_buffers",
        "temp_file_limit",
        "io_method",
        "wal_level",
        "max_wal_senders",
    }
    same = set(SETTINGS) - differs
    assert {name: settings.get(name) for name in same} == {name: SETTINGS[name] for name in same}
    assert settings["wal_level"] == "replica"


def test_the_proxy_shows_nothing_of_the_inside_and_logs_no_query():
    text = (ROOT / "deploy/proxy/Caddyfile").read_text()
    hosts = re.findall(r"^(\S*\{\$SOUK_DOMAIN\})\S* \{$", text, re.MULTILINE)
    domain = "{$SOUK_DOMAIN}"
    assert hosts == [domain, f"office.{domain}", f"files.{domain}", f"*.portal.{domain}", f"*.{domain}"]
    assert "@inside path /metrics /metrics/* /readyz /readyz/* /internal/*" in text
    sites = re.split(r"^\S*\{\$SOUK_DOMAIN\}\S* \{$", text, flags=re.MULTILINE)[1:]
    assert [bool(re.search(r"import (face|line)\b", site)) for site in sites] == [True] * 5
    # Vendors' own domains: certificates are asked for, whatever TLS the marketplace's own hosts have.
    own = text.split("\nhttps://:{$SOUK_HTTPS_PORT:443} {\n", 1)[1].split("\n}\n", 1)[0]
    assert own == "\timport own-{$SOUK_TLS:acme}\n\timport face {$SOUK_WEB:web:8000}"
    for kind, way in {"acme": "wildcard-acme", "internal": "wildcard-internal", "files": "wildcard-acme"}.items():
        assert f"(own-{kind}) {{\n\timport {way}\n}}" in text
    assert 'request>uri regexp "[?].*" ""' in text
    assert "rewrite * /internal/certificate?{query}" in text


def test_the_proxy_runs_no_upload_and_leaves_the_apis_etags_alone():
    text = (ROOT / "deploy/proxy/Caddyfile").read_text()
    files = text.split("\nfiles.{$SOUK_DOMAIN}", 1)[1].split("\n}\n", 1)[0]
    assert "\t\tX-Content-Type-Options nosniff\n" in files
    assert "\t\tContent-Security-Policy \"default-src 'none'; sandbox\"\n" in files
    assert "\t\tdefer\n" in files  # after what the S3 server says, so that it does not stand twice
    assert re.findall(r"^\s*encode .*$", text, re.MULTILINE) == ["\tencode @pages zstd gzip"]
    assert "@pages not path /api /api/* /live/*\n" in text


def test_the_health_check_asks_what_every_process_answers():
    from observability.health import LIVEZ

    calls = [
        node for node in ast.walk(ast.parse((ROOT / "deploy/healthcheck.py").read_text())) if isinstance(node, ast.Call)
    ]
    assert [ast.literal_eval(call.args[1]) for call in calls if ast.unparse(call.func) == "process.request"] == [LIVEZ]
    assert {name for name in OURS if SERVICES[name].get("healthcheck") == {"disable": True}} == {
        *("beat", "builder", "bootstrap", "release"),
    }
