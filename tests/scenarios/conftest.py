"""What scenarios in one process share: a small market and the provider's sandbox."""

from collections.abc import Iterator

import pytest

from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.market import Market
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["address", "everything_ten_percent", "put_on_shelf", "sandbox", "sandbox_process"]


@pytest.fixture(scope="session")
def blank() -> Iterator[Market]:
    """A market in which nothing has happened yet; others begin as its copies, which takes a second and not ten."""
    made = Market("blank")
    made.prepare()
    yield made
    made.close()
