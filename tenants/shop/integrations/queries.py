"""What the portal shows of a shop's keys."""

from django.db.models import QuerySet

from tenants.shop.integrations.models import ApiKey


def keys() -> "QuerySet[ApiKey]":
    """Every key of this shop, newest first; those that no longer work too."""
    return ApiKey.objects.order_by("-created_at", "-id")
