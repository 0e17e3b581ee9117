"""How long imports wait, and who imports how much. They lie in the shops, which nobody goes through for a scrape: the sweep
tells what it saw.
"""

from datetime import datetime

from prometheus_client import Counter

from kit import clock
from observability.metrics import QUEUE_AGE

IMPORTED = Counter("vendor_imported_rows", "Rows of product files done for a vendor.", ["vendor"])


def tell_oldest(since: datetime) -> None:
    """A sweep through all shops is over; of what it found due, the oldest had waited since then."""
    QUEUE_AGE.labels("imports").set(max((clock.now() - since).total_seconds(), 0))
