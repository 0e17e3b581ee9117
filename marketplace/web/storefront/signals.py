"""What signing in does to a cart."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

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
