"""The order of the rooms, as import-linter's contracts in pyproject.toml have it: for imports, foreign keys, migrations."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]


def heights(module: str) -> dict[str, int]:
    """How high a module stands, by container ("" for the whole tree); lower layers have lower numbers."""
    found = {}
    for contract in LAYERS:
        for container in contract.get("containers", [""]):
            prefix = f"{container}." if container else ""
            for height, layer in enumerate(reversed(contract["layers"])):
                for name in layer.split(":"):
                    whole = prefix + name.strip()
                    if module == whole or module.startswith(whole + "."):
                        found[container] = height
    return found


def points_down(source: str, target: str) -> bool:
    """May `source` know of `target`? Compared in the narrowest container that holds both."""
    ours, theirs = heights(source), heights(target)
    common = [container for container in ours if container in theirs]
    if "" not in common:
        return False
    if ours[""] != theirs[""]:
        return ours[""] > theirs[""]
    return all(ours[container] >= theirs[container] for container in common)


def is_ours(app_name: str) -> bool:
    return "" in heights(app_name)


def test_the_reading_of_the_contracts_is_right():
    assert points_down("marketplace.orders", "billing.ledger")
    assert points_down("marketplace.orders", "marketplace.catalog")
    assert points_down("tenants.shop.catalog", "tenants.vendors")
    assert not points_down("billing.ledger", "billing.payments")
    assert not points_down("billing.payments", "marketplace.orders")
    assert not points_down("accounts", "tenants.vendors")


def test_imports_follow_the_arrows_without_exceptions():
    assert not [contract for contract in CONTRACTS if "ignore_imports" in contract]
    result = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in result.stdout


def test_one_contract_names_every_package():
    packages = {path.parent.name for folder in (ROOT, ROOT / "platform") for path in folder.glob("*/__init__.py")} - {
        "tests"
    }
    named = {name.strip() for layer in LAYERS[0]["layers"] for name in layer.split(":")}
    assert named == packages


def test_foreign_keys_follow_the_arrows():
    upward = []
    seen = 0
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields + model._meta.local_many_to_many:
            if not isinstance(field, (models.ForeignKey, models.ManyToManyField)):
                continue
            source, target = model._meta.app_config.name, field.related_model._meta.app_config.name
            if is_ours(source) and is_ours(target):
                seen += 1
                if not points_down(source, target):
                    upward.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")
    assert seen > 30
    assert upward == []


def test_migrations_depend_along_the_arrows():
    loader = MigrationLoader(None)
    upward = []
    seen = 0
    for (label, name), migration in loader.disk_migrations.items():
        source = apps.get_app_config(label).name
        for dependency, _ in migration.dependencies:
            if dependency == "__setting__" or not is_ours(source):
                continue
            target = apps.get_app_config(dependency).name
            if is_ours(target):
                seen += 1
                if not points_down(source, target):
                    upward.append(f"{label}.{name} -> {dependency}")
    assert seen > 10
    assert upward == []


def is_shop(model: type[models.Model]) -> bool:
    return model._meta.app_config.name in settings.TENANT_APPS


def test_no_foreign_key_crosses_a_wall():
    """Thousands of shops with one key each into a public table would hang thousands of triggers on it."""
    crossing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and is_shop(model) != is_shop(field.related_model)
        and field.db_constraint
    ]
    assert crossing == []


@pytest.mark.django_db
def test_no_foreign_key_crosses_a_wall_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE a.relnamespace <> b.relnamespace) FROM pg_constraint "
            "JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid WHERE contype = 'f'"
        )
        keys, crossing = cursor.fetchone()
    assert keys > 100
    assert crossing == 0


def test_app_labels_are_words_of_their_own():
    labels = [config.label for config in apps.get_app_configs()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("path", ["", f"{ROOT / 'platform'}:{ROOT}"])
def test_platform_is_still_pythons_own(path):
    """`platform/` is a folder of sources without an `__init__.py`, so the standard library's module of that name wins."""
    code = "import platform, accounts, tenants; print(platform.python_implementation(), platform.__file__)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("CPython ")
    assert str(ROOT / "platform") not in result.stdout
