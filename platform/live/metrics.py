"""How many pages listen, and what they were told."""

from prometheus_client import Counter, Gauge

OPEN = Gauge("live_streams_open", "Streams that are open here.")
NEWS = Counter("live_news", "News that were heard here.")
REFUSED = Counter("live_streams_refused", "Streams that were not opened.", ["cause"])
