"""Where the provider may send a customer back to. It redirects there in our name, so not to just anywhere."""

import re
from urllib.parse import urlsplit

from django.conf import settings

from kit.errors import InvalidInput
from kit.links import absolute_url, host_of
from marketplace.orders.links import order_url
from marketplace.orders.models import Order

# What an address is written with (RFC 3986), and the braces around the provider's placeholder.
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%{}]+")
_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"


class ForeignReturn(InvalidInput):
    """The provider would send the customer to a place that the operator does not allow."""

    code = "return_url_not_allowed"


def checked(url: str, field: str) -> str:
    """The address itself. Raises ForeignReturn unless it is of the marketplace, a shop front, or an allowed origin."""
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        origin = ""
    if not origin or not _WRITTEN.fullmatch(url) or not _is_allowed(origin):
        raise ForeignReturn(
            "This has to be an http(s) address of the marketplace, or of an origin that its operator allows.",
            field=field,
        )
    return url


def _is_allowed(origin: str) -> bool:
    ours = f"{settings.SCHEME}://{host_of('market')}"
    shop = re.escape(f"{settings.SCHEME}://{host_of('shop', 'VENDOR')}").replace("VENDOR", _LABEL)
    return origin in (ours, *settings.API_RETURN_ORIGINS) or re.fullmatch(shop, origin) is not None


def paid_url(order: Order) -> str:
    """Our own page for a customer who paid, which asks the provider at once."""
    return absolute_url("market", "storefront:order_paid", number=order.number) + "?session_id={CHECKOUT_SESSION_ID}"


def stopped_url(order: Order) -> str:
    """Our own page for one who gave up; a guest's browser, which has never been here, needs the key to it."""
    if order.user_id is None:
        return order_url(order)
    return absolute_url("market", "storefront:order", number=order.number) + "?payment=stopped"
