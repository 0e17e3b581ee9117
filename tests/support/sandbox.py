"""The Stripe sandbox for tests: a real server process, and the product's own settings leading to it.

What the sandbox sends is caught and handed to our own views only when a test says so (`drain`, `deliver`), so that a
test chooses when, how often and in which order events come.
"""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.environment import AT_STRIPE

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_souk_sandbox"
CARD = "4242 4242 4242 4242"
CARD_AVAILABLE_AT_ONCE = "4000 0000 0000 0077"
CARD_DECLINED = "4000 0000 0000 0002"


@dataclass(frozen=True)
class Hook:
    """One webhook as it was sent."""

    path: str
    body: bytes
    signature: str


class Catcher:
    """Takes every webhook with 200 and keeps it."""

    def __init__(self) -> None:
        self.taken: list[Hook] = []
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                catcher.taken.append(Hook(self.path, body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class SandboxProcess:
    """`python -m billing.sandbox` on a free port."""

    def __init__(self, directory: Path):
        self.log = directory / "log"
        self.catcher = Catcher()
        for attempt in itertools.count():
            self.url = f"http://127.0.0.1:{_free_port()}"
            self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
            command = [
                "-m",
                "billing.sandbox",
                "--state",
                str(directory),
                "--port",
                self.url.rpartition(":")[2],
                "--strict",
            ]
            with self.log.open("ab") as log:
                self.process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=log, stderr=log)
            if self._answers():
                return
            if attempt == 3:
                raise RuntimeError(f"the sandbox did not start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return self.http.get("/_sandbox/health").is_success
            except httpx.HTTPError:
                time.sleep(0.05)
        return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.catcher.server.shutdown()
        self.catcher.server.server_close()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sandbox:
    """What tests do with the sandbox. Its clock and the product's move together."""

    def __init__(self, process: SandboxProcess, client: Any, move_clock: Callable[[timedelta], None]):
        self._process = process
        self._client = client
        self._move_clock = move_clock
        self.url = process.url

    def reset(self) -> dict[str, list[str]]:
        """Forget everything, and register our endpoints anew; gives their signing secrets."""
        from billing.stripe.webhooks import register_endpoints

        self.control("reset")
        self._process.catcher.taken.clear()
        return {endpoint: [secret] for endpoint, secret in register_endpoints().items()}

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        response = self._process.http.request(
            method, f"/_sandbox/{path}", json=body, headers={"Authorization": f"Bearer {KEY}"}
        )
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def try_control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> int:
        """`control` where it may be refused; gives the status."""
        response = self._process.http.request(
            method, f"/_sandbox/{path}", json=body, headers={"Authorization": f"Bearer {KEY}"}
        )
        return response.status_code

    @property
    def state(self) -> Path:
        """The file in which the sandbox keeps everything."""
        return self._process.log.parent / "sandbox.sqlite3"

    def advance(self, **span: int) -> None:
        """Let time pass, here and there: `days`, `hours`, `seconds`."""
        by = timedelta(**span)
        self.control("clock/advance", {"seconds": int(by.total_seconds())})
        self._move_clock(by)

    def caught(self) -> list[Hook]:
        """Take the webhooks sent so far."""
        self.control("webhooks/drain")
        taken = list(self._process.catcher.taken)
        self._process.catcher.taken.clear()
        return taken

    def deliver(self, hooks: Sequence[Hook]) -> list[int]:
        """Post webhooks to our own views; gives the statuses answered."""
        return [
            self._client.post(
                hook.path, hook.body, content_type="application/json", headers={"Stripe-Signature": hook.signature}
            ).status_code
            for hook in hooks
        ]

    def drain(self) -> int:
        """Deliver what was sent and work through the inbox; gives how many events were done."""
        from billing.stripe.inbox import process_inbox

        assert set(self.deliver(self.caught())) <= {200}
        return process_inbox()

    def pay(self, session_id: str, card: str = CARD) -> dict[str, Any]:
        """Pay on the hosted page; a decline gives Stripe's error instead."""
        response = self._process.http.post(
            f"/_sandbox/sessions/{session_id}/pay", json={"card": card}, headers={"Authorization": f"Bearer {KEY}"}
        )
        answer: dict[str, Any] = response.json()
        return answer

    def http_json(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """A call to the API itself, for what somebody else does there."""
        headers = {"Authorization": f"Bearer {KEY}"}
        sent = {"params": params} if method == "GET" else {"data": params}
        response = self._process.http.request(method, path, headers=headers, **sent)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def onboard(self, account_id: str, **details: Any) -> None:
        """Finish the onboarding page of an account."""
        self.control(f"accounts/{account_id}/onboard", details)

    def fail(self, path: str, mode: str, *, times: int = 1, method: str = "POST") -> None:
        """Have the next calls to `path` misbehave; `drop` carries out and then cuts the connection."""
        self.control("fail", {"path": path, "mode": mode, "times": times, "method": method})

    def balances(self) -> dict[str, dict[str, int]]:
        """Pending and available in euro cents by account; the platform's under ""."""
        state = self.control("state", method="GET")
        assert state["drift"] == []
        platform = state["platform"]
        nothing = {"pending": 0, "available": 0}
        return {
            "" if account == platform else account: sums.get("eur", nothing)
            for account, sums in state["balances"].items()
        }


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    if AT_STRIPE:
        raise RuntimeError("At Stripe itself no sandbox is started.")
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    yield process
    process.stop()


@pytest.fixture
def sandbox(
    sandbox_process: SandboxProcess,
    settings: Any,
    client: Any,
    move_clock: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    """The shared server, emptied, with our endpoints registered and the product's settings leading to it."""
    settings.STRIPE_API_BASE = sandbox_process.url
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRETS = {"platform": [], "connect": [], "accounts": []}
    market = {**settings.FACES["market"], "host": "localhost", "port": str(sandbox_process.catcher.port)}
    settings.FACES = {**settings.FACES, "market": market}
    if capture := os.environ.get("SOUK_TEST_STRIPE_CAPTURE"):
        monkeypatch.setenv("SOUK_STRIPE_CAPTURE", capture)
    made = Sandbox(sandbox_process, client, move_clock)
    # With no world there is no folder to keep secrets in, and other runs of the tests share ours.
    world, settings.WORLD = settings.WORLD, None
    settings.STRIPE_WEBHOOK_SECRETS = made.reset()
    settings.WORLD = world
    return made
