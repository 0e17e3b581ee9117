"""Keeping one vendor from taking the portal away from the others.

A portal process works on few requests at once. One vendor, however many programs and tabs it has, gets some of those places
and never the last ones; and so many pages a minute. Whoever asks for more is told when to come again, and nothing was done.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from kit import rates
from kit.cache import vendor_cache
from kit.problems import API_PATH, problem_response
from tenants.vendors.metrics import REFUSED, SECONDS
from tenants.vendors.middleware import come_back
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)


class FairShareMiddleware:
    """Stands inside VendorHostMiddleware: `request.vendor` is known, and no session, member or view has cost anything yet.

    Pictures are not counted: a page has many, and they are cheap.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self._at_work: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(settings.MEDIA_URL):
            return self.get_response(request)
        vendor: Vendor = request.vendor  # type: ignore[attr-defined]
        if not self._enter(vendor.id):
            return _refused(request, vendor, "at_once", 1)
        try:
            response = self._within_rate(request, vendor)
        except BaseException:
            self._leave(vendor.id)
            raise
        # A streamed answer is at work until it is sent; the server closes every response.
        response._resource_closers.append(lambda: self._leave(vendor.id))  # type: ignore[attr-defined]
        return response

    def _within_rate(self, request: HttpRequest, vendor: Vendor) -> HttpResponseBase:
        # The API counts its own calls, and says on each answer how many are left.
        if not request.path.startswith(API_PATH):
            try:
                rate = rates.count("pages", "all", settings.PORTAL_RATE_VENDOR, vendor_cache)
            except RedisError:
                log.warning("portal.rate_unknown")
            else:
                if rate.remaining < 0:
                    return _refused(request, vendor, "rate", rate.reset_seconds)
        began = time.perf_counter()
        try:
            return self.get_response(request)
        finally:
            SECONDS.labels(vendor.slug).inc(time.perf_counter() - began)

    def _enter(self, vendor_id: UUID) -> bool:
        with self._lock:
            if self._at_work[vendor_id] >= settings.PORTAL_AT_ONCE_VENDOR:
                return False
            self._at_work[vendor_id] += 1
            return True

    def _leave(self, vendor_id: UUID) -> None:
        with self._lock:
            self._at_work[vendor_id] -= 1
            if not self._at_work[vendor_id]:
                del self._at_work[vendor_id]


def _refused(request: HttpRequest, vendor: Vendor, why: str, after_seconds: int) -> HttpResponseBase:
    REFUSED.labels(vendor.slug, why).inc()
    log.info("portal.told_to_wait", why=why)
    if request.path.startswith(API_PATH):
        return problem_response(
            429,
            "too_many_at_once",
            "This shop has as many requests under way as it may. Nothing was done: send it again.",
            Retry_After=str(after_seconds),
        )
    page = render_to_string("vendors/too_much_at_once.html", {"vendor": vendor, "seconds": after_seconds})
    return come_back(page, str(after_seconds), status=429)
