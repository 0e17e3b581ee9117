"""What single vendors take of the portal that all share."""

from prometheus_client import Counter

SECONDS = Counter("vendor_requests_seconds", "Time spent on a vendor's requests.", ["vendor"])
REFUSED = Counter("vendor_requests_refused", "Requests of a vendor that were told to come again.", ["vendor", "why"])
