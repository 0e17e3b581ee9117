"""The processes that Terraform starts on AWS are those of `embedded.processes`, with their secrets and no others.

Nothing here needs terraform: its own checks and tests are in docs/guides/aws.md.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis.connection import ConnectionPool, SSLConnection

from embedded.processes import REACH_FILES, SECRETS, SERVING, Ports, command_of, valkey_rules
from embedded.world import World
from tenants.isolation import roles

ROOT = Path(__file__).resolve().parents[1]
TERRAFORM = ROOT / "terraform"
LISTED: dict[str, Any] = yaml.safe_load((TERRAFORM / "modules/souk/processes.yaml").read_text())
PROCESSES: dict[str, dict[str, Any]] = LISTED["processes"]
JOBS: dict[str, dict[str, Any]] = LISTED["jobs"]
OURS = [name for name in SECRETS if name != "sandbox"]

every_process = pytest.mark.parametrize("process", OURS)
every_environment = pytest.mark.parametrize(
    "environment", sorted((TERRAFORM / "environments").iterdir()), ids=lambda folder: folder.name
)


def test_the_same_processes_run():
    assert set(PROCESSES) == set(OURS)


@every_process
def test_each_gets_its_own_secrets_and_no_others(process: str):
    assert sorted(PROCESSES[process]["secrets"]) == sorted(SECRETS[process])


def test_jobs_work_as_the_builder_and_only_the_bootstrap_knows_all_roles():
    assert {job: listed["as"] for job, listed in JOBS.items()} == {"release": "builder", "bootstrap": "builder"}
    assert JOBS["release"]["secrets"] == list(SECRETS["builder"])
    assert set(JOBS["bootstrap"]["secrets"]) == {*SECRETS["builder"], *roles.LOGINS}
    assert [job for job, listed in JOBS.items() if listed.get("master")] == ["bootstrap"]
    assert (ROOT / JOBS["release"]["command"][-1]).is_file()


@every_process
def test_each_runs_the_same_command(process: str, tmp_path: Path):
    here = command_of(process, World("nowhere", tmp_path), Ports(market=8000, portal=8000, office=8000, live=8000))
    there = PROCESSES[process]["command"]
    assert [_as_there(part) for part in here] == there


def _as_there(part: str) -> str:
    """In a container: its Python, its folder, and every address, for the balancer is elsewhere."""
    return {sys.executable: "python", str(ROOT / "manage.py"): "manage.py", "127.0.0.1": "0.0.0.0"}.get(part, part)


@every_process
def test_each_reaches_its_own_keys_in_valkey_and_the_doorbell(process: str):
    listed = PROCESSES[process]
    parts, rings = LISTED["valkey"], LISTED["valkey"]["rings"]
    if listed.get("news"):
        rings = rings.replace("&doorbell:* ", f"&doorbell:* {parts['news']} ")
    rules = [
        f"~{listed.get('prefix', process)}:*",
        rings,
        *(parts[what] for what in ("hears", "listens") if listed.get(what)),
    ]
    assert " ".join(rules) == valkey_rules(process)


@every_process
def test_each_reaches_what_its_work_needs(process: str):
    listed = PROCESSES[process]
    assert bool(listed.get("serves")) == (process in SERVING)
    assert bool(listed.get("answers")) == (process in ("worker", "shopworker"))
    assert ("files" in listed["reaches"]) == (process in REACH_FILES)
    assert (listed.get("documents") == "reads") == (process in ("shopworker", "office"))
    assert (listed.get("pictures") == "none") == (process in ("worker", "office"))
    assert ("database" in listed["reaches"]) == (process not in ("beat", "live"))
    # Who holds the key of vendors' roles does not reach the internet.
    assert not ("vendor-role-key" in listed["secrets"] and "internet" in listed["reaches"])


@every_environment
def test_every_environment_sizes_every_process_and_hands_every_variable_on(environment: Path):
    text = (environment / "main.tf").read_text()
    sizes = text.split("  sizes = {", 1)[1].split("\n  }", 1)[0]
    assert set(re.findall(r"^    (\w+) +=", sizes, re.MULTILINE)) == set(OURS)
    declared = set(re.findall(r'^variable "(\w+)"', (environment / "variables.tf").read_text(), re.MULTILINE))
    used = set(re.findall(r"\bvar\.(\w+)", text + (environment / "versions.tf").read_text()))
    assert used == declared


def test_environments_are_told_the_same_things():
    declared = [
        re.findall(r'^variable "(\w+)"', (folder / "variables.tf").read_text(), re.MULTILINE)
        for folder in sorted((TERRAFORM / "environments").iterdir())
    ]
    assert declared == [declared[0]] * len(declared)


@pytest.mark.parametrize("module", sorted((TERRAFORM / "modules").iterdir()), ids=lambda folder: folder.name)
def test_a_module_uses_what_it_is_told_says_what_it_means_and_has_tests(module: Path):
    text = "".join(path.read_text() for path in sorted(module.glob("*.tf")))
    declared = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    used = set(
        re.findall(
            r"\bvar\.(\w+)", "".join(path.read_text() for path in module.glob("*.tf") if path.name != "variables.tf")
        )
    )
    assert used == declared
    blocks = re.findall(r'^(?:variable|output) "\w+" \{\n  (\w+)', text, re.MULTILINE)
    assert set(blocks) == {"description"}
    assert list(module.glob("tests/*.tftest.hcl"))


# Stands in for the AWS command line: takes what it is told, keeps it in a file, and answers as AWS would.
AWS = """#!{python}
import json, pathlib, sys
state = pathlib.Path({state!r})
calls = json.loads(state.read_text()) if state.exists() else []
request = json.load(sys.stdin)
calls.append([*sys.argv[1:3], request])
state.write_text(json.dumps(calls))
values = [call[2]["SecretId"] for call in calls if call[1] == "put-secret-value"]
answers = {{
    "describe-secret": {{"VersionIdsToStages": {{"1": ["AWSCURRENT"]}}}} if request.get("SecretId") in values else {{}},
    "create-access-key": {{"AccessKey": {{"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "key of mail"}}}},
}}
print(json.dumps(answers.get(sys.argv[2], {{}})))
assert not any(word in " ".join(sys.argv) for word in ("password", "SecretString"))
"""


def test_secrets_are_filled_once_and_what_others_give_is_named(tmp_path: Path):
    state = tmp_path / "calls.json"
    (tmp_path / "aws").write_text(AWS.format(python=sys.executable, state=str(state)))
    (tmp_path / "aws").chmod(0o755)
    souk = {
        "region": "eu-central-1",
        "smtp_user_name": "souk-smtp",
        "valkey": {
            "address": "valkey.example",
            "port": 6379,
            "user_names": {"web": "souk-web", "worker": "souk-worker"},
        },
        "secrets": {
            "web": {
                "SOUK_SECRET_STORE": "souk/store",
                "REDIS_URL": "souk/valkey-web",
                "STRIPE_SECRET_KEY": "souk/stripe",
            },
            "worker": {
                "REDIS_URL": "souk/valkey-worker",
                "STRIPE_SECRET_KEY": "souk/stripe",
                "SMTP_USER": "souk/smtp-user",
                "SMTP_PASSWORD": "souk/smtp-password",
            },
            "bootstrap": {"SOUK_SECRET_STORE": "souk/store"},
        },
    }

    outputs = [_fill(souk, tmp_path) for _ in range(2)]

    assert [output.splitlines() for output in outputs] == [
        ["still empty: souk/stripe (STRIPE_SECRET_KEY of worker)"]
    ] * 2
    changes = [call for call in json.loads(state.read_text()) if call[1] != "describe-secret"]
    assert sorted(call[2].get("SecretId", call[1]) for call in changes) == [
        *("create-access-key", "modify-user", "modify-user"),
        *("souk/smtp-password", "souk/smtp-user", "souk/store", "souk/valkey-web", "souk/valkey-worker"),
    ]
    values = {call[2]["SecretId"]: call[2]["SecretString"] for call in changes if call[1] == "put-secret-value"}
    users = {call[2]["UserId"]: call[2]["AuthenticationMode"] for call in changes if call[1] == "modify-user"}
    assert re.fullmatch("[0-9a-f]{64}", values["souk/store"])
    assert values["souk/smtp-user"] == "AKIAEXAMPLE"
    password = users["souk-web"]["Passwords"][0]
    assert values["souk/valkey-web"] == f"rediss://souk-web:{password}@valkey.example:6379/0?ssl_cert_reqs=required"
    assert ConnectionPool.from_url(values["souk/valkey-web"]).connection_class is SSLConnection


def _fill(souk: dict[str, Any], path: Path) -> str:
    return subprocess.run(
        [sys.executable, str(TERRAFORM / "fill_secrets.py")],
        input=json.dumps(souk),
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("ended", [0, 3])
def test_a_job_ends_as_its_task_ended(tmp_path: Path, ended: int):
    told = tmp_path / "told.json"
    answers = {
        "run-task": {"tasks": [{"taskArn": "arn:aws:ecs:eu-central-1:123456789012:task/souk/abc"}], "failures": []},
        "describe-tasks": {
            "tasks": [{"lastStatus": "STOPPED", "containers": [{"name": "release", "exitCode": ended}]}]
        },
        "get-log-events": {"events": [{"message": "55 tables"}]},
    }
    (tmp_path / "aws").write_text(
        f"#!{sys.executable}\nimport json, sys\nopen({str(told)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"print(json.dumps({answers!r}[sys.argv[2]]))\n"
    )
    (tmp_path / "aws").chmod(0o755)
    place = {
        "cluster": "souk",
        "subnets": ["subnet-1"],
        "families": {"release": "souk-release"},
        "security_groups": {"release": "sg-1"},
        "log_groups": {"release": "/souk/release"},
    }

    done = subprocess.run(
        [sys.executable, str(TERRAFORM / "run_task.py"), "release", "sh", "deploy/release"],
        input=json.dumps({"run_task": place}),
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (ended, "55 tables\n")
    asked = [json.loads(line) for line in told.read_text().splitlines()]
    assert json.loads(asked[0][asked[0].index("--network-configuration") + 1]) == {
        "awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
    }
    assert json.loads(asked[0][asked[0].index("--overrides") + 1]) == {
        "containerOverrides": [{"name": "release", "command": ["sh", "deploy/release"]}]
    }
    assert asked[2][asked[2].index("--log-stream-name") + 1] == "souk/release/abc"
