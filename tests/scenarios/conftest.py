"""What scenarios in one process share: a small market and the provider's sandbox."""

from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["address", "everything_ten_percent", "put_on_shelf", "sandbox", "sandbox_process"]
