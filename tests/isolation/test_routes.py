"""Every route of every face, walked as anybody who should not get through, and as everybody who should.

Routes come from the URL configurations and rights from `routes.txt`, so that a new route is held from its first day. The APIs
are walked by their documents, with bodies: tests/api/test_walls.py, tests/api/v1/test_office.py.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse

from accounts.models import StaffRole
from tenants.vendors.models import MemberRole
from tests.api.conftest import MARKET, OFFICE, make_user
from tests.isolation.routes import FACES, Allowed, Route, declared, routes, table
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.marketplace.web.portal.conftest import desk_of, paid
from tests.support.api import AnyId, undone
from tests.support.browser import Browser, served_by
from tests.support.office import desk
from tests.support.traders import Trade, trade

__all__ = [
    "address",
    "desk",
    "desk_of",
    "everything_ten_percent",
    "make_user",
    "paid",
    "put_on_shelf",
    "trade",
]

TABLE = table()
# They ask the provider before they look for what is not there; and the last ends whoever walks.
UNWALKED = {"/finance/reconciliation/matches/", "/finance/orders/<uuid:order_id>/healing/", "/team/leaving/"}
# Even at home they are not there without what else they take: a wish, a price, the provider's word, a file made later.
WANTS_MORE = {
    "/sell/invited/<uuid:invitation_id>/",
    "/money/documents/<uuid:document_id>.pdf",
    "/money/invoices/<uuid:sales_invoice_id>.pdf",
    "/orders/<slug:number>/invoices/<uuid:sales_invoice_id>.pdf",
    "/products/<uuid:product_id>/state/",
    "/sell/<slug:slug>/plan/switch/<uuid:price_id>/",
    "/orders/<slug:number>/paid/",
}
# Done twice is no error, so what is not there (any more) is none.
NO_MATTER = {"/account/addresses/<uuid:address_id>/remove/", "/account/addresses/<uuid:address_id>/default/"}
OPEN = {"anybody"}
SHUT = {403, 405}


def pages(face: str) -> list[Route]:
    return [route for route in routes(face) if not route.is_api]


def of(route: Route) -> Allowed:
    return TABLE[str(route)]


def is_for_all(route: Route) -> bool:
    return bool(OPEN & {*of(route).reads, *of(route).writes})


# --- The table ------------------------------------------------------------------------------------------------------------


def test_every_route_declares_its_permission_and_stands_in_the_table() -> None:
    found = {str(route): declared(route) for face in FACES for route in routes(face)}
    assert [name for name, who in found.items() if who is None] == []
    assert len(found) > 400
    missing = [f"{name} : {who}" for name, who in found.items() if name not in TABLE]
    gone = [name for name in TABLE if name not in found]
    changed = [f"{name} : {who}" for name, who in found.items() if name in TABLE and str(TABLE[name]) != str(who)]
    assert (missing, gone, changed) == ([], [], [])


def test_a_route_without_a_permission_would_be_found() -> None:
    def view(request: Any) -> None: ...

    assert declared(Route("market", "/new/", view)) is None


# --- Roles ----------------------------------------------------------------------------------------------------------------


def gates(route: Route, role: str) -> Iterator[tuple[str, bool]]:
    """(method, may this role) for looking and for changing. That no method answers, one who may do everything tries."""
    for method, who in (("get", of(route).reads), ("post", of(route).writes)):
        if who or role in (MemberRole.OWNER, StaffRole.ADMINISTRATOR):
            yield method, role in who


def walked(desk: Any, role: str, face: str, ids: Any) -> list[str]:
    """What was not as the table has it, when somebody of this role tries everything; ids that nothing has lead to a 404."""
    wrong = []
    for route in pages(face):
        if is_for_all(route) or route.pattern in UNWALKED:
            continue
        for method, may in gates(route, role):
            with undone():
                answer = getattr(desk, method)(route.at(ids))
                status, _ = answer.status_code, read(answer, face)
            if (status not in SHUT) != may or status >= 500:
                wrong.append(f"{role} {method} {route.pattern}: {status}")
    return wrong


def test_each_member_opens_what_the_role_includes_and_nothing_else(
    make_vendor: Any, desk_of: Any, settings: Any
) -> None:
    settings.PORTAL_RATE_VENDOR = 100_000  # six people at once, each faster than any
    vendor = make_vendor("lindqvist")
    assert len(pages("portal")) > 60
    assert [
        wrong for role in MemberRole.values for wrong in walked(desk_of(vendor, role), role, "portal", AnyId())
    ] == []


def test_each_of_the_staff_opens_what_the_role_includes_and_nothing_else(desk: Any) -> None:
    assert len(pages("office")) > 110
    assert [wrong for role in StaffRole.values for wrong in walked(desk(role), role, "office", AnyId())] == []


# --- Staff who look in ------------------------------------------------------------------------------------------------------


def test_staff_who_look_in_open_what_says_so_and_nothing_else(neighbors: tuple[Trade, Trade], settings: Any) -> None:
    """Every address of the portal with all that it names, looked at and sent to: what does not say "visit" is refused."""
    from tests.support.visiting import visiting

    mine, _ = neighbors
    desk = visiting(settings, mine.vendor)
    opened, wrong = 0, []
    # The API has callers of its own, and a session is none of them.
    for route in routes("portal"):
        if is_for_all(route):
            continue
        ids = AnyId() if route.is_api else AnyId(ids_of(mine, route))
        for method, who in (("get", of(route).reads), ("post", of(route).writes)):
            may = "visit" in who
            with undone():
                answer = getattr(desk, method)(route.at(ids))
                text = read(answer)
            refused = {401, 405} if route.is_api else SHUT
            right = answer.status_code == 200 if may and route.pattern not in WANTS_MORE else True
            if (answer.status_code not in refused) != may or not right:
                wrong.append(f"{method} {route.pattern}: {answer.status_code}")
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                assert b"Looks like a bug, says the shop" in text, route
            opened += may
    assert wrong == []
    assert opened == sum("visit" in of(route).reads for route in routes("portal")) > 30
    assert not any("visit" in of(route).writes for face in FACES for route in routes(face))


# --- Nobody, and customers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "a customer"])
@pytest.mark.parametrize("face", ["portal", "office"])
def test_nobody_and_no_customer_gets_past_the_way_to_sign_in(
    face: str, who: str, make_vendor: Any, make_user: Any, settings: Any
) -> None:
    make_vendor("lindqvist")
    browser = Browser(settings)
    host = "http://lindqvist.portal.localhost:8001" if face == "portal" else OFFICE
    if who == "a customer":
        cookie = signed_in(browser, make_user("ada@vermeer.example"))
        browser.client(host).cookies[f"souk_{face}"] = cookie
    closed = [route for route in pages(face) if not is_for_all(route)]
    assert len(closed) > 60
    for route in closed:
        for method in ("get", "post"):
            ask = getattr(browser, method)
            answer = ask(host + route.at(AnyId()), follow=False)
            assert answer.status_code == 302, route
            assert answer["Location"].startswith(f"http://localhost:8000/handoff/?to={face}"), route


def test_who_is_not_signed_in_gets_nowhere_that_is_a_customers(make_vendor: Any, settings: Any) -> None:
    make_vendor("lindqvist")
    browser = Browser(settings)
    own = [route for route in pages("market") if not is_for_all(route)]
    assert len(own) > 30
    for route in own:
        kinds = {*of(route).reads, *of(route).writes}
        for method, who in (("get", of(route).reads), ("post", of(route).writes)):
            answer = getattr(browser, method)(MARKET + route.at(AnyId()), follow=False)
            if who == ("customer",):
                assert (answer.status_code, answer["Location"][:17]) == (302, "/accounts/login/?"), route
            elif not who:
                assert answer.status_code in (302, 404, 405), route
            else:
                assert answer.status_code in (400, 403, 404), (route, kinds, answer.status_code)


# --- Somebody else's --------------------------------------------------------------------------------------------------------


def ids_of(trade: Trade, route: Route) -> dict[str, Any]:
    """An id of that vendor's own for each name. Two things are called a document: one is a product's."""
    from tenants.isolation.doors import in_shop
    from tenants.onboarding.models import VendorDocument
    from tenants.shop.catalog.models import Document
    from tenants.shop.integrations.models import ApiKey

    found = {**trade.ids, "path": f"pictures/{trade.vendor.id}/none.webp"}
    if "/documents/<uuid:document_id>/" in route.pattern and "/money/" not in route.pattern:
        with in_shop(trade.vendor):
            found["document_id"] = Document.objects.get().id
    if route.pattern.startswith("/onboarding/files/"):
        found["document_id"] = VendorDocument.objects.get(vendor=trade.vendor).id
    if "key_id" in route.names:
        with in_shop(trade.vendor):
            found["key_id"] = ApiKey.objects.get().id
    return found


@pytest.fixture
def neighbors(trade: tuple[Trade, Trade]) -> tuple[Trade, Trade]:
    """(Lindqvist, Moreau), each with all that an address of the portal can name."""

    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from kit import clock
    from tenants.isolation.doors import in_shop
    from tenants.shop.catalog.models import Document
    from tenants.shop.integrations.actions import make_key
    from tenants.vendors.models import Member

    for one in trade:
        with in_shop(one.vendor):
            path = f"documents/{one.vendor.id}/{one.ids['product_id']}/x.pdf"
            Document.objects.create(
                product_id=one.ids["product_id"],
                title="Certificate",
                path=storages["private"].save(path, ContentFile(b"%PDF-1.7")),
                content_type="application/pdf",
                size_bytes=8,
            )
            maker = Member.objects.filter(vendor=one.vendor).first()
            make_key(
                name=f"Key of {one.vendor.slug}",
                scopes=["orders:read"],
                expires_at=clock.now() + timedelta(days=1),
                by=maker.user_id,
            )
    return trade


def test_what_is_another_vendors_is_not_there_on_any_page(neighbors: tuple[Trade, Trade], desk_of: Any) -> None:
    """Asked by an owner, who may do everything at home. The control: there it is."""
    mine, theirs = neighbors
    thief, owner = desk_of(mine.vendor), desk_of(theirs.vendor)
    named = [route for route in pages("portal") if route.names and "path" not in route.names]
    assert len(named) > 30
    got, lost = [], []
    for route in named:
        ids = ids_of(theirs, route)
        for method, who in (("get", of(route).reads), ("post", of(route).writes)):
            if not who:
                continue
            with undone():
                status = getattr(thief, method)(route.at(ids)).status_code
            if status != 404:
                got.append(f"{method} {route.pattern}: {status}")
            with undone():
                status = getattr(owner, method)(route.at(ids)).status_code
            if (status in (403, 404, 405) or status >= 500) and route.pattern not in WANTS_MORE:
                lost.append(f"{method} {route.pattern}: {status}")
    assert got == []
    assert lost == []


def test_no_page_and_no_stream_names_another_vendor(neighbors: tuple[Trade, Trade], desk_of: Any) -> None:
    mine, theirs = neighbors
    thief, owner = desk_of(mine.vendor), desk_of(theirs.vendor)
    marks = [theirs.vendor.name, theirs.vendor.slug, theirs.vendor.schema_name, str(theirs.vendor.id)]
    marks += [str(id) for id in theirs.ids.values()]
    lists = [route for route in pages("portal") if not route.names and of(route).reads and not is_for_all(route)]
    assert len(lists) >= 25
    seen_at_home = 0
    for route in lists:
        text = content(thief.get(route.pattern))
        assert [mark for mark in marks if mark in text] == [], route
        seen_at_home += any(mark in content(owner.get(route.pattern)) for mark in marks)
    assert seen_at_home > 20


def content(answer: Any) -> str:
    assert answer.status_code == 200
    return read(answer).decode()


def read(answer: Any, face: str = "portal") -> bytes:
    """All of it: an answer that nobody reads to its end is one that the shop is still at."""
    if isinstance(answer, StreamingHttpResponse):
        with served_by(face):
            return b"".join(answer.streaming_content)
    return bytes(answer.content)


def test_no_customer_gets_at_another_customers_or_a_vendors(
    neighbors: tuple[Trade, Trade], make_user: Any, desk_of: Any, settings: Any, address: dict[str, str]
) -> None:
    """Ada has ordered and keeps an address; Lindqvist's owner is somebody who also shops. Ines has a shop of her own."""
    from datetime import timedelta

    from accounts.models import Address
    from kit import clock
    from marketplace.orders.models import Order
    from privacy.models import DataRequest
    from tenants.onboarding.models import ResumeLink
    from tenants.vendors.models import Member

    mine, theirs = neighbors
    order = Order.objects.get()
    ada, ines = make_user("ada@vermeer.example"), make_user("ines@moreau.example")
    Order.objects.update(user=ada)
    Member.objects.create(vendor=theirs.vendor, user_id=ada.id, name="Ada", email=ada.email)
    Member.objects.create(vendor=mine.vendor, user_id=ines.id, name="Ines", email=ines.email)
    kept = Address.objects.create(user=ada, **address)
    until = clock.now() + timedelta(days=1)
    copy = DataRequest.objects.create(kind="export", user=ada, email=ada.email, content=b"PK", expires_at=until)
    link = ResumeLink.objects.create(vendor=theirs.vendor, expires_at=clock.now() + timedelta(days=1))
    back = {
        name: theirs.ids[name]
        for name in ("return_id", "photo_id", "claim_id", "about", "vendor_order_id", "message_photo_id")
    }
    ids = AnyId(
        number=order.number,
        slug=theirs.vendor.slug,
        address_id=kept.id,
        link_id=link.id,
        data_request_id=copy.id,
        **back,
    )
    named = [route for route in pages("market") if re.search("^/(orders|account|sell)/.*<", route.pattern)]
    assert len(named) > 15
    thief, owner = Browser(settings), Browser(settings)
    signed_in(thief, ines)
    signed_in(owner, ada)
    got, lost = [], []
    for route in named:
        for method, who in (("get", of(route).reads), ("post", of(route).writes)):
            if who:
                status = getattr(thief, method)(MARKET + route.at(ids), follow=False).status_code
                if status != 404 and route.pattern not in NO_MATTER:
                    got.append(f"{method} {route.pattern}: {status}")
        if of(route).reads and route.pattern not in WANTS_MORE:
            status = owner.get(MARKET + route.at(ids), follow=False).status_code
            if status not in (200, 303):
                lost.append(f"get {route.pattern}: {status}")
    assert got == []
    assert lost == []
    assert list(Address.objects.values("id", "user_id", "is_default")) == [
        {"id": kept.id, "user_id": ada.id, "is_default": kept.is_default}
    ]


def signed_in(browser: Browser, user: Any) -> str:
    """Sign somebody in on the marketplace; gives the cookie."""
    client = browser.client(MARKET)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.cookies[browser.settings.SESSION_COOKIE_NAME].value)
