"""Streams and the walls: no vendor's page hears of another vendor's orders, or gets a part of another's page."""

from typing import Any

from live.streams import Application
from marketplace.fulfillment.actions import accept
from outbox.tasks import deliver
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.marketplace.web.portal.conftest import desk_of, paid
from tests.marketplace.web.test_live import attribute
from tests.support.streams import opened, run

__all__ = ["address", "desk_of", "everything_ten_percent", "paid", "put_on_shelf"]


def test_a_vendor_hears_of_its_own_orders_and_of_no_other_vendors(paid: Any, desk_of: Any) -> None:
    order, lamp, soap = paid()
    deliver()
    lindqvist, moreau = desk_of(lamp.vendor), desk_of(soap.vendor)
    streams = [attribute(desk.text("/orders/board/"), "stream") for desk in (lindqvist, moreau)]
    accept(vendor_order_id=order.vendor_orders.get(vendor_id=lamp.vendor.id).id, by=order.id)
    deliver()
    heard: list[list[str]] = []

    async def play(live: Application) -> None:
        async with opened(live, streams[0]) as mine, opened(live, streams[1]) as others:
            await mine.says("event: changed")
            await others.says(": here")
            heard.extend([mine.events, others.events])

    run(play, heartbeat_seconds=0.05)
    assert heard == [["open", "changed"], ["open"]]


def test_one_vendors_session_gets_no_part_of_anothers_page(paid: Any, desk_of: Any) -> None:
    _, lamp, soap = paid()
    lindqvist = desk_of(lamp.vendor)
    elsewhere = f"http://{soap.vendor.slug}.portal.localhost:8001/orders/board/?part=live"
    client = lindqvist.browser.client(elsewhere)
    client.cookies.update(lindqvist.browser.client(lindqvist.host).cookies)
    answer = lindqvist.browser.get(elsewhere, follow=False)
    assert (answer.status_code, answer.has_header("Souk-Stream")) == (302, False)
