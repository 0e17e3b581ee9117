"""A guest's cart, and what was ordered from it, becomes a customer's."""

from django.db import transaction

from accounts.models import User
from marketplace.carts.actions import merge_carts
from marketplace.carts.models import Cart
from marketplace.carts.queries import find_cart
from marketplace.orders.actions import hand_over
from marketplace.waiting.actions import follow_cart


@transaction.atomic
def join_carts(*, token: str, user: User) -> Cart:
    """A guest has signed in: their cart joins the customer's own, and what was ordered from it and not paid yet is theirs.

    Gives the customer's cart; a token that opens nothing changes nothing.
    """
    guest = find_cart(user=None, token=token)
    if guest is not None:
        hand_over(cart_id=guest.id, user_id=user.pk)
    joined = merge_carts(token=token, user=user)
    if guest is not None:
        follow_cart(cart_id=guest.id, into_id=joined.id, user_id=user.pk)
    return joined
