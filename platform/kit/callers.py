"""Who calls, as far as the network says it."""

import hashlib

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address, by the word of as many proxies as stand before us."""
    named = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return named[-proxies] if 0 < proxies <= len(named) else str(request.META.get("REMOTE_ADDR", ""))


def address_digest(request: HttpRequest) -> str:
    """What stands for it where calls are counted."""
    return "address:" + hashlib.sha256(address_of(request).encode()).hexdigest()[:24]
