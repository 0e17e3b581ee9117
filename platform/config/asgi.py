"""The ASGI application of the `live` process: streams, and nothing else (docs/decisions/pages-hear-that-they-are-old.md)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 (settings are read once they are configured)

from live.streams import Application  # noqa: E402

application = Application(settings.CACHES["default"]["LOCATION"])
