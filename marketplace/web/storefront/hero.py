"""The start page's picture: whatever the operator put into public media under this name."""

from django.core.cache import cache
from django.core.files.storage import default_storage

from kit.storage import StorageUnavailable

PATH = "demo/hero.webp"
_KEY, _SECONDS = "storefront:hero", 300


def hero_url() -> str:
    """Its address; empty when there is none. Asked of the storage once in five minutes."""
    found = cache.get(_KEY)
    if found is None:
        try:
            found = default_storage.url(PATH) if default_storage.exists(PATH) else ""
        except StorageUnavailable:
            found = ""  # the start page does without
        cache.set(_KEY, found, _SECONDS)
    return str(found)
