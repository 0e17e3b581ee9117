"""How long imports wait. They lie in the shops, which nobody goes through for a scrape: the sweep tells what it saw."""

from datetime import datetime

from kit import clock
from observability.metrics import QUEUE_AGE


def tell_oldest(since: datetime) -> None:
    """A sweep through all shops is over; of what it found due, the oldest had waited since then."""
    QUEUE_AGE.labels("imports").set(max((clock.now() - since).total_seconds(), 0))
