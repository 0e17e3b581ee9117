"""Sessions in Valkey, kept as Django keeps them, but for what it makes of a Valkey that does not answer.

Django takes that for a session that is over, and takes the browser's cookie away: everybody who asks for a page meanwhile is
signed out for good. Here they are nobody for that page, and themselves again as soon as it answers.
"""

from typing import Any

import structlog
from django.contrib.sessions.backends import cache
from django.core.cache.backends.base import BaseCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class SessionStore(cache.SessionStore):
    """What a page would have remembered is not kept meanwhile; who signs in or out is told: `create` and `flush` raise
    RedisError."""

    _cache: BaseCache  # of Django, which its types leave out
    is_unknown = False
    is_unkept = False

    def load(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] | None = self._cache.get(self.cache_key)
        except RedisError:
            self.is_unknown = True
            return {}
        if found is not None:
            return found
        self._session_key = None
        return {}

    def is_empty(self) -> bool:
        return not self.is_unknown and super().is_empty()

    def save(self, must_create: bool = False) -> None:
        if must_create:  # by `create`
            super().save(must_create)
        elif self.is_unknown:
            self._not_kept()  # it would stand in for all that was not read
        else:
            try:
                super().save()
            except RedisError:
                self._not_kept()

    def _not_kept(self) -> None:
        self.is_unkept = True
        log.warning("session_not_kept")
