import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from embedded import NotOurs, World, secret
from tests.platform.embedded.clients import start_client


def test_a_secret_is_256_random_bits_that_only_its_owner_may_read(world):
    made = secret(world, "postgres")

    path = world.secrets / "postgres"
    assert len(bytes.fromhex(made)) == 32
    assert path.read_text() == made + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(world.secrets.stat().st_mode) == 0o700


def test_a_secret_stays_and_differs_by_name_and_world(world):
    made = secret(world, "store")

    assert secret(world, "store") == made
    assert len({made, secret(world, "platform"), secret(World.named("demo"), "store")}) == 3


def test_all_who_ask_at_once_get_the_same_secret(world):
    clients = [start_client("sys.stdin.readline(); print(secret(world, 'race'))") for _ in range(4)]
    for client in clients:
        client.stdin.write("go\n")
        client.stdin.flush()
    with ThreadPoolExecutor(8) as threads:
        ours = set(threads.map(lambda _: secret(world, "race"), range(8)))

    theirs = {client.communicate()[0].strip() for client in clients}

    assert ours == theirs
    assert [path.name for path in world.secrets.iterdir()] == ["race"]


def test_a_secret_that_stands_open_is_closed(world):
    made = secret(world, "store")
    (world.secrets / "store").chmod(0o644)

    assert secret(world, "store") == made
    assert stat.S_IMODE((world.secrets / "store").stat().st_mode) == 0o600


def test_a_damaged_secret_is_refused(world):
    secret(world, "store")
    (world.secrets / "store").write_text("")

    with pytest.raises(NotOurs, match="does not hold a secret"):
        secret(world, "store")


@pytest.mark.parametrize("name", ["", "../postgres", "a/b", ".hidden", "A"])
def test_a_secrets_name_cannot_lead_out_of_its_folder(world, name):
    with pytest.raises(ValueError, match="not a name of a secret"):
        secret(world, name)
