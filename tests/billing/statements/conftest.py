from collections.abc import Callable
from typing import Any

import pytest

from tests.support.months import Trade


@pytest.fixture
def trade(db: None) -> Trade:
    return Trade()


@pytest.fixture
def lindqvist(make_vendor: Callable[..., Any]) -> Any:
    return make_vendor(
        "lindqvist", country="SE", legal_name="Lindqvist Keramik AB", vat_id="SE556677889901", city="Göteborg"
    )


@pytest.fixture
def moreau(make_vendor: Callable[..., Any]) -> Any:
    return make_vendor("moreau", country="DE", legal_name="Moreau Thé GmbH")
