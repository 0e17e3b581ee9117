import re
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from observability import metrics
from observability.metrics import DATABASE_FIGURES, exposition
from tests.test_docs import OPERATOR, table_under

urlpatterns = [path("orders/<int:order>/", lambda request, order: HttpResponse(status=201))]
# Brought by the client library, about the process itself.
NOT_OURS = re.compile("python_|process_")


@pytest.fixture(autouse=True)
def read_anew():
    DATABASE_FIGURES.forget()
    yield
    DATABASE_FIGURES.forget()


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["observability.middleware.HealthMiddleware", "observability.middleware.RequestMiddleware"]
    return Client()


def seen(method, route, status):
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("http_request_duration_seconds_count", labels) or 0


def test_a_request_is_counted_by_its_pattern_never_by_its_address(client):
    before = seen("GET", "/orders/<int:order>/", 201)
    client.get("/orders/17/?token=abc")
    client.get("/orders/18/")
    assert seen("GET", "/orders/<int:order>/", 201) == before + 2
    page = exposition().decode()
    assert "/orders/17" not in page
    assert "abc" not in page


def test_whoever_knocks_makes_up_no_series(client):
    before = seen("GET", "none", 404), seen("other", "none", 404)
    client.get("/mira@example.org/")
    client.get("/static/nothing-here.css")
    client.generic("BREW", "/coffee/")
    assert (seen("GET", "none", 404), seen("other", "none", 404)) == (before[0] + 2, before[1] + 1)
    assert "mira" not in exposition().decode()
    assert "BREW" not in exposition().decode()


def test_health_checks_are_not_counted(client):
    client.get("/livez")
    client.get("/metrics")
    assert "/livez" not in exposition().decode()


@pytest.mark.django_db
def test_figures_that_cannot_be_read_leave_the_others(monkeypatch):
    def broken():
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")

    monkeypatch.setitem(metrics._figures, "books", broken)
    with capture_logs() as lines:
        page = exposition().decode()
    assert 'figures_failed{figures="books"} 1.0' in page
    assert 'figures_failed{figures="orders"} 0.0' in page
    assert 'orders_total{event="placed"} 0.0' in page
    assert "ledger_trial_balance_minor{" not in page
    (line,) = (line for line in lines if line["event"] == "figures_failed")
    assert (line["figures"], line["cause"]) == ("books", "ProgrammingError")


@pytest.mark.django_db
def test_a_second_scrape_does_not_ask_the_database_again(django_assert_num_queries):
    exposition()
    with django_assert_num_queries(0):
        exposition()


def test_who_may_not_read_the_figures_does_not_try(settings, django_assert_num_queries):
    settings.TELLS_FIGURES = False
    page = exposition().decode()  # and pytest-django refuses the database here
    assert "http_request_duration_seconds" in page


@pytest.mark.django_db
def test_the_operators_table_names_every_series_and_no_other():
    import live.metrics  # noqa: F401 (no other process has these)

    told = {
        sample
        for family in text_string_to_metric_families(exposition().decode())
        if not NOT_OURS.match(family.name)
        for sample in [family.name + "_total" if family.type == "counter" else family.name]
    }
    documented = {
        name: set(re.findall(r"`([a-z]+)`", labels))
        for names, labels, *_ in table_under("Metrics", OPERATOR)
        for name in re.findall(r"`([a-z_]+)`", names)
    }
    # Told once there has been a match.
    assert set(documented) - told == {"reconciliation_age_seconds"}
    assert told - set(documented) == set()


@pytest.mark.django_db
def test_the_operators_table_names_every_label():
    import live.metrics  # noqa: F401

    labels = {
        name: set(labels)
        for family in REGISTRY.collect()
        for name, labels in _labels(family)
        if not NOT_OURS.match(name)
    }
    documented = {
        name: set(re.findall(r"`([a-z]+)`", cell))
        for names, cell, *_ in table_under("Metrics", OPERATOR)
        for name in re.findall(r"`([a-z_]+)`", names)
    }
    assert {name: documented[name] for name in labels} == labels


def _labels(family):
    for sample in family.samples:
        name = family.name + "_total" if family.type == "counter" else family.name
        yield name, set(sample.labels) - {"le"}


def test_every_series_is_defined_in_a_file_of_metrics():
    root = Path(__file__).resolve().parents[3]
    makers = re.compile(r"^from prometheus_client import .*\b(Counter|Gauge|Histogram|Summary)\b", re.MULTILINE)
    for room in ("api", "billing", "marketplace", "platform", "tenants"):
        for file in (root / room).rglob("*.py"):
            if makers.search(file.read_text()):
                assert file.name == "metrics.py", file
