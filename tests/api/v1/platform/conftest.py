from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import at_office
from tests.support.office import market_day

__all__ = ["address", "at_office", "everything_ten_percent", "market_day", "put_on_shelf"]
