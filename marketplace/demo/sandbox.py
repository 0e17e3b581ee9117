"""The sandbox's controls, for whoever plays a market: its clock, onboarding and paying without a browser."""

from typing import Any

import httpx
from django.conf import settings


class SandboxRefused(Exception):
    """A control was refused, in the sandbox's words."""


class Sandbox:
    """The running sandbox that `settings.STRIPE_API_BASE` names."""

    def __init__(self, *, webhook_seconds: float = 5) -> None:
        """`webhook_seconds`: how long a payment waits for its webhook to be taken."""
        self._webhook_seconds = webhook_seconds
        self._http = httpx.Client(
            base_url=settings.STRIPE_API_BASE,
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
            timeout=120,
            trust_env=False,
        )

    def is_up(self) -> bool:
        try:
            return self._http.get("/_sandbox/health").is_success
        except httpx.HTTPError:
            return False

    def start_at(self, at: int) -> None:
        """Let its time begin at a Unix time, also in the past; refused once it holds anything."""
        self._control("clock/start", {"at": at})

    def advance(self, *, to: int) -> None:
        """Move its clock to a Unix time; all that falls due on the way happens in order."""
        self._control("clock/advance", {"to": to})

    def now(self) -> int:
        return int(self._control("clock", method="GET")["now"])

    def onboard(self, account_id: str) -> str:
        """Fill in the hosted onboarding page; gives the status of its transfers."""
        return str(self._control(f"accounts/{account_id}/onboard", {"succeed": True})["stripe_transfers"])

    def pay(self, session_id: str, card: str = "4242424242424242", email: str = "customer@example.com") -> str:
        """Fill in the hosted payment page; gives the session's status."""
        body = {"card": card, "email": email, "timeout": self._webhook_seconds}
        return str(self._control(f"sessions/{session_id}/pay", body)["status"])

    def dispute(self, charge_id: str, reason: str) -> str:
        """Let the customer's bank ask for a charge back, for Stripe's `reason` or only asking (`inquiry`); gives its id."""
        return str(self._control(f"charges/{charge_id}/dispute", {"reason": reason})["id"])

    def close_dispute(self, dispute_id: str, status: str) -> None:
        """Let the bank decide: "won" or "lost"."""
        self._control(f"disputes/{dispute_id}/close", {"status": status})

    def top_up(self, amount_minor: int) -> None:
        """Put money of the platform's own onto its balance."""
        self._control("topup", {"amount": amount_minor})

    def drain(self, timeout_seconds: float = 20) -> dict[str, Any]:
        """Wait until every webhook has been delivered; gives the counts by state."""
        return self._control("webhooks/drain", {"timeout": timeout_seconds})

    def state(self) -> dict[str, Any]:
        return self._control("state", method="GET")

    def _control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> dict[str, Any]:
        answer = self._http.request(method, f"/_sandbox/{path}", json=body if method == "POST" else None)
        if answer.is_error:
            raise SandboxRefused(f"{path}: {answer.text[:500]}")
        found: dict[str, Any] = answer.json()
        return found
