"""A vendor's portal as its members meet it: each request runs as the vendor's own database role."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from tests.support.bought import bought, buy
from tests.support.browser import Browser, served_by

__all__ = ["bought", "buy"]


class Desk:
    """Somebody signed in to one portal: `get("/orders/")`, `post("/orders/…/acceptance/")`, redirects not followed."""

    def __init__(self, browser: Browser, vendor: Any, member: Any):
        self.browser, self.vendor, self.member = browser, vendor, member
        self.host = f"http://{vendor.slug}.portal.localhost:8001"
        client = browser.client(self.host)
        session = client.session
        session["person"] = {"id": str(member.id), "version": member.access_version, "host": self.host[7:]}
        session.save()
        client.cookies[browser.settings.SESSION_COOKIE_NAME] = session.session_key

    def get(self, path: str, *, follow: bool = False, **headers: str) -> Any:
        return self.browser.get(self.host + path, follow=follow, **headers)

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False, **headers: str) -> Any:
        if not headers:
            return self.browser.post(self.host + path, data, follow=follow)
        with served_by("portal"):
            return self.browser.client(self.host).post(path, data or {}, headers=headers)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()


@pytest.fixture
def desk_of(db: None, settings: Any) -> Callable[..., Desk]:
    """`desk_of(vendor, "viewer")`: a member of that role, signed in to the vendor's portal."""
    from accounts.signup import register_person
    from tenants.vendors.models import Member

    def sit(vendor: Any, role: str = "owner") -> Desk:
        person = register_person(
            email=f"{role}@{vendor.slug}.example", name=f"{role.title()} {vendor.name}", password="a long good one"
        )
        member = Member.objects.create(
            vendor=vendor, user_id=person.id, name=person.name, email=person.email, role=role
        )
        return Desk(Browser(settings), vendor, member)

    return sit


@pytest.fixture
def desk(make_vendor: Callable[..., Any], desk_of: Callable[..., Desk]) -> Desk:
    """The owner of Lindqvist, whose shop is empty; it has said how it ships."""
    from tenants.isolation.doors import in_shop
    from tests.support.shipping import say_how

    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
    return desk_of(vendor)


@pytest.fixture
def paid(put_on_shelf: Any, address: Any, everything_ten_percent: Any) -> Callable[..., Any]:
    """`order, lamp, soap = paid()`: three lamps at Lindqvist and a soap at Moreau, paid, their earnings held."""
    from django.utils import timezone

    from billing.payments.models import Payment
    from billing.payouts.actions import schedule_transfers
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
    from marketplace.checkout.actions import place_order
    from marketplace.orders.actions import mark_paid

    shelves: list[Any] = []

    def pay(quantity: int = 3) -> Any:
        if not shelves:
            shelves.extend([put_on_shelf("lindqvist", stock=30), put_on_shelf("moreau", stock=30)])
        lamp, soap = shelves
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=quantity)
        add_to_cart(cart=cart, offer_id=soap.offer.id)
        order = place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
        mark_paid(order.id)
        payment = Payment.objects.get(reference_id=order.id)
        payment.state, payment.paid_at = "paid", timezone.now()
        payment.save()
        schedule_transfers(payment)
        return order, lamp, soap

    return pay


def png(width: int = 60, height: int = 40, kind: str = "PNG") -> io.BytesIO:
    """A small picture as a file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (180, 85, 47)).save(file, kind)
    file.seek(0)
    file.name = f"picture.{kind.lower()}"
    return file


@pytest.fixture
def asks_at_most() -> Callable[[int], Any]:
    """`with asks_at_most(8):` no more than so many queries; what only takes and leaves a role is not one."""

    @contextmanager
    def within(most: int) -> Iterator[None]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            yield
        asked = [query["sql"] for query in captured if not query["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))]
        assert len(asked) <= most, "\n".join(asked)

    return within


@pytest.fixture
def picture() -> Callable[..., io.BytesIO]:
    return png
