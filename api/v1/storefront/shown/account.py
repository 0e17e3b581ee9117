"""What a customer is told of themselves."""

from typing import Any

from accounts.models import Address, User
from api.v1.storefront.shown.catalog import instant


def person(user: User) -> dict[str, Any]:
    return {"id": str(user.id), "email": user.email, "name": user.name, "joined_at": instant(user.joined_at)}


def address(kept: Address) -> dict[str, Any]:
    return {"id": str(kept.id), **kept.as_dict(), "is_default": kept.is_default}
