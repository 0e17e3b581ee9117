"""Telling open pages that something changed, and ending the streams of who may not look any more."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import caches
from redis.exceptions import RedisError

from kit import clock
from live.tickets import TICKET_TIME, in_ms

log = structlog.get_logger(__name__)
CHANNEL = "news:"
# The newest news of a topic, for who was away; and since when somebody may not look any more.
LAST, ENDED = "news:last:", "news:ended:"
# No ticket lasts longer, so that whoever was away for longer asks its page again anyhow.
KEPT_SECONDS = int(TICKET_TIME.total_seconds()) + 60


def tell(topics: Iterable[str], *, fact_id: UUID) -> None:
    """Say in these topics that something changed, by this fact. While Valkey does not answer nobody hears, and pages ask by
    themselves: news that are late are none, so nothing is kept to be told again.
    """
    now = in_ms(clock.now())
    _send({f"{LAST}{topic}": f"{now}-{fact_id.hex}" for topic in topics}, [{"topic": topic} for topic in topics])


def end(who: Iterable[str]) -> None:
    """End the streams of these (people or sessions), and take none of the tickets that they were given until now."""
    now = in_ms(clock.now())
    _send({f"{ENDED}{one}": str(now) for one in who}, [{"ended": one} for one in who])


def _send(kept: dict[str, str], told: list[dict[str, str]]) -> None:
    if not kept:
        return
    try:
        with _valkey().pipeline() as line:
            for (key, value), message in zip(kept.items(), told, strict=True):
                line.set(key, value, ex=KEPT_SECONDS)
                line.publish(CHANNEL, json.dumps({**message, "id": value}))
            line.execute()
    except RedisError as error:
        log.warning("news_unheard", cause=type(error).__name__, messages=len(told))


def _valkey() -> Any:
    """Beside the cache's keys, over its connections."""
    return caches["default"]._cache.get_client(write=True)  # type: ignore[attr-defined]
