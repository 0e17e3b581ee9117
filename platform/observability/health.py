"""What machines ask a process: does it live, can it work, what has it counted.

Answered before anything else: on any host name and on a bare address, without a session, and without asking whose host
it is. A face answers through its first middleware, a worker through a small server of its own.
"""

import hmac
import json
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST

from observability import metrics, readiness

log = structlog.get_logger(__name__)
LIVEZ, READYZ, METRICS = "/livez", "/readyz", "/metrics"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)


def answer(path: str, authorization: str = "") -> Answer | None:
    """The answer to a health path, None for every other path. `authorization` is the request's header."""
    if path == LIVEZ:
        return alive()
    if path == READYZ:
        return ready()
    if path == METRICS:
        return told(authorization)
    return None


def alive() -> Answer:
    """The process answers. It asks neither database nor Valkey: a restart would not mend those."""
    return Answer(200, b"alive\n")


def ready() -> Answer:
    """200, or 503, with what is missing. Strangers may read it: a name and one word each, no address, no message."""
    causes = readiness.causes()
    is_ready = not any(readiness.keeps_from_serving(name, word) for name, word in causes.items())
    if causes:
        log.warning("short_of" if is_ready else "not_ready", **causes)
    body = json.dumps({"ready": is_ready, "causes": causes}) + "\n"
    return Answer(200 if is_ready else 503, body.encode(), "application/json")


def told(authorization: str) -> Answer:
    """The metrics, for who shows the token. Without a token there is no such page in production."""
    token = settings.METRICS_TOKEN
    if not token and settings.PRODUCTION:
        return Answer(404, b"not found\n")
    if token and not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return Answer(401, b"a token is needed\n", headers={"WWW-Authenticate": "Bearer"})
    return Answer(200, metrics.exposition(), CONTENT_TYPE_LATEST)
