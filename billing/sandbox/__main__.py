"""``python -m billing.sandbox --state DIR``: run the Stripe sandbox."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .contract import load_contract
from .server import serve
from .world import Settings


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m billing.sandbox", description="A sandbox of Stripe. No real money."
    )
    parser.add_argument("--state", type=Path, required=True, help="directory that keeps everything")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8003, help="default: %(default)s")
    parser.add_argument("--public-url", help="address of hosted pages (default: http://HOST:PORT)")
    parser.add_argument(
        "--secret-key",
        action="append",
        help="accepted API key, may be given several times (default: sk_test_souk_sandbox)",
    )
    parser.add_argument("--country", default="DE", help="the platform's country (default: %(default)s)")
    parser.add_argument("--currency", default="eur", help="the platform's currency (default: %(default)s)")
    parser.add_argument(
        "--allow-host", action="append", default=[], help="a further host to which webhooks may be delivered"
    )
    parser.add_argument("--capture", type=Path, help="append every exchange to this file, a JSON object a line")
    parser.add_argument(
        "--strict", action="store_true", help="answer 500 rather than break Stripe's contract; for tests"
    )
    parser.add_argument(
        "--clock-file", type=Path, help="where to write by how many seconds the clock was moved, for others to follow"
    )
    parser.add_argument(
        "--contract-cache", type=Path, help="where the derived contract is kept (default: the user's cache)"
    )
    options = parser.parse_args(argv)
    if os.environ.get("SOUK_ENV") == "production":
        parser.error("the sandbox is a part of development and tests; it does not run in production")
    keys = tuple(options.secret_key or ["sk_test_souk_sandbox"])
    if any(not key.startswith("sk_test_") for key in keys):
        parser.error("a sandbox takes test keys only: they begin with sk_test_")
    if options.host not in ("localhost", "::1") and not options.host.startswith("127."):
        print("The sandbox is not made to be reachable from outside this machine.", file=sys.stderr)
    serve(
        Settings(
            state=options.state,
            public_url=(options.public_url or f"http://{options.host}:{options.port}").rstrip("/"),
            secret_keys=keys,
            country=options.country.upper(),
            currency=options.currency.lower(),
            strict=options.strict,
            capture=options.capture,
            allowed_hosts=tuple(options.allow_host),
            clock_file=options.clock_file,
        ),
        load_contract(options.contract_cache),
        options.host,
        options.port,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
