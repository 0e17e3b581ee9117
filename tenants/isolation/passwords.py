"""The password of a vendor's login role: derived, so that there is nothing to store, and 256 bits, so that one round of
SCRAM is enough."""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def password_of(role: str) -> str:
    """The password of a role this process may become: of a vendor's (`v_...`), or, where one process stands for all
    (tests, the journey), of any. Raises ImproperlyConfigured elsewhere."""
    if not role.startswith("v_") and settings.STANDS_FOR_ALL:
        return str(settings.SECRET_OF(role))
    if not settings.VENDOR_ROLE_KEY:
        raise ImproperlyConfigured(f"the {settings.PROCESS} process holds no key of vendor roles")
    return hmac.new(settings.VENDOR_ROLE_KEY.encode(), role.encode(), hashlib.sha256).hexdigest()


def verifier_of(role: str) -> str:
    """What the server keeps to check that password by (RFC 5803): sent in its place, so that no server log can have it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password_of(role).encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256$1:{parts[0]}${parts[1]}:{parts[2]}"
