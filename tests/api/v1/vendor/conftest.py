"""A vendor's shop as its programs meet it: every answer is held against the document."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.marketplace.web.portal.conftest import asks_at_most, paid, picture
from tests.support.api import Held
from tests.support.traders import trade

__all__ = ["address", "asks_at_most", "everything_ten_percent", "paid", "picture", "put_on_shelf", "trade"]


@pytest.fixture
def at(program: Any, make_key: Any) -> Callable[..., Held]:
    """`at(vendor, "orders:read")`: a program with such a key; with none named, one that may do everything."""
    from tenants.shop.integrations.models import Scope

    def call(vendor: Any, *scopes: str) -> Held:
        found = Held(program(portal_of(vendor), make_key(vendor, *(scopes or Scope.values))), "vendor")
        found.get("/api/v1/vendor/shop")  # from now on the host is known, and that the key was used
        return found

    return call


@pytest.fixture
def lindqvist(make_vendor: Any, at: Any) -> Held:
    """All of Lindqvist's empty shop, which has said how it ships."""
    from tenants.isolation.doors import in_shop
    from tests.support.shipping import say_how

    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
    return at(vendor)
