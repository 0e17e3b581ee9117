"""What keys in Valkey are called, what is done without it, and the cache of what belongs to one vendor.

    from kit.cache import vendor_cache

    vendor_cache.add("key_form:…", True, timeout=3600)   # of the current vendor alone; refused when there is none

Django's own `cache` is for what all vendors share; tests/test_habits.py lists who uses it.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.contrib.sessions.backends.cache import KEY_PREFIX as SESSIONS
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from kit.context import require_vendor

log = structlog.get_logger(__name__)


def name_of(key: str, prefix: str, version: int) -> str:
    """A key's whole name: the process's own prefix first, by which Valkey tells its users apart.

    A session is named by a digest of its cookie: names are told more readily than contents (in dumps, by whoever may look at
    the server), and this one would sign in whoever learns it.
    """
    if key.startswith(SESSIONS):
        key = f"session:{hashlib.sha256(key.encode()).hexdigest()}"
    return f"{prefix}:{version}:{key}"


class Cache(RedisCache):
    """A cache that pages do without: while Valkey does not answer, nothing is found in it and nothing is kept.

    What counts or happens once (`add`, `incr`) raises RedisError all the same.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, lambda: super(Cache, self).get(key, default, version))

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._or({}, lambda: super(Cache, self).get_many(keys, version))
        return found

    def set(self, key: Any, value: Any, *rest: Any, **options: Any) -> None:
        self._or(None, lambda: super(Cache, self).set(key, value, *rest, **options))

    def set_many(self, data: dict[Any, Any], *rest: Any, **options: Any) -> list[Any]:
        return list(self._or(data, lambda: super(Cache, self).set_many(data, *rest, **options)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """What could not be deleted is there until its time is over."""
        return bool(self._or(False, lambda: super(Cache, self).delete(key, version)))

    def get_or_set(self, key: Any, default: Any, *rest: Any, **options: Any) -> Any:
        found = self.get(key, self._missing_key)
        if found is self._missing_key:
            found = default() if callable(default) else default
            self.set(key, found, *rest, **options)
        return found

    def _or(self, otherwise: Any, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except RedisError as error:
            log.warning("cache_silent", cause=type(error).__name__)
            return otherwise


class VendorCache:
    """Django's cache, in the current vendor's own part of it. Raises NoVendor when nobody said which vendor's."""

    def get(self, key: str, default: Any = None) -> Any:
        return cache.get(_own(key), default)

    def set(self, key: str, value: Any, timeout: float) -> None:
        cache.set(_own(key), value, timeout)

    def add(self, key: str, value: Any, timeout: float) -> bool:
        """False when there is one already, which stays."""
        return bool(cache.add(_own(key), value, timeout))

    def incr(self, key: str) -> int:
        """Raises ValueError when there is none."""
        return int(cache.incr(_own(key)))

    def delete(self, key: str) -> None:
        cache.delete(_own(key))


def _own(key: str) -> str:
    return f"vendor:{require_vendor().id}:{key}"


vendor_cache = VendorCache()
