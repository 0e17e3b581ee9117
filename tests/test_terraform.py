"""The processes that Terraform starts on AWS are those of `embedded.processes`, with their secrets and no others.

Nothing here needs terraform: its own checks and tests are in docs/guides/aws.md.
"""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from embedded.processes import COMMANDS, DOORBELL, SECRETS, SERVING, VALKEY_PREFIX, WRITE_FILES, Ports, command_of
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
    here = command_of(process, World("nowhere", tmp_path), Ports(market=8000, portal=8000, office=8000))
    there = PROCESSES[process]["command"]
    assert [_as_there(part) for part in here] == there


def _as_there(part: str) -> str:
    """In a container: its Python, its folder, and every address, for the balancer is elsewhere."""
    return {sys.executable: "python", str(ROOT / "manage.py"): "manage.py", "127.0.0.1": "0.0.0.0"}.get(part, part)


@every_process
def test_each_reaches_its_own_keys_in_valkey_and_the_doorbell(process: str):
    prefix = PROCESSES[process].get("prefix", process)
    assert f"~{prefix}:* {LISTED['valkey']}" == f"~{VALKEY_PREFIX.get(process, process)}:* {DOORBELL} {COMMANDS}"


@every_process
def test_each_reaches_what_its_work_needs(process: str):
    listed = PROCESSES[process]
    assert bool(listed.get("serves")) == (process in SERVING)
    assert ("files" in listed["reaches"]) == (process in WRITE_FILES)
    assert ("database" in listed["reaches"]) == (process != "beat")
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
