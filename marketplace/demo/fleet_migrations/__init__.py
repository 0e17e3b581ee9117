"""The migrations of stock and one more, which no shop of the product ever sees: what the bench replays over its shops."""

from pathlib import Path

from tenants.shop.inventory import migrations

__path__ = [*migrations.__path__, str(Path(__file__).parent)]
