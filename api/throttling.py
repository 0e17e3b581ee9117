"""How often one may call: counted per token and per vendor in Valkey, in windows of a minute, and told on every answer."""

import structlog
from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from kit.cache import vendor_cache
from kit.callers import address_digest
from kit.rates import SECONDS, Rate, count, seconds_left

log = structlog.get_logger(__name__)


class MinuteRates(BaseThrottle):
    """A token, or an address without one, gets `API_RATE_TOKEN` calls a minute; a vendor's host `API_RATE_VENDOR` in all.

    When Valkey does not answer, calls are let through: the limit protects the service, nothing depends on it.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        rates = []
        try:
            rates.append(count("token", _who(request), settings.API_RATE_TOKEN))
            if getattr(request, "vendor", None) is not None:
                rates.append(count("vendor", "all", settings.API_RATE_VENDOR, vendor_cache))
        except RedisError:
            log.warning("api.rates_unknown")
            return True
        request._request.rates = rates
        return all(rate.remaining >= 0 for rate in rates)

    def wait(self) -> float:
        return seconds_left()


def count_refused(request: Request) -> None:
    """A call that was turned away before it was counted counts for its address. Raises Throttled when those are too many."""
    try:
        rate = count("token", address_digest(request._request), settings.API_RATE_TOKEN)
    except RedisError:
        log.warning("api.rates_unknown")
        return
    request._request.rates = [rate]
    if rate.remaining < 0:
        raise Throttled(seconds_left())


def rate_headers(rates: list[Rate]) -> dict[str, str]:
    """As in the IETF draft "RateLimit header fields for HTTP": the policies, and what is left of each."""
    if not rates:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{rate.policy}";q={rate.limit};w={SECONDS}' for rate in rates),
        "RateLimit": ", ".join(f'"{rate.policy}";r={max(rate.remaining, 0)};t={rate.reset_seconds}' for rate in rates),
    }


def _who(request: Request) -> str:
    if request.auth is not None:
        return str(request.auth)
    return address_digest(request._request)
