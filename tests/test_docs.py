"""What the docs say is there: commands, variables, secrets, links, sign-ins."""

import argparse
import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.utils.text import slugify

from embedded.processes import SECRETS, Ports, command_of
from embedded.world import World
from marketplace.demo.acts import PASSWORD
from marketplace.demo.cast import CUSTOMERS, STAFF, VENDORS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
OPERATOR = ROOT / "docs/guides/operator.md"
PAGES = [README, *sorted(ROOT.glob("docs/**/*.md"))]
# Read by programs of others as well, and no setting of ours.
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def code_of(page: Path) -> Iterator[str]:
    """What stands in a code block (line by line) or between backticks."""
    for line in page.read_text().splitlines():
        if line.startswith("    "):
            yield line.strip()
        else:
            yield from re.findall(r"`([^`]+)`", line)


def table_under(heading: str, page: Path) -> Iterator[list[str]]:
    """The rows of the tables between a heading and the next, without heads and rulers."""
    text = page.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        if not row.startswith("| ---") and not following.startswith("| ---"):
            yield [cell.strip() for cell in row.strip("|").split(" | ")]


def variables_read() -> set[str]:
    """Every environment variable that our code names; `{}` stands for what it fills in."""
    found: set[str] = set()
    for room in ("platform", "tenants", "billing", "marketplace", "api"):
        for path in (ROOT / room).rglob("*.py"):
            found |= set(_variables(ast.parse(path.read_text())))
    return found | set(_variables(ast.parse((ROOT / "manage.py").read_text())))


def _variables(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        asked: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            function = ast.unparse(node.func)
            if function in ("env", "os.getenv") or function.startswith("os.environ."):
                asked = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            asked = node.slice
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "os.environ":
            asked = node.left
        if isinstance(asked, ast.Constant):
            yield asked.value
        elif isinstance(asked, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in asked.values)


def test_the_operators_table_names_every_variable_and_no_other():
    documented = {
        name for row in table_under("Environment", OPERATOR) for name in re.findall(r"`([A-Z0-9_]+)`", row[0])
    }
    read = variables_read() - NOT_OURS
    filled_in = [re.compile(name.replace("{}", "[A-Z]+")) for name in read if "{}" in name]
    exact = {name for name in read if "{}" not in name}

    assert exact - documented == set()
    assert {name for name in documented - exact if not any(form.fullmatch(name) for form in filled_in)} == set()
    assert [form.pattern for form in filled_in if not any(form.fullmatch(name) for name in documented)] == []


def secrets_documented() -> dict[str, list[str]]:
    return {process: re.findall(r"`([A-Z_]+)`", names) for process, names in table_under("Secrets", OPERATOR)}


def test_the_operators_table_gives_each_process_its_secrets_and_no_others():
    # With a Valkey of one's own, its users' secrets are in REDIS_URL.
    held = {
        process: sorted(name.upper().replace("-", "_") for name in names if not name.startswith("valkey-"))
        for process, names in SECRETS.items()
        if process != "sandbox"
    }
    assert {process: sorted(names) for process, names in secrets_documented().items()} == held


@pytest.mark.parametrize("process", [process for process in SECRETS if process != "sandbox"])
def test_a_process_starts_in_production_with_what_the_page_says(process):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SOUK_ENV": "production",
        "SOUK_PROCESS": process,
        "SOUK_DOMAIN": "market.example",
        "DATABASE_URL": "postgresql://database.example:5432/souk",
        "REDIS_URL": f"redis://{process}:secret@valkey.example:6379/0",
        **{f"SOUK_SECRET_{name}": "0123456789abcdef" * 4 for name in secrets_documented()[process]},
    }
    if process in ("web", "office", "worker"):
        environment |= {"STRIPE_SECRET_KEY": "sk_live_example", "SOUK_PLATFORM_COUNTRY": "DE"}
    if process == "worker":
        environment["SMTP_HOST"] = "smtp.example"
    if process == "web":
        environment |= {
            f"STRIPE_WEBHOOK_SECRET_{name}": "whsec_example" for name in ("PLATFORM", "CONNECT", "ACCOUNTS")
        }
    result = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_the_operators_table_starts_processes_as_the_demo_does():
    told = {name: shlex.split(command.strip("`")) for name, command in table_under("Processes", OPERATOR)}
    processes = {"web, portal, office": "web", "beat (one)": "beat", "builder (one)": "builder"}
    assert len(told) == 6
    for name, words in told.items():
        real = command_of(processes.get(name, name), World.named("demo"), Ports())
        assert words == ["python", *(word.removeprefix(f"{ROOT}/") for word in real[1:])]


@every_page
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        assert "://" not in path, f"{target}: a page here stands on its own"
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor in {slugify(heading.replace("'", "")) for heading in headings}, target


@every_page
def test_make_knows_its_targets(page):
    targets = set(re.findall(r"^([a-z./]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for code in code_of(page) for target in re.findall(r"\bmake ([a-z.][a-z./]*)", code)}
    assert named - targets == set()


@every_page
def test_manage_knows_its_commands(page):
    for code in code_of(page):
        for name, rest in re.findall(r"\bmanage\.py ([a-z_]+)([^#]*)", code):
            assert name in get_commands(), code
            if rest.count('"') % 2 == 0 and "..." not in rest:
                _parse(name, shlex.split(rest))


def _parse(name: str, arguments: list[str]) -> None:
    """Raises CommandError when the command does not take these arguments."""
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", name)
    # A command alone, as prose names it, may lack what it needs.
    assert isinstance(parser, argparse.ArgumentParser)
    if arguments:
        parser.parse_args(arguments)


@every_page
def test_no_page_knows_the_machine_it_was_written_on(page):
    # In two halves each, so that this page names none of them either.
    halves = (
        ("py", r"pi\."),
        ("python", "hosted"),
        ("npm", "js"),
        ("crates", r"\.io"),
        ("docker", r"\.io"),
        ("ghcr", r"\.io"),
    )
    registries = "|".join(first + second for first, second in halves)
    folders = r"(?<![\w.])/(work|tmp|root|home|opt|Users)/"
    assert re.findall(f"{registries}|{folders}", page.read_text()) == []


def test_pinned_requirements_name_no_address():
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text()
        assert "--index-url" not in path.read_text()


def test_the_readme_is_short_and_shows_both_commands():
    lines = README.read_text().splitlines()
    assert len(lines) < 90
    assert {"    make demo", "    make test"} <= set(lines)


def test_the_readmes_sign_ins_are_the_casts():
    people = {one.email for one in (*CUSTOMERS, *VENDORS, *STAFF)}
    text = README.read_text()
    named = set(re.findall(r"[\w.]+@[\w.]+\.example", text))
    assert len(named) == 4
    assert named - people == set()
    assert f"`{PASSWORD}`" in text
    assert set(re.findall(r"//(\w+)\.(?:portal\.)?localhost", text)) - {"office"} <= {one.slug for one in VENDORS}


def test_every_decision_is_in_the_index():
    index = (ROOT / "docs/decisions/README.md").read_text()
    titles = {
        page.name: page.read_text().splitlines()[0].removeprefix("# ")
        for page in ROOT.glob("docs/decisions/*.md")
        if page.name != "README.md"
    }
    assert [name for name, title in titles.items() if f"[{title}]({name})" not in index] == []
