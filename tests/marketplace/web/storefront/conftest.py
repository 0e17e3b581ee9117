"""The storefront as a browser meets it: served with the marketplace's own database role."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.bought import bought, buy
from tests.support.browser import Browser
from tests.support.sandbox import sandbox, sandbox_process

__all__ = ["bought", "buy", "sandbox", "sandbox_process"]


class Shopper:
    """Somebody at the marketplace: `get("/cart/")`, `post("/cart/add/", {...})`, without following redirects."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.client = browser.client(MARKET)

    def get(self, path: str, *, follow: bool = False, **headers: str) -> Any:
        return self.browser.get(MARKET + path, follow=follow, **headers)

    def text(self, path: str) -> str:
        found: str = self.get(path).content.decode()
        return found

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False) -> Any:
        return self.browser.post(MARKET + path, data, follow=follow)

    def htmx(self, path: str, data: dict[str, Any]) -> Any:
        from tests.support.browser import served_by

        with served_by("market"):
            return self.client.post(path, data, headers={"HX-Request": "true"})

    def put_in(self, shelf: Any, quantity: int = 1) -> Any:
        return self.post("/cart/add/", {"offer": str(shelf.offer.id), "quantity": quantity})


MARKET = "http://localhost:8000"


@pytest.fixture
def shopper(db: None, settings: Any) -> Shopper:
    return Shopper(Browser(settings))


@pytest.fixture
def details(address: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """`details(5390, country="HU")`: what the form of the checkout sends, of whoever saw that total."""

    def of(total: int, **changes: Any) -> dict[str, Any]:
        from marketplace.carts.models import Cart

        cart = Cart.objects.get()
        return {"email": "ada@vermeer.example", **address, "version": cart.version, "total": total, **changes}

    return of


@pytest.fixture
def another(db: None, settings: Any) -> Callable[[], Shopper]:
    """`another()`: somebody else, with a browser of their own."""
    return lambda: Shopper(Browser(settings))


@pytest.fixture
def ada(db: None) -> Any:
    from accounts.signup import register_person

    return register_person(email="ada@vermeer.example", name="Ada Vermeer", password=PASSWORD)


PASSWORD = "a-long-enough-word-42"


@pytest.fixture
def sign_in() -> Callable[[Shopper, Any], None]:
    def into(shopper: Shopper, user: Any) -> None:
        shopper.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)

    return into
