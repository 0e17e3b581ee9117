"""What every page of the storefront shows around its content."""

from typing import Any

from django.http import HttpRequest


def storefront_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/storefront.html`."""
    return {}
