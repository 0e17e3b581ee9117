from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.office import desk

__all__ = ["address", "desk", "everything_ten_percent", "put_on_shelf"]
