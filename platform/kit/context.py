"""On whose behalf this thread works.

`current_vendor` is the one source for cache keys, object-store prefixes, task headers, log lines and rate limits. Code that
belongs to a vendor asks `require_vendor()` and refuses to run when nobody said which.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID


class NoVendor(RuntimeError):
    """Vendor-scoped code was called with no vendor set."""


@dataclass(frozen=True, slots=True)
class CurrentVendor:
    id: UUID
    slug: str
    schema: str


@dataclass(slots=True)
class RequestInfo:
    """What a log line says about the request at hand; never a name, an address or a secret."""

    request_id: str
    person_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)


current_vendor: ContextVar[CurrentVendor | None] = ContextVar("current_vendor", default=None)
current_request: ContextVar[RequestInfo | None] = ContextVar("current_request", default=None)


def require_vendor() -> CurrentVendor:
    vendor = current_vendor.get()
    if vendor is None:
        raise NoVendor("no vendor is set here: use in_shop(vendor), or bind the connection to the vendor first")
    return vendor


@contextmanager
def acting_for(vendor: CurrentVendor) -> Iterator[None]:
    token = current_vendor.set(vendor)
    try:
        yield
    finally:
        current_vendor.reset(token)
