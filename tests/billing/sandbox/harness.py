"""A sandbox in a process of its own, the real SDK in front of it, and a real receiver of webhooks behind it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import stripe

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk_test_souk_sandbox"
SUCCESS_URL = "http://localhost:8000/thanks?session={CHECKOUT_SESSION_ID}"
stripe.enable_telemetry = False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Receiver:
    """Takes webhooks and keeps them; refuses the first ``refuse`` of them with a 500."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str]] = []
        self.refuse = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = 500 if receiver.refuse > 0 else 200
                if status == 500:
                    receiver.refuse -= 1
                else:
                    receiver.taken.append((body, self.headers["Stripe-Signature"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _ in self.taken]

    def types(self) -> list[str]:
        return sorted(event["type"] for event in self.events())


class Sandbox:
    """One server process, its controls and its pages."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.capture = directory / "capture.jsonl"
        self.clock_file = directory / "clock"
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "billing.sandbox",
            "--state",
            str(self.directory),
            "--port",
            str(self.port),
            "--strict",
            "--capture",
            str(self.capture),
            "--clock-file",
            str(self.clock_file),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT)
        for _ in range(400):
            try:
                self.http.get("/_sandbox/health").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise RuntimeError("the sandbox did not start")

    def kill(self) -> None:
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)

    def client(self, **options: Any) -> stripe.StripeClient:
        """The SDK as production code makes it, all four addresses leading here."""
        http_client = stripe.RequestsClient(timeout=(3.05, 20))
        return stripe.StripeClient(
            KEY,
            base_addresses=dict.fromkeys(("api", "files", "connect", "meter_events"), self.url),
            max_network_retries=2,
            http_client=http_client,
            **options,
        )

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        response = self.http.request(method, f"/_sandbox/{path}", json=body, headers={"Authorization": f"Bearer {KEY}"})
        response.raise_for_status()
        return response.json()

    def state(self) -> dict[str, Any]:
        return self.control("state", method="GET")

    def advance(self, **span: int) -> int:
        """Move the clock by ``days``, ``hours`` or ``seconds``; webhooks are delivered before this returns."""
        seconds = span.get("days", 0) * 86400 + span.get("hours", 0) * 3600 + span.get("seconds", 0)
        now = self.control("clock/advance", {"seconds": seconds})["now"]
        self.control("webhooks/drain")
        return now


def open_account(client: stripe.StripeClient, name: str = "Olive & Oak", **more: Any) -> stripe.v2.core.Account:
    return client.v2.core.accounts.create(
        {
            "display_name": name,
            "contact_email": "vendor@example.com",
            "dashboard": "express",
            "identity": {"country": "DE", "entity_type": "company"},
            "configuration": {
                "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}},
                "customer": {},
            },
            "defaults": {
                "currency": "eur",
                "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
            },
            "include": ["configuration.recipient", "configuration.customer", "requirements", "defaults", "identity"],
            **more,
        }
    )


def open_session(client: stripe.StripeClient, amount: int = 12000, **more: Any) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "success_url": SUCCESS_URL,
            "cancel_url": "http://localhost:8000/cart",
            "client_reference_id": "order-1",
            "payment_intent_data": {"transfer_group": "order-1", "metadata": {"order": "order-1"}},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Olive oil"}},
                }
            ],
            **more,
        }
    )


def onboarded(client: stripe.StripeClient, sandbox: Sandbox, **details: Any) -> str:
    account = open_account(client)
    sandbox.control(f"accounts/{account.id}/onboard", details)
    return account.id


def paid_charge(
    client: stripe.StripeClient, sandbox: Sandbox, amount: int = 12000, card: str = "4242424242424242"
) -> stripe.Charge:
    """A purchase of ``amount`` cents, paid with a card; answers its charge."""
    session = open_session(client, amount)
    sandbox.control(f"sessions/{session.id}/pay", {"card": card})
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    return paid.payment_intent.latest_charge
