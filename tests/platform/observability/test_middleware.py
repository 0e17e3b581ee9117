import uuid

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from structlog.testing import capture_logs

from kit.context import current_request

ORDER = uuid.UUID("0192f5a8-4412-7123-8123-123456789012")


def show(request, **captured):
    info = current_request.get()
    info.person_id, info.extra["vendor"] = "person-1", "lindqvist"
    return HttpResponse(info.request_id)


def fail(request):
    raise RuntimeError("broken")


urlpatterns = [
    path("orders/<uuid:order>/<int:line>/<str:key>/", show),
    path("broken/", fail),
]


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["observability.middleware.HealthMiddleware", "observability.middleware.RequestMiddleware"]
    return Client(raise_request_exception=False)


def logged(client, address):
    with capture_logs() as lines:
        response = client.get(address)
    return response, [line for line in lines if line["event"] == "request"]


def test_a_request_leaves_one_line_with_route_and_ids_and_without_the_address(client):
    response, (line,) = logged(client, f"/orders/{ORDER}/3/one-time-key/?token=abc")
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "orders/<uuid:order>/<int:line>/<str:key>/",
        "status": 200,
        "order": str(ORDER),
        "line": "3",
        "person": "person-1",
        "vendor": "lindqvist",
    }
    assert response.headers["X-Request-ID"] == response.content.decode()
    assert uuid.UUID(response.content.decode()).version == 7


def test_two_requests_have_two_ids_and_leave_nothing_behind(client):
    first, second = client.get("/orders/0"), client.get("/orders/0")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert current_request.get() is None


def test_a_failed_request_is_told_with_its_status(client):
    _, (line,) = logged(client, "/broken/")
    assert (line["status"], line["route"]) == (500, "broken/")


def test_an_unknown_path_is_not_quoted(client):
    _, (line,) = logged(client, "/mira@example.org/")
    assert (line["status"], line["route"]) == (404, None)
    assert "mira" not in str(line)


def test_health_checks_leave_no_line(client):
    _, lines = logged(client, "/livez")
    assert lines == []
