"""What every page of a face needs around its own content, read from the database only when the template asks."""

from typing import Any

from django.http import HttpRequest

from marketplace.web.backoffice.context import office_context
from marketplace.web.portal.context import portal_context
from marketplace.web.storefront.context import storefront_context


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: which face a request belongs to is known by who its middleware let in."""
    if hasattr(request, "staff"):
        return office_context(request)
    if hasattr(request, "member"):
        return portal_context(request)
    return storefront_context(request)
