"""What keys in Valkey are called, and the cache of what belongs to one vendor.

    from kit.cache import vendor_cache

    vendor_cache.add("key_form:…", True, timeout=3600)   # of the current vendor alone; refused when there is none

Django's own `cache` is for what all vendors share; tests/test_habits.py lists who uses it.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends.cache import KEY_PREFIX as SESSIONS
from django.core.cache import cache

from kit.context import require_vendor


def name_of(key: str, prefix: str, version: int) -> str:
    """A key's whole name: the process's own prefix first, by which Valkey tells its users apart.

    A session is named by a digest of its cookie: names are told more readily than contents (in dumps, by whoever may look at
    the server), and this one would sign in whoever learns it.
    """
    if key.startswith(SESSIONS):
        key = f"session:{hashlib.sha256(key.encode()).hexdigest()}"
    return f"{prefix}:{version}:{key}"


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
