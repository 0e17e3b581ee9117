import subprocess
import sys

import pytest

from embedded import World, current_world, postgres_address, status, valkey_socket
from tests.platform.embedded.clients import SOURCE


def test_a_world_lies_in_the_projects_var_folder(monkeypatch):
    monkeypatch.delenv("SOUK_VAR", raising=False)

    assert World.named("journey").root == SOURCE.parent / "var" / "journey"


def test_the_environment_names_the_var_folder_and_the_world(var, monkeypatch):
    assert current_world() == World("demo", var / "demo")

    monkeypatch.setenv("SOUK_WORLD", "journey")

    assert current_world() == World("journey", var / "journey")


def test_a_relative_var_folder_is_the_projects_whatever_the_current_folder_is(monkeypatch):
    monkeypatch.setenv("SOUK_VAR", "elsewhere/var")

    assert World.named("demo").root == SOURCE.parent / "elsewhere" / "var" / "demo"


@pytest.mark.parametrize("name", ["", "../demo", "Demo", "1st", "a b", "demo/x", "a\n"])
def test_a_worlds_name_cannot_lead_out_of_the_var_folder(name):
    with pytest.raises(ValueError, match="not a name of a world"):
        World.named(name)


def test_every_world_has_its_own_files(world):
    names = ["run", "media", "private", "mail", "secrets", "clock", "sandbox", "logs"]

    assert [getattr(world, name) for name in names] == [world.root / name for name in names]


def test_importing_the_package_starts_and_makes_nothing(world):
    subprocess.run([sys.executable, "-c", "import embedded"], check=True, env={"PYTHONPATH": str(SOURCE)})

    assert not world.var.exists()


def test_asking_for_addresses_or_the_state_starts_nothing(world):
    assert postgres_address(world).host == str(world.root / "run")
    assert postgres_address(world).port == 5432
    assert valkey_socket(world) == world.root / "run" / "valkey.sock"
    assert [(found.kind, found.supervisor, found.server, found.ready) for found in status(world)] == [
        ("postgres", None, None, False),
        ("valkey", None, None, False),
    ]
    assert not {"run", "postgres", "valkey"} & {path.name for path in world.root.iterdir()}


def test_an_address_does_not_print_its_password(world):
    address = postgres_address(world)

    assert len(address.password) == 64
    assert address.password not in repr(address)
