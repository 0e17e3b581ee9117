"""The SDK's client as we want it: our addresses, our patience, and a record of the traffic when asked for one."""

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from billing.payments.provider import KeyTaken, ProviderRefused, ProviderUnavailable

API_VERSION: Final = "2026-10-28.endive"
# A person may be waiting for the answer: the SDK's own 80 seconds are too long.
CONNECT_SECONDS, READ_SECONDS = 3.05, 20
LOOPBACK = ("127.0.0.1", "localhost")
# Refusals that pass by themselves, in words for finance. Stripe repeats them under the key they were given for.
NOT_NOW = {
    "balance_insufficient": "Waiting for our balance at Stripe to cover it",
    "lock_timeout": "Stripe was busy",
    "rate_limit": "Stripe was busy",
}
SECRETS = frozenset({"secret", "client_secret", "signing_secret"})

stripe.enable_telemetry = False


def stripe_client() -> stripe.StripeClient:
    """The client of this process. Raises ImproperlyConfigured in a process that is not given the key."""
    if not settings.STRIPE_SECRET_KEY:
        raise ImproperlyConfigured(f"the {settings.PROCESS} process is not given the Stripe key")
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, os.environ.get("SOUK_STRIPE_CAPTURE", ""))


@cache
def _client(key: str, base: str, capture: str) -> stripe.StripeClient:
    options: Any = {"timeout": (CONNECT_SECONDS, READ_SECONDS)}
    if urlsplit(base).hostname in LOOPBACK:
        # A proxy in the environment is for the world outside, not for the sandbox on this machine.
        options["proxy"] = {"no_proxy": ",".join(LOOPBACK)}
    http = RecordingClient(Path(capture), **options) if capture else stripe.RequestsClient(**options)
    # All four, or uploads and meter events would leave for the real hosts.
    addresses: Any = {"api": base, "files": base, "connect": base, "meter_events": base} if base else {}
    return stripe.StripeClient(
        key, stripe_version=API_VERSION, base_addresses=addresses, max_network_retries=2, http_client=http
    )


@contextmanager
def named_errors(what: str) -> Iterator[None]:
    """Turn the SDK's errors into ours: did it not answer, or did it refuse? `what` names the call in the message."""
    try:
        yield
    except stripe.StripeError as error:
        if is_temporary(error):
            raise ProviderUnavailable(
                f"The payment provider did not answer ({what}). Nothing is lost; try again in a moment."
            ) from error
        refusal = KeyTaken if isinstance(error, stripe.IdempotencyError) else ProviderRefused
        raise refusal(f"The payment provider refused ({what}): {describe(error)}") from error


def is_temporary(error: stripe.StripeError) -> bool:
    """Is it worth asking again under the same key? No answer, a conflict, too many requests, or its own failure."""
    if isinstance(error, stripe.APIConnectionError):
        return True
    status = error.http_status or 0
    return status in (409, 429) or status >= 500


def code_of(error: stripe.StripeError) -> str:
    """Stripe's code of an error. RateLimitError leaves its own `code` empty; the error object has it."""
    found = error.code or getattr(error.error, "code", None) if error.error is not None else error.code
    return str(found or "")


def describe(error: stripe.StripeError) -> str:
    """An error for people and logs, without the request that caused it."""
    return (error.user_message or type(error).__name__)[:500]


class RecordingClient(stripe.RequestsClient):
    """Writes each exchange as a line of JSON, for the contract check; but no headers, which carry the key."""

    def __init__(self, path: Path, **options: Any):
        super().__init__(**options)
        self._path = path
        self._writing = threading.Lock()

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **options: Any
    ) -> Any:
        answer = super().request(method, url, headers, post_data, **options)
        content, status, _ = answer
        self._record(method, url, post_data, status, content)
        return answer

    def _record(self, method: str, url: str, post_data: Any, status: int, content: Any) -> None:
        parts = urlsplit(url)
        body = _form_of(post_data) if isinstance(post_data, bytes) else post_data
        try:
            response = json.loads(content)
        except ValueError:
            response = None
        line = {"method": method.upper(), "path": parts.path, "query": parts.query, "status": status}
        line |= {"body": body or "", "response": _without_secrets(response)}
        with self._writing, self._path.open("a") as file:
            file.write(json.dumps(line, default=str) + "\n")


def _form_of(body: bytes) -> str:
    """A body as a form: of an upload its fields, with a file's name for what is in it."""
    boundary, _, _ = body.partition(b"\r\n")
    if not boundary.startswith(b"--"):
        return body.decode(errors="replace")
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        given = dict(re.findall(r'(name|filename)="([^"]*)"', head.decode(errors="replace")))
        fields[given["name"]] = given.get("filename") or content.decode(errors="replace")
    return urlencode(fields)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: "redacted" if k in SECRETS and v else _without_secrets(v) for k, v in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value
