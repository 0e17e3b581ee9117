"""Counting in Valkey how often somebody did something this minute."""

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a policy for this minute; below zero when it was overstepped."""

    policy: str
    limit: int
    remaining: int
    reset_seconds: int


def count(policy: str, who: str, limit: int, kept: Any = cache) -> Rate:
    """Count one more; `kept` is `kit.cache.vendor_cache` for what one vendor does. Raises RedisError."""
    window = int(time.time()) // SECONDS
    key = f"rate:{policy}:{who}:{window}"
    kept.add(key, 0, timeout=2 * SECONDS)
    try:
        done = kept.incr(key)
    except ValueError:  # it was dropped in between
        done = 1
    return Rate(policy, limit, limit - done, seconds_left())


def seconds_left() -> int:
    """Until the next minute begins."""
    return SECONDS - int(time.time()) % SECONDS
