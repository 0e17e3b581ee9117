"""The `live` process's application, asked in this process, over the tests' own Valkey."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from live.streams import Application

SECONDS = 10.0


@dataclass
class Answer:
    """What one request was answered, while it is."""

    gone: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    is_over: bool = False
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"].decode()
            self.is_over = not message.get("more_body")
        self._more.set()

    async def receive(self) -> dict[str, str]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def until(self, seen: Callable[["Answer"], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not seen(self):
                self._more.clear()
                await self._more.wait()

    async def says(self, words: str, times: int = 1) -> None:
        await self.until(lambda self: self.body.count(words) >= times)

    async def ends(self) -> None:
        await self.until(lambda self: self.is_over)

    @property
    def events(self) -> list[str]:
        return [line.removeprefix("event: ") for line in self.body.splitlines() if line.startswith("event: ")]


@contextlib.asynccontextmanager
async def opened(application: Application, url: str, **headers: str) -> AsyncIterator[Answer]:
    """The stream at this address, once its answer has begun, until the browser goes."""
    answer = Answer()
    parts = urlsplit(url)
    scope = {
        "type": "http",
        "method": "GET",
        "path": parts.path,
        "query_string": parts.query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    asking = asyncio.create_task(application(scope, answer.receive, answer.send))
    try:
        await answer.until(lambda answer: bool(answer.status) and bool(answer.body))
        yield answer
    finally:
        answer.gone.set()
        async with asyncio.timeout(SECONDS):
            await asking


def run(play: Callable[[Application], Awaitable[None]], *, heartbeat_seconds: float = 60) -> None:
    """Play with one `live` process, which is stopped in the end."""
    from django.conf import settings

    from config.valkey import ensure

    ensure()

    async def all_of_it() -> None:
        application = Application(settings.CACHES["default"]["LOCATION"], heartbeat_seconds)
        try:
            await play(application)
        finally:
            await application.hub.stop()

    asyncio.run(all_of_it())
