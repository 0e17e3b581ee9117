"""Pages that keep a part of themselves new: what the part is, who hears of it, and which facts they hear of."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from live import tickets
from marketplace.fulfillment.actions import accept
from marketplace.returns.live import board_topic, order_topic
from outbox.tasks import deliver
from tests.marketplace.web.portal.conftest import Desk, desk_of, paid
from tests.marketplace.web.storefront.conftest import Shopper, ada, another, shopper, sign_in

__all__ = ["ada", "another", "desk_of", "paid", "shopper", "sign_in"]


def attribute(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def ticket_of(page: str) -> tickets.Ticket:
    return tickets.read(parse_qs(urlsplit(attribute(page, "stream")).query)["ticket"][0])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics that were told of, and who heard nothing more, in order."""
    from live import news

    heard: list[str] = []
    monkeypatch.setattr(news, "_send", lambda kept, _: heard.extend(key.removeprefix("news:") for key in kept))
    return heard


def test_a_board_gives_its_part_alone_and_304_while_it_is_the_same(paid: Any, desk_of: Any) -> None:
    order, lamp, soap = paid()
    lindqvist, moreau = desk_of(lamp.vendor), desk_of(soap.vendor)
    page = lindqvist.text("/orders/board/")
    part = attribute(page, "part")
    assert part == "/orders/board/?part=live"
    same = lindqvist.get(part, if_none_match=attribute(page, "etag"))
    assert (same.status_code, same.content) == (304, b"")
    mine = order.vendor_orders.get(vendor_id=lamp.vendor.id)
    lindqvist.post(f"/orders/{mine.id}/acceptance/")
    answer = lindqvist.get(part, if_none_match=attribute(page, "etag"))
    fragment = answer.content.decode()
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert "<html" not in fragment
    assert f'data-live-key="{mine.id}" data-live-state="accepted"' in fragment
    assert answer["ETag"] != attribute(page, "etag")
    # Each hears of its own orders, and the part of each holds no other's.
    tickets_of = {desk: ticket_of(desk.text("/orders/board/")) for desk in (lindqvist, moreau)}
    for desk, shelf in ((lindqvist, lamp), (moreau, soap)):
        ticket = tickets_of[desk]
        assert ticket.topics == (board_topic(shelf.vendor.id),)
        assert (ticket.who, ticket.vendor) == (f"member:{desk.member.id}", str(shelf.vendor.id))
    assert str(mine.id) not in moreau.get(part).content.decode()


def test_who_lost_the_role_gets_no_part_and_no_ticket(paid: Any, desk_of: Any) -> None:
    _, lamp, _ = paid()
    desk: Desk = desk_of(lamp.vendor, "orders")
    part = attribute(desk.text("/orders/board/"), "part")
    desk.member.role = "catalog"
    desk.member.save()
    answer = desk.get(part)
    assert (answer.status_code, answer.has_header("Souk-Stream")) == (403, False)
    desk.member.access_version += 1
    desk.member.save()
    answer = desk.get(part)
    assert (answer.status_code, answer.has_header("Souk-Stream")) == (302, False)


def test_an_orders_page_keeps_itself_new_for_a_guest_with_its_link_and_for_nobody_else(
    paid: Any, shopper: Shopper, another: Any
) -> None:
    from marketplace.orders.links import order_url

    order, _, _ = paid()
    shopper.get(urlsplit(order_url(order))._replace(scheme="", netloc="").geturl())
    page = shopper.text(f"/orders/{order.number}/")
    ticket = ticket_of(page)
    assert ticket.topics == (order_topic(order.id),)
    assert ticket.who == ticket.session != ""
    assert shopper.browser.client("http://localhost:8000").session.session_key not in attribute(page, "stream")
    part = attribute(page, "part")
    assert shopper.get(part, if_none_match=attribute(page, "etag")).status_code == 304
    accept(vendor_order_id=order.vendor_orders.first().id, by=order.id)
    answer = shopper.get(part, if_none_match=attribute(page, "etag"))
    assert (answer.status_code, answer["ETag"] != attribute(page, "etag")) == (200, True)
    assert "Taken on by the shop" in answer.content.decode()
    assert another().get(part).status_code == 404


def test_customer_and_board_hear_of_what_a_vendor_does_and_no_other_vendor_does(paid: Any, told: list[str]) -> None:
    order, lamp, soap = paid()
    deliver()
    assert {f"last:{order_topic(order.id)}", *(f"last:{board_topic(one.vendor.id)}" for one in (lamp, soap))} <= set(
        told
    )
    told.clear()
    accept(vendor_order_id=order.vendor_orders.get(vendor_id=lamp.vendor.id).id, by=order.id)
    deliver()
    assert sorted(told) == sorted([f"last:{order_topic(order.id)}", f"last:{board_topic(lamp.vendor.id)}"])


def test_streams_end_with_role_sign_out_and_access(paid: Any, desk_of: Any, told: list[str]) -> None:
    from accounts.actions import end_access
    from tenants.vendors.team import change_role

    _, lamp, _ = paid()
    owner, clerk = desk_of(lamp.vendor), desk_of(lamp.vendor, "orders")
    session = ticket_of(clerk.text("/orders/board/")).session
    deliver()
    told.clear()
    clerk.post("/sign-out/")
    deliver()
    assert told == [f"ended:{session}"]
    told.clear()
    change_role(vendor=lamp.vendor, member_id=clerk.member.id, by=owner.member.user_id, role="viewer")
    deliver()
    assert told == [f"ended:member:{clerk.member.id}"]
    told.clear()
    end_access(user_id=clerk.member.user_id)
    deliver()
    assert told == [f"ended:user:{clerk.member.user_id}", f"ended:member:{clerk.member.id}"]


def test_a_page_that_is_live_asks_no_more_of_the_database(paid: Any, desk_of: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    _, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    desk.text("/orders/board/")
    with CaptureQueriesContext(connection) as page:
        desk.text("/orders/board/")
    with CaptureQueriesContext(connection) as part:
        desk.get("/orders/board/?part=live")
    assert len(part) <= len(page)
