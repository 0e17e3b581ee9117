"""What every page of the back office and the finance console shows around its content."""

from typing import Any

from django.http import HttpRequest


def office_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/backoffice.html` and `layouts/finance.html`."""
    return {}
