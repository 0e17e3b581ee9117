"""Ids with Stripe's prefixes: unguessable, since some of them stand in the addresses of hosted pages."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """Return ``prefix_`` followed by ``length`` random letters and digits."""
    return f"{prefix}_{token(length)}"


def token(length: int = 32) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
