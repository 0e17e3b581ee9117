"""The documents of the four audiences and their viewers."""

from typing import Any

import pytest

from tests.api.conftest import MARKET, OFFICE, portal_of


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


def test_an_unknown_address_is_a_problem_document(program: Any) -> None:
    answer = program(MARKET).get("/api/v1/storefront/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
