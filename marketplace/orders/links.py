"""The address of an order: the customer's own page, or, for a guest, one with a token that is the key to it."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from kit.links import absolute_url
from marketplace.orders.models import Order


def access_token(order_id: UUID) -> str:
    """What lets a guest see an order: derived, so that it can stand in a later mail; the order keeps its hash."""
    return hmac.new(settings.ORDER_LINK_KEY.encode(), f"order:{order_id}".encode(), hashlib.sha256).hexdigest()[:40]


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def opens(order: Order, token: str) -> bool:
    """Whether the token is this order's."""
    return bool(order.access_token_hash) and hmac.compare_digest(order.access_token_hash, token_hash(token))


def order_url(order: Order) -> str:
    return absolute_url("market", f"/orders/{order.number}/?key={access_token(order.id)}")
