"""Apps that call the storefront API; what each is answered is held against the document."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from tests.api.conftest import MARKET, Program
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import check_answer
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["address", "everything_ten_percent", "put_on_shelf", "sandbox", "sandbox_process"]
PREFIX = "/api/v1/storefront/"
# The two by which the test takes on the marketplace's database role and lays it down.
ROLE = 2


class App:
    """`app.get("listings?sort=price")`; a guest's cart and order go along once they are known."""

    def __init__(self, settings: Any, token: str = ""):
        self.program = Program(settings, MARKET, token)
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        answer = self.program.ask(method, PREFIX + path, body, **{**self.headers, **headers})
        check_answer("storefront", method, PREFIX + path, answer, exact=True)
        return answer

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.ask("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("DELETE", path, **headers)

    def begin_cart(self, **given: Any) -> Any:
        made = self.post("carts", given)
        assert made.status_code == 201, made.content
        if made.json()["token"]:
            self.headers["Souk-Cart"] = made.json()["token"]
        return made.json()["cart"]

    def put_in(self, shelf: Any, quantity: int = 1) -> Any:
        if "Authorization" not in self.program.headers and "Souk-Cart" not in self.headers:
            self.begin_cart()
        put = self.post("cart/lines", {"offer_id": str(shelf.offer.id), "quantity": quantity})
        assert put.status_code == 201, put.content
        return put.json()


@pytest.fixture
def app(db: None, settings: Any) -> App:
    """A guest's."""
    return App(settings)


@pytest.fixture
def another(db: None, settings: Any) -> Callable[..., App]:
    """`another()`, `another(token)`: somebody else's app."""
    return lambda token="": App(settings, token)


@pytest.fixture
def ada_app(make_user: Any, sign_in: Any, another: Callable[..., App]) -> App:
    """Of a customer who is signed in."""
    make_user("ada@example.org")
    return another(sign_in("ada@example.org"))
