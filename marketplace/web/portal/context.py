"""What every page of the portal shows around its content."""

from typing import Any

from django.http import HttpRequest


def portal_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/portal.html`."""
    return {}
