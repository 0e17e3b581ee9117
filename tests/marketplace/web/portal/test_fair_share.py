"""One vendor's many requests keep no other vendor's waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from prometheus_client import REGISTRY

from tenants.isolation.doors import bind_vendor
from tenants.vendors.fair_share import FairShareMiddleware

PATHS = ("/orders/", "/api/v1/vendor/orders")


@pytest.fixture
def vendors(make_vendor):
    cache.clear()
    return make_vendor("lindqvist"), make_vendor("moreau")


def ask(middleware, vendor, path="/orders/"):
    request = RequestFactory().get(path)
    request.vendor = vendor
    with bind_vendor(vendor):
        return middleware(request)


def refusals(slug):
    return REGISTRY.get_sample_value("vendor_requests_refused_total", {"vendor": slug, "why": "rate"}) or 0


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_vendor_never_has_the_last_places_and_others_go_in(vendors, settings, path):
    settings.PORTAL_AT_ONCE_VENDOR = 2
    lindqvist, moreau = vendors
    inside, leave = threading.Semaphore(0), threading.Event()

    def slow(request):
        if request.vendor == lindqvist:
            inside.release()
            assert leave.wait(30)
        return HttpResponse("done")

    middleware = FairShareMiddleware(slow)

    def ask_and_close():
        answer = ask(middleware, lindqvist, path)
        answer.close()
        return answer.status_code

    with ThreadPoolExecutor(2) as pool:
        taken = [pool.submit(ask_and_close) for _ in range(2)]
        assert all(inside.acquire(timeout=30) for _ in range(2))
        refused = ask(middleware, lindqvist, path)
        assert (refused.status_code, refused["Retry-After"]) == (429, "1")
        if path.startswith("/api/"):
            assert b"too_many_at_once" in refused.content
        else:
            assert b"send it again in 1 second." in refused.content
        assert ask(middleware, moreau, path).content == b"done"
        leave.set()
        assert [each.result() for each in taken] == [200, 200]
    assert ask(middleware, lindqvist, path).content == b"done"


@pytest.mark.django_db(transaction=True)
def test_a_streamed_answer_is_at_work_until_it_is_sent_and_a_failure_leaves_its_place(vendors, settings):
    settings.PORTAL_AT_ONCE_VENDOR = 1
    lindqvist, _ = vendors
    answers = iter([StreamingHttpResponse(iter([b"a", b"b"]))])

    def view(request):
        found = next(answers, None)
        if found is None:
            raise RuntimeError("broken")
        return found

    middleware = FairShareMiddleware(view)
    streamed = ask(middleware, lindqvist)
    assert ask(middleware, lindqvist).status_code == 429
    assert b"".join(streamed.streaming_content) == b"ab"
    streamed.close()
    for _ in range(3):
        with pytest.raises(RuntimeError):
            ask(middleware, lindqvist)


@pytest.mark.django_db(transaction=True)
def test_so_many_pages_a_minute_and_then_a_page_that_says_when(make_vendor, desk_of, settings):
    cache.clear()
    settings.PORTAL_RATE_VENDOR = 2
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    desk, other = desk_of(lindqvist), desk_of(moreau)
    before = refusals("lindqvist")
    assert [desk.get("/orders/").status_code for _ in range(3)] == [200, 200, 429]
    refused = desk.get("/orders/")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "Lindqvist" in refused.content.decode()
    assert "One moment, please" in refused.content.decode()
    assert refusals("lindqvist") == before + 2
    assert other.get("/orders/").status_code == 200
