"""Programs that call the API: tokens and keys, and a caller for each host."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from tests.support.browser import Browser, face_of, served_by
from tests.support.office import ALIASES

MARKET, OFFICE = "http://localhost:8000", "http://office.localhost:8002"


def portal_of(vendor: Any) -> str:
    return f"http://{vendor.slug}.portal.localhost:8001"


class Program:
    """`Program(settings, portal_of(vendor), token).post("/api/v1/vendor/products", {...})`, with the face's own role."""

    def __init__(self, settings: Any, host: str, token: str = ""):
        self.browser, self.host = Browser(settings), host
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """`Idempotency_Key="…"` becomes the header of that name."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.browser.client(self.host)
        with served_by(face_of(self.host)):
            return client.generic(
                method,
                path,
                b"" if body is None else json.dumps(body).encode(),
                content_type="application/json",
                headers={**self.headers, **named},
            )

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("PATCH", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("DELETE", path, **headers)


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user("ada@example.org", "a long good one")`: somebody whose address is confirmed."""
    from accounts.signup import register_person

    return lambda email, password="a long good one": register_person(email=email, name="Ada Berg", password=password)


@pytest.fixture
def sign_in(settings: Any) -> Callable[..., str]:
    """`sign_in("ada@example.org")`: an access token, from allauth's own endpoint."""

    def login(email: str, password: str = "a long good one") -> str:
        answer = Program(settings, MARKET).post("/_allauth/app/v1/auth/login", {"email": email, "password": password})
        assert answer.status_code == 200, answer.content
        return str(json.loads(answer.content)["meta"]["access_token"])

    return login


@pytest.fixture
def member_token(make_user: Callable[..., Any], sign_in: Callable[..., str]) -> Callable[..., str]:
    """`member_token(vendor, "orders")`: the access token of a new member of that role."""
    from tenants.vendors.models import Member

    def join(vendor: Any, role: str = "owner") -> str:
        email = f"{role}@{vendor.slug}.example"
        user = make_user(email)
        Member.objects.create(vendor=vendor, user_id=user.id, name=user.name, email=email, role=role)
        return sign_in(email)

    return join


@pytest.fixture
def staff_token(make_user: Callable[..., Any], sign_in: Callable[..., str]) -> Callable[..., str]:
    """`staff_token("finance")`: the access token of somebody new on the staff, here an accountant."""
    from accounts.actions import add_staff_member
    from accounts.models import StaffRole

    def join(role: str = "administrator") -> str:
        email = f"{role}@souk.example"
        add_staff_member(user=make_user(email), role=StaffRole(ALIASES.get(role, role)))
        return sign_in(email)

    return join


@pytest.fixture
def make_key() -> Callable[..., str]:
    """`make_key(vendor, "orders:read", "orders:write")`: a key of that vendor's shop, made by its member "keys@…"."""
    from kit import clock
    from kit.ids import uuid7
    from tenants.isolation.doors import in_shop
    from tenants.shop.integrations.actions import make_key as make
    from tenants.vendors.models import Member

    def key(vendor: Any, *scopes: str, days: int = 30) -> str:
        maker, _ = Member.objects.get_or_create(
            vendor=vendor, email=f"keys@{vendor.slug}.example", defaults={"user_id": uuid7(), "role": "manager"}
        )
        with in_shop(vendor):
            until = clock.now() + timedelta(days=days)
            return make(name="Test", scopes=scopes, expires_at=until, by=maker.user_id)[1]

    return key


@pytest.fixture
def program(settings: Any) -> Callable[..., Program]:
    """`program(MARKET)`, `program(portal_of(vendor), token)`, `program(OFFICE, token)`."""
    return lambda host, token="": Program(settings, host, token)
