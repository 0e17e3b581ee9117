"""Whoever tries one code after the other is slowed down, so that nobody finds one by guessing."""

import structlog
from redis.exceptions import RedisError

from kit.errors import Conflict
from kit.rates import count

log = structlog.get_logger(__name__)


class TooManyTries(Conflict):
    """Somebody tries one code after the other."""

    code = "too_many_tries"


def count_try(policy: str, who: str, limit: int, *, field: str) -> None:
    """One more code of `who` this minute. Raises TooManyTries. While nobody can count, nobody is kept from buying."""
    try:
        rate = count(policy, who, limit)
    except RedisError:
        log.warning("tries_unknown", policy=policy)
        return
    if rate.remaining < 0:
        raise TooManyTries("That were many codes in one minute. Wait a little, then try again.", field=field)
