"""The WSGI application of whichever face `SOUK_PROCESS` names."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 (settings are read once they are configured)

from accounts.handoff import publish_verifying_key  # noqa: E402

if settings.HANDOFF_SIGNING_KEY:
    # Portal and office check with its public half who comes, and what an access token says, from the first request on.
    publish_verifying_key()
