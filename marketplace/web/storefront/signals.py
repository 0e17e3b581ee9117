"""What signing in and out does to a cart."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from marketplace.carts.keys import end_keys
from marketplace.checkout.actions import join_carts
from marketplace.web.storefront.visitor import cart_token


@receiver(user_logged_in, dispatch_uid="storefront.take_the_cart_along")
def take_the_cart_along(sender: type, request: HttpRequest | None, user: Any, **more: Any) -> None:
    """What the guest had put in joins the customer's own cart, what was ordered from it and not paid yet is theirs too.

    The guest's cart is gone, so its cookie opens nothing.
    """
    token = cart_token(request) if request is not None else ""
    if token:
        join_carts(token=token, user=user)


@receiver(user_logged_out, dispatch_uid="storefront.end_cart_keys")
def end_cart_keys(sender: type, request: HttpRequest | None, user: Any, **more: Any) -> None:
    """Somebody who signs out leaves no way to their cart behind, on no shop front."""
    if isinstance(user, User):
        end_keys(user)
