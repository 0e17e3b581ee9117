"""The documents of the four audiences and their viewers."""

from typing import Any

import pytest
from drf_spectacular.validation import validate_schema

from tests.api.conftest import MARKET, OFFICE, portal_of
from tests.support.api import document_of, operations


@pytest.fixture
def hosts(make_vendor: Any) -> dict[str, str]:
    return {
        "storefront": MARKET,
        "vendor": portal_of(make_vendor("lindqvist")),
        "platform": OFFICE,
        "finance": OFFICE,
    }


@pytest.mark.parametrize("audience", ["storefront", "vendor", "platform", "finance"])
def test_every_audience_has_a_document_and_a_viewer_of_our_own(program: Any, hosts: Any, audience: str) -> None:
    caller = program(hosts[audience])
    document = caller.get(f"/api/v1/{audience}/openapi.json")
    assert document.status_code == 200
    found = document.json()
    assert found["openapi"] == "3.1.1"
    assert found["info"]["title"] == f"Souk {audience} API"
    assert all(path.startswith(f"/api/v1/{audience}/") for path in found["paths"])
    viewer = caller.get(f"/api/v1/{audience}/docs")
    assert viewer.status_code == 200
    assert "http://" not in viewer.content.decode()
    assert "https://" not in viewer.content.decode()
    assert "'unsafe-inline'" not in viewer["Content-Security-Policy"].split("style-src")[0]


@pytest.mark.parametrize(
    ("audience", "server"),
    [
        ("storefront", "http://localhost:8000"),
        ("vendor", "http://{vendor}.portal.localhost:8001"),
        ("platform", "http://office.localhost:8002"),
        ("finance", "http://office.localhost:8002"),
    ],
)
def test_a_document_says_where_it_is_served_and_how_people_sign_in(audience: str, server: str) -> None:
    found = document_of(audience)
    (told,) = found["servers"]
    assert told["url"] == server
    assert ("vendor" in told.get("variables", {})) == (audience == "vendor")
    assert "`POST http://localhost:8000/_allauth/app/v1/auth/login`" in found["info"]["description"]
    assert "good for 5 minutes" in found["info"]["description"]
    validate_schema(found)


@pytest.mark.parametrize("audience", ["storefront", "vendor", "platform", "finance"])
def test_a_document_tells_the_headers_of_every_answer(audience: str) -> None:
    known = document_of(audience)["components"]["headers"]
    for operation in operations(audience):
        for status, answer in operation.described["responses"].items():
            expected = {"RateLimit", "RateLimit-Policy"}
            expected |= {"ETag"} if operation.method == "get" and status in ("200", "304") else set()
            expected |= {"Location"} if status == "201" else set()
            expected |= (
                {"Idempotency-Replayed"} if operation.method != "get" and status in ("200", "201", "204") else set()
            )
            expected |= {"Retry-After"} if status in ("429", "503") else set()
            assert expected <= set(answer["headers"]), f"{operation} {status}"
            assert {each["$ref"].rpartition("/")[2] for each in answer["headers"].values()} <= set(known)


def test_a_problem_may_tell_the_prices_and_what_is_left() -> None:
    properties = document_of("storefront")["components"]["schemas"]["Problem"]["properties"]
    assert {"prices", "available"} <= set(properties)


def test_an_unknown_address_is_a_problem_document(program: Any) -> None:
    answer = program(MARKET).get("/api/v1/storefront/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
