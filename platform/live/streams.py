"""The `live` process: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) over ASGI.

    GET /live/stream?ticket=…           Last-Event-ID: of the news that were heard last

    event: open      who listens, from now on
    event: changed   something of this page's topics is another; `id` says which news that were
    event: renew     the ticket's time is over: ask the page again, which brings a new one
    event: end       who listens may not any more
    : …              a sign of life, every fifteen seconds

It has no database, and no request of it waits for anything but Valkey: one connection hears all news, and each stream is a
waiting coroutine. Streams are counted in Valkey, by who listens and by vendor, since several such processes may run; a count
is a lease that is renewed with each sign of life, so that what a killed process counted is forgotten.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from kit import clock
from kit.problems import CONTENT_TYPE, problem
from live import news, tickets
from live.metrics import NEWS, OPEN, REFUSED
from live.tickets import Ticket, TicketRefused, in_ms
from observability import health

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 15.0
LEASE_SECONDS = 40
RECONNECT_MS = 3000
MOST_HERE = 5000

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class TooMany(Exception):
    """As many streams as they may have are open."""


class Unheard(Exception):
    """No news are heard here at the moment."""


class Stream:
    """One page that listens. What it has not been told yet is one thing at most, however slowly it reads."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.id = uuid4().hex
        self._news, self._end = "", ""
        self._woken = asyncio.Event()

    def changed(self, news_id: str) -> None:
        self._news = news_id
        self._woken.set()

    def end(self, event: str) -> None:
        self._end = event
        self._woken.set()

    async def next(self, seconds: float) -> tuple[str, str]:
        """(event, id): what there is to tell; ("", "") when nothing came for so long. An end goes before news."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        if self._end:
            return self._end, ""
        self._woken.clear()
        heard, self._news = self._news, ""
        return ("changed", heard) if heard else ("", "")


class Hub:
    """The streams of this process, and the one connection over which it hears."""

    def __init__(self, url: str) -> None:
        self._valkey = redis.asyncio.Redis.from_url(
            url, decode_responses=True, socket_connect_timeout=1, health_check_interval=10
        )
        self._streams: dict[str, set[Stream]] = defaultdict(set)
        self._hears = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None
        self._end_all("renew")
        await self._valkey.aclose()

    @contextlib.asynccontextmanager
    async def open(self, ticket: Ticket, last_id: str) -> AsyncIterator[tuple[Stream, str]]:
        """The stream, and the id of what its page may have missed ("": nothing).

        Raises Unheard, TooMany, and TicketRefused when who it was made for lost access since.
        """
        await self.start()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hears.wait(), 1)
        if not self._hears.is_set():
            raise Unheard
        if sum(len(streams) for streams in self._streams.values()) >= MOST_HERE:
            raise TooMany
        stream = Stream(ticket)
        try:
            await self._count(stream)
            for topic in ticket.topics:  # before looking for what was missed, so that nothing falls between
                self._streams[topic].add(stream)
            yield stream, await self._missed(ticket, last_id)
        except RedisError as error:
            raise Unheard from error
        finally:
            for topic in ticket.topics:
                self._streams[topic].discard(stream)
                if not self._streams[topic]:
                    del self._streams[topic]
            with contextlib.suppress(RedisError):  # its lease ends by itself
                await self._uncount(stream)

    async def keep(self, stream: Stream) -> None:
        """Renew its lease."""
        until = in_ms(clock.now()) + LEASE_SECONDS * 1000
        with contextlib.suppress(RedisError):  # then nothing is heard any more either, which ends it
            for counted, _ in _counted(stream.ticket):
                await self._valkey.zadd(counted, {stream.id: until})
                await self._valkey.expire(counted, LEASE_SECONDS)

    async def _count(self, stream: Stream) -> None:
        """Take part first and count then: of two at once both may be refused, and never one too many stays."""
        now = in_ms(clock.now())
        for counted, most in _counted(stream.ticket):
            async with self._valkey.pipeline() as line:
                line.zremrangebyscore(counted, "-inf", now)
                line.zadd(counted, {stream.id: now + LEASE_SECONDS * 1000})
                line.zcard(counted)
                line.expire(counted, LEASE_SECONDS)
                found = await line.execute()
            if found[2] > most:
                raise TooMany

    async def _uncount(self, stream: Stream) -> None:
        for counted, _ in _counted(stream.ticket):
            await self._valkey.zrem(counted, stream.id)

    async def _missed(self, ticket: Ticket, last_id: str) -> str:
        ended = await self._valkey.mget([f"{news.ENDED}{one}" for one in _endings(ticket)])
        if any(int(at) >= ticket.issued_ms for at in ended if at is not None):
            raise TicketRefused("Your access has ended.")
        lasts = await self._valkey.mget([f"{news.LAST}{topic}" for topic in ticket.topics])
        newest = max((str(last) for last in lasts if last), default="", key=_when)
        if not newest or newest == last_id:
            return ""
        # Whoever says what it heard last has missed what came since; a page that is new, what came since it was served.
        since = _when(last_id) if last_id else ticket.issued_ms
        return newest if _when(newest) >= since else ""

    async def _listen(self) -> None:
        """Hear all news, for as long as this process lives. While none are heard nobody listens: pages ask by themselves."""
        while True:
            try:
                async with self._valkey.pubsub() as line:
                    await line.subscribe(news.CHANNEL)
                    self._hears.set()
                    async for message in line.listen():
                        if message["type"] == "message":
                            self._hear(json.loads(message["data"]))
            except (RedisError, OSError) as error:
                log.warning("news_not_heard", cause=type(error).__name__)
            finally:
                self._hears.clear()
                self._end_all("renew")
            await asyncio.sleep(1)

    def _hear(self, message: dict[str, str]) -> None:
        NEWS.inc()
        if topic := message.get("topic"):
            for stream in self._streams.get(topic, ()):
                stream.changed(message["id"])
        if one := message.get("ended"):
            for stream in {each for streams in self._streams.values() for each in streams}:
                if one in _endings(stream.ticket) and stream.ticket.issued_ms <= int(message["id"]):
                    stream.end("end")

    def _end_all(self, event: str) -> None:
        for streams in self._streams.values():
            for stream in streams:
                stream.end(event)


def _counted(ticket: Ticket) -> list[tuple[str, int]]:
    """[(key, most)] of what this ticket's streams are counted by."""
    found = [(f"live:open:{ticket.who}", settings.LIVE_STREAMS_PERSON)]
    if ticket.vendor:
        found.append((f"live:open:vendor:{ticket.vendor}", settings.LIVE_STREAMS_VENDOR))
    return found


