"""Identifiers: time-ordered UUIDs made in Python, so that a row's id is known before the database has seen it."""

import os
import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): milliseconds, then a counter that never goes back within this process, then chance."""
    global _last
    with _lock:
        # Milliseconds in the upper bits, twelve bits of sub-millisecond order below them.
        now = time.time_ns() * 4096 // 1_000_000
        _last = now if now > _last else _last + 1
        stamp = _last
    milliseconds, order = stamp >> 12, stamp & 0xFFF
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | order << 64 | 0b10 << 62
    return uuid.UUID(int=value | int.from_bytes(os.urandom(8)) & (1 << 62) - 1)


ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def short_code(length: int = 8) -> str:
    """A code people can read aloud: no 0/O, 1/I; about five bits a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
