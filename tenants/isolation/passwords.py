"""The password of a vendor's login role: derived, so that there is nothing to store, and 256 bits, so that one round of
SCRAM is enough."""

import hashlib
import hmac

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