def _endings(ticket: Ticket) -> tuple[str, str]:
    return ticket.who, ticket.session


def _when(news_id: str) -> int:
    """The milliseconds that an id begins with; 0 for what is none of ours."""
    ms = news_id.partition("-")[0]
    return int(ms) if ms.isdecimal() and len(ms) < 20 else 0


class Application:
    """ASGI. One for each process."""

    def __init__(self, url: str, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self.hub = Hub(url)
        self.heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            if (await receive())["type"] == "lifespan.startup":
                await self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"] != tickets.PATH:
            told = await asyncio.to_thread(health.answer, scope["path"], headers.get("authorization", ""))
            await _whole(send, told or health.Answer(404, b"not found\n"))
            return
        allowed = _allowed_origin(headers)
        if scope["method"] != "GET":
            await _refuse(send, 405, "method_not_allowed", "Streams are only read.", {**allowed, "Allow": "GET"})
            return
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            ticket = tickets.read(asked.get("ticket", [""])[0])
            async with self.hub.open(ticket, headers.get("last-event-id", "")[:80]) as (stream, missed):
                await self._stream(stream, missed, allowed, receive, send)
        except TicketRefused as error:
            await _refuse(send, 403, error.code, str(error), allowed)
        except TooMany:
            words = "As many pages as may be are listening. This one asks from time to time."
            await _refuse(send, 429, "too_many_streams", words, {**allowed, "Retry-After": "60"})
        except Unheard:
            words = "There are no news at the moment. Pages ask from time to time."
            await _refuse(send, 503, "no_news", words, {**allowed, "Retry-After": "10"})

    async def _stream(self, stream: Stream, missed: str, allowed: dict[str, str], receive: Receive, send: Send) -> None:
        headers = {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",  # of proxies that would collect an answer before they hand it on
            **allowed,
        }
        await send({"type": "http.response.start", "status": 200, "headers": _raw(headers)})
        gone = asyncio.create_task(_wait_until_gone(receive, stream))
        OPEN.inc()
        try:
            await _say(send, f"retry: {RECONNECT_MS}\nevent: open\ndata: \n\n")
            if missed:
                stream.changed(missed)
            while True:
                left = (stream.ticket.until_ms - in_ms(clock.now())) / 1000
                event, news_id = await stream.next(max(min(self.heartbeat_seconds, left), 0.01))
                if event == _GONE:
                    return
                if not event and left <= 0:
                    event = "renew"
                if event == "changed":
                    await _say(send, f"id: {news_id}\nevent: changed\ndata: \n\n")
                elif event:
                    await _say(send, f"event: {event}\ndata: \n\n")
                    break
                else:
                    await _say(send, ": here\n\n")
                    await self.hub.keep(stream)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            return  # the browser went while we spoke
        finally:
            OPEN.dec()
            gone.cancel()


_GONE = "gone"


async def _wait_until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end(_GONE)


def _allowed_origin(headers: dict[str, str]) -> dict[str, str]:
    """A page of the same host on another port may read the answer: so it is where nothing stands in front of both."""
    origin, host = headers.get("origin", ""), headers.get("host", "").partition(":")[0]
    if settings.LIVE_PORT and origin and urlsplit(origin).hostname == host:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {}


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int, code: str, words: str, headers: dict[str, str]) -> None:
    REFUSED.labels(code).inc()
    body = json.dumps(problem(status, code, words)).encode()
    await _whole(send, health.Answer(status, body, CONTENT_TYPE, headers))


async def _whole(send: Send, answer: health.Answer) -> None:
    headers = {"Content-Type": answer.content_type, "Cache-Control": "no-store", **answer.headers}
    await send({"type": "http.response.start", "status": answer.status, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": answer.body})


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
