"""Streams over the tests' own Valkey: who hears what, what was missed, how many, and when they end."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory

from kit import clock
from kit.ids import uuid7
from live import news, tickets
from live.streams import Application
from tests.support.streams import opened, run


def url_of(*topics: str, who: str = "", session: str = "", vendor: str = "", until: Any = None) -> str:
    ticket = tickets.issue(
        topics=topics, who=who or f"user:{uuid4()}", session=session or f"session:{uuid4()}", vendor=vendor, until=until
    )
    return tickets.stream_url(RequestFactory().get("/", headers={"host": "localhost:8000"}), ticket)


async def tell(topic: str) -> None:
    await asyncio.to_thread(news.tell, [topic], fact_id=uuid7())


def topic() -> str:
    return f"order:{uuid4()}"


def test_a_page_hears_of_its_own_topics_and_of_no_others() -> None:
    ours, theirs = topic(), topic()

    async def play(live: Application) -> None:
        async with opened(live, url_of(ours)) as mine, opened(live, url_of(theirs)) as other:
            await mine.says("event: open")
            await other.says("event: open")
            await tell(ours)
            await mine.says("event: changed")
            await tell(theirs)
            await other.says("event: changed")
            assert (mine.events, other.events) == (["open", "changed"], ["open", "changed"])
            assert mine.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert mine.headers["cache-control"] == "no-store"

    run(play)


def test_who_comes_back_hears_of_what_it_missed_and_of_nothing_twice() -> None:
    ours = topic()

    async def play(live: Application) -> None:
        url = url_of(ours)
        async with opened(live, url) as first:
            await first.says("event: open")
            await tell(ours)
            await first.says("event: changed")
        last_id = first.body.partition("id: ")[2].partition("\n")[0]
        async with opened(live, url, last_event_id=last_id) as again:
            await again.says("event: open")
            await tell(ours)
            await again.says("event: changed")
            assert again.events == ["open", "changed"]  # the newer one alone
        async with opened(live, url, last_event_id=last_id) as late:
            await late.says("event: changed")
            assert late.body.count("id: ") == 1
            assert f"id: {last_id}\n" not in late.body
        # A page that was served before that, and heard nothing yet; and one that was served after it.
        async with opened(live, url) as early:
            await early.says("event: changed")
        async with opened(live, url_of(ours)) as fresh:
            await tell(topic())
            await fresh.says("event: open")
            assert fresh.events == ["open"]

    run(play)


def test_one_person_and_one_vendor_have_so_many_streams_and_a_closed_one_is_free_again(settings: Any) -> None:
    settings.LIVE_STREAMS_PERSON, settings.LIVE_STREAMS_VENDOR = 2, 3
    vendor = str(uuid4())

    async def play(live: Application) -> None:
        async def member(who: str) -> str:
            return url_of(f"board:{vendor}", who=who, vendor=vendor)

        ida, jan = f"member:{uuid4()}", f"member:{uuid4()}"
        async with opened(live, await member(ida)) as first, opened(live, await member(ida)) as second:
            assert (first.status, second.status) == (200, 200)
            async with opened(live, await member(ida)) as third:
                assert (third.status, third.headers["retry-after"]) == (429, "60")
                assert '"code": "too_many_streams"' in third.body
            async with opened(live, await member(jan)) as other:
                assert other.status == 200
                async with opened(live, await member(jan)) as fourth_of_vendor:
                    assert fourth_of_vendor.status == 429
            async with opened(live, url_of(topic())) as stranger:
                assert stranger.status == 200
        async with opened(live, await member(ida)) as later:
            assert later.status == 200

    run(play)


def test_what_a_killed_process_counted_is_forgotten(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LIVE_STREAMS_PERSON = 1
    who, now = f"member:{uuid4()}", clock.now()

    async def play(live: Application) -> None:
        await live.hub._valkey.zadd(f"live:open:{who}", {"of-the-dead": tickets.in_ms(now) + 40_000})
        async with opened(live, url_of(topic(), who=who)) as refused:
            assert refused.status == 429
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=41))
        async with opened(live, url_of(topic(), who=who)) as welcome:
            assert welcome.status == 200

    run(play)


@pytest.mark.parametrize("what", ["who", "session"])
def test_a_stream_ends_with_the_access_and_its_ticket_opens_none_any_more(what: str) -> None:
    ours, one = topic(), f"member:{uuid4()}"

    async def play(live: Application) -> None:
        url = url_of(ours, **{what: one})
        async with opened(live, url) as mine, opened(live, url_of(ours)) as another:
            await mine.says("event: open")
            await another.says("event: open")
            await asyncio.to_thread(news.end, [one])
            await mine.ends()
            assert mine.events == ["open", "end"]
            await tell(ours)
            await another.says("event: changed")
        async with opened(live, url) as again:
            assert again.status == 403
        await asyncio.sleep(0.002)
        async with opened(live, url_of(ours, **{what: one})) as signed_in_again:
            assert signed_in_again.status == 200

    run(play)


def test_a_stream_ends_with_its_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()

    async def play(live: Application) -> None:
        url = url_of(topic())
        short = url_of(topic(), until=now + timedelta(milliseconds=1))
        async with opened(live, url) as mine:
            await mine.says(": here", times=2)  # signs of life, and nothing else
            assert mine.events == ["open"]
            monkeypatch.setattr(clock, "now", lambda: now + tickets.TICKET_TIME + timedelta(seconds=5))
            await mine.ends()
            assert mine.events == ["open", "renew"]
        for over in (url, short):
            async with opened(live, over) as late:
                assert late.status == 403
                assert '"code": "ticket_refused"' in late.body

    run(play, heartbeat_seconds=0.02)


def test_tickets_are_ours_alone(settings: Any) -> None:
    async def play(live: Application) -> None:
        url = url_of(topic())
        for forged in (
            f"{url}x",
            url.replace("ticket=", "ticket=W"),
            url.partition("?")[0],
            f"{url.partition('=')[0]}=",
        ):
            async with opened(live, forged) as refused:
                assert refused.status == 403
        settings.LIVE_KEY = "of-another-installation"
        strange = url_of(topic())
        settings.LIVE_KEY = ORIGINAL
        async with opened(live, strange) as refused:
            assert refused.status == 403

    ORIGINAL = settings.LIVE_KEY
    run(play)


def test_without_valkey_nobody_hears_and_the_page_is_told_to_ask_by_itself() -> None:
    async def play(_: Application) -> None:
        deaf = Application("redis://127.0.0.1:1/0")
        try:
            async with opened(deaf, url_of(topic())) as refused:
                assert (refused.status, refused.headers["retry-after"]) == (503, "10")
        finally:
            await deaf.hub.stop()

    run(play)


def test_a_page_of_another_port_of_the_same_host_may_listen_and_no_stranger() -> None:
    async def play(live: Application) -> None:
        url = url_of(topic())
        async with opened(live, url, host="localhost:8004", origin="http://localhost:8000") as mine:
            assert mine.headers["access-control-allow-origin"] == "http://localhost:8000"
        async with opened(live, url, host="localhost:8004", origin="http://evil.example") as strange:
            assert "access-control-allow-origin" not in strange.headers
        async with opened(live, "/livez") as alive:
            assert (alive.status, alive.body) == (200, "alive\n")
        async with opened(live, "/orders/") as nothing:
            assert nothing.status == 404

    run(play)
