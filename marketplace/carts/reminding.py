"""One mail about a cart that was left: only to whoever asked for it, once, and never once it was ordered."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from kit import clock
from kit.errors import InvalidInput
from kit.links import absolute_url
from marketplace.carts.models import Cart


@transaction.atomic
def want_reminder(*, cart: Cart, email: str = "") -> None:
    """The customer asks for one mail, should this cart be left. A guest says where to; of a customer it is known.

    Raises InvalidInput naming the field.
    """
    found = Cart.objects.select_for_update().get(id=cart.id)
    if found.user_id is None:
        try:
            validate_email(email.strip())
        except ValidationError:
            raise InvalidInput("Write the e-mail address like name@example.com.", field="email") from None
        found.reminder_to = email.strip()
    found.reminder_wanted_at = found.reminder_wanted_at or clock.now()
    found.save(update_fields=["reminder_to", "reminder_wanted_at"])
    cart.reminder_to, cart.reminder_wanted_at = found.reminder_to, found.reminder_wanted_at


def refuse_reminder(*, cart_id: UUID) -> None:
    """No mail about this cart, and the address goes. Done twice it is done once."""
    Cart.objects.filter(id=cart_id).update(reminder_wanted_at=None, reminder_to="")


def reminder_token(cart_id: UUID) -> str:
    """What the mail's link carries: it ends reminders of this cart and opens nothing."""
    return hmac.new(settings.ORDER_LINK_KEY.encode(), f"reminder:{cart_id}".encode(), hashlib.sha256).hexdigest()[:40]


def ends_reminders(cart_id: UUID, token: str) -> bool:
    """Whether a link's token is this cart's."""
    return hmac.compare_digest(reminder_token(cart_id), token)


def end_url(cart_id: UUID) -> str:
    return absolute_url("market", f"/cart/reminder/end/{cart_id}/{reminder_token(cart_id)}/")
