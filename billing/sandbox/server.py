"""The HTTP server: Stripe's API, the hosted pages and the sandbox's own controls on one port."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import api, billing, control  # noqa: F401 - api and billing register their endpoints
from .billing import portal
from .contract import Contract
from .delivery import Dispatcher
from .errors import ApiError
from .gateway import Gateway, Incoming
from .pages import checkout, connect, console
from .pages.layout import STYLE, notice
from .world import Settings, World

MAX_UPLOAD_BYTES = 5 * 1024 * 1024
MAX_BODY_BYTES = 1_000_000
IDLE_SECONDS = 0.5


class Protocol(H11Protocol):
    """uvicorn's HTTP, with the connection within reach: an ordered fault must be able to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server:
    """The parts of one sandbox, tied together."""

    def __init__(self, settings: Settings, contract: Contract):
        self.world = World(settings, contract)
        self.gateway = Gateway(self.world)
        self.dispatcher = Dispatcher(self.world)
        self.stopping = threading.Event()
        self.clock = threading.Thread(target=self._keep_time, name="clock", daemon=True)
        page = self._page
        self.app = Starlette(
            lifespan=self._lifespan,
            routes=[
                Route("/c/style.css", self._style),
                Route(
                    "/c/pay/{id}",
                    page(lambda r, f: checkout.view(self.world, self.dispatcher, r.path_params["id"], r.method, f)),
                    methods=["GET", "POST"],
                ),
                Route(
                    "/c/pay/{id}/authenticate",
                    page(
                        lambda r, f: checkout.authenticate(
                            self.world, self.dispatcher, r.path_params["id"], r.method, f
                        )
                    ),
                    methods=["GET", "POST"],
                ),
                Route(
                    "/c/3ds/{secret}",
                    page(lambda r, f: checkout.intent_authentication(self.world, r.path_params["secret"], r.method, f)),
                    methods=["GET", "POST"],
                ),
                Route("/connect/start/{secret}", page(lambda r, f: connect.start(self.world, r.path_params["secret"]))),
                Route(
                    "/connect/onboarding/{visit}",
                    page(lambda r, f: connect.onboarding(self.world, r.path_params["visit"], r.method, f)),
                    methods=["GET", "POST"],
                ),
                Route(
                    "/p/{secret}",
                    page(lambda r, f: portal.view(self.world, r.path_params["secret"], r.method, f)),
                    methods=["GET", "POST"],
                ),
                Route(
                    "/i/{secret}",
                    page(lambda r, f: portal.invoice(self.world, r.path_params["secret"], r.method, f)),
                    methods=["GET", "POST"],
                ),
                Route("/i/{secret}/pdf", page(lambda r, f: portal.paper(self.world, r.path_params["secret"]))),
                Route("/express/{secret}", page(lambda r, f: connect.dashboard(self.world, r.path_params["secret"]))),
                Route(
                    "/console/{path:path}",
                    page(lambda r, f: console.answer(self.world, self.dispatcher, r, f)),
                    methods=["GET", "POST"],
                ),
                Route("/console", lambda request: RedirectResponse("/console/", 303)),
                Route("/_sandbox/health", self._health),
                Route("/_sandbox/{path:path}", self._control, methods=["GET", "POST", "DELETE"]),
                Route("/{path:path}", self._api, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
            ],
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self.dispatcher.start()
        self.clock.start()
        yield
        self.stopping.set()
        await run_in_threadpool(self.dispatcher.stop)

    def _keep_time(self) -> None:
        """Do what falls due while no request comes by."""
        while not self.stopping.wait(IDLE_SECONDS):
            try:
                with self.world.transaction():
                    pass  # beginning a transaction does what is due
            except Exception as error:  # the thread must outlive one failing job, which is tried again
                print(f"clock: {error!r}", file=sys.stderr)

    # -- the API ---------------------------------------------------------
    async def _api(self, request: Request) -> Response:
        is_upload = request.headers.get("content-type", "").startswith("multipart/")
        body = await (read_upload if is_upload else read_body)(request)
        incoming = Incoming(request.method, request.url.path, request.url.query, dict(request.headers), body)
        answer = await run_in_threadpool(self.gateway.handle, incoming)
        if answer.dropped:
            request.state.transport.abort()
            return Response()
        return JSONResponse(answer.body, answer.status, answer.headers)

    async def _control(self, request: Request) -> Response:
        try:
            self.gateway.check_key(dict(request.headers))
            text = await read_body(request)
            return JSONResponse(
                await run_in_threadpool(
                    control.answer, self.world, self.dispatcher, request.method, request.path_params["path"], text
                )
            )
        except ApiError as error:
            return JSONResponse(error.body(), error.status)
        except (TypeError, ValueError) as error:
            return JSONResponse(
                {"error": {"type": "invalid_request_error", "message": f"Malformed value: {error}"}}, 400
            )

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": self.world.contract.version, "now": self.world.real_now()})

    # -- pages -----------------------------------------------------------
    def _page(self, view: Callable[[Request, dict[str, str]], Response]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            form = {}
            if request.method == "POST":
                async with request.form(max_files=0, max_fields=50) as sent:
                    form = {name: value for name, value in sent.items() if isinstance(value, str)}
            try:
                return await run_in_threadpool(view, request, form)
            except ApiError as error:
                return notice("This did not work", error.message, status=error.status)

        return answer

    async def _style(self, request: Request) -> Response:
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


async def read_body(request: Request) -> str:
    """The body as text; ApiError if it is too large or not UTF-8."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise ApiError(413, "The request body is too large.")
        parts.append(part)
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError:
        raise ApiError(400, "The request body must be UTF-8.") from None


async def read_upload(request: Request) -> str:
    """A multipart body as the form it would be, its file told by name, type, size and digest; ApiError if too large."""
    fields: list[tuple[str, str]] = []
    async with request.form(max_files=1, max_fields=50) as sent:
        for name, value in sent.multi_items():
            if isinstance(value, str):
                fields.append((name, value))
                continue
            content = await value.read()
            if len(content) > MAX_UPLOAD_BYTES:
                raise ApiError(400, "The file is larger than 5 MB.", param="file")
            told = {
                "name": value.filename,
                "type": value.content_type,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            fields.append((name, json.dumps(told)))
    return urlencode(fields)


@contextmanager
def alone(state: Path, address: str) -> Iterator[None]:
    """Keep every other sandbox out of ``state``; the file ``address`` in it says where to find this one.

    The file is locked for as long as the server lives, however it dies. Exits with a message if another has it.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "address").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            sys.exit(f"Another sandbox keeps its state in {state}; it listens on {file.read().strip()}")
        file.truncate(0)
        file.write(address)
        file.flush()
        yield


def serve(settings: Settings, contract: Contract, host: str, port: int) -> None:
    """Run the sandbox until it is told to stop."""
    with alone(settings.state, f"http://{host}:{port}"):
        config = uvicorn.Config(
            Server(settings, contract).app,
            host=host,
            port=port,
            http=Protocol,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=3,
        )
        uvicorn.Server(config).run()
