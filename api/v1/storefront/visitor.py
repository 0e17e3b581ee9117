"""Who is asking: a customer by access token, or a guest by the tokens of a cart and of orders."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.models import User
from api.errors import NotFound
from api.views import CustomerView
from marketplace.carts.actions import ensure_cart
from marketplace.carts.models import Cart
from marketplace.carts.queries import find_cart
from marketplace.orders.links import opens
from marketplace.orders.models import Order

CART_HEADER, ORDER_HEADER = "Souk-Cart", "Souk-Order"
CART_TOKEN = OpenApiParameter(
    CART_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A guest's cart: the `token` that `POST carts` gave. A customer's cart is known by the access token instead.",
)
ORDER_TOKEN = OpenApiParameter(
    ORDER_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A guest's order: the `access_token` it came with. A customer's are known by the access token instead.",
)


class StorefrontView(CustomerView):
    """One cart, one checkout, one account: on the marketplace's own host, and not on a vendor's shop front."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if getattr(request, "shop_front", None) is not None:
            raise NotFound("The storefront API is on the marketplace's own host.")
        super().initial(request, *args, **kwargs)


def customer(request: Request) -> User | None:
    user = request.user
    return user if isinstance(user, User) else None


def signed_in(request: Request) -> User:
    """The customer, in a view that lets nobody else in."""
    user = request.user
    if not isinstance(user, User):
        raise NotAuthenticated()
    return user


def cart_of(request: Request) -> Cart:
    """The caller's cart, to be read; a customer's who has none yet is empty and unsaved.

    Raises NotAuthenticated for a guest without a token, AuthenticationFailed for one whose token opens nothing.
    """
    user = customer(request)
    if user is not None:
        return find_cart(user=user, token="") or Cart(user=user)
    token = request.headers.get(CART_HEADER, "")
    if not token:
        raise NotAuthenticated(
            f"Sign in, or send the token of a guest's cart as `{CART_HEADER}`; `POST carts` makes one."
        )
    cart = find_cart(user=None, token=token)
    if cart is None:
        raise AuthenticationFailed(
            f"This `{CART_HEADER}` opens no cart (any more). Make a new one.", code="invalid_cart"
        )
    return cart


def cart_for(request: Request) -> Cart:
    """The caller's cart, to be changed: a customer's is made if need be. Raises as `cart_of` does."""
    user = customer(request)
    return ensure_cart(user=user, token="") if user is not None else cart_of(request)


def order_of(request: Request, number: str) -> Order:
    """The order of that number, for whom it concerns. Raises NotFound for anybody else, as if there were none."""
    order = Order.objects.filter(number=number.upper()[:20]).first()
    token, user = request.headers.get(ORDER_HEADER, ""), customer(request)
    if order is not None and ((user is not None and order.user_id == user.id) or (token and opens(order, token))):
        return order
    raise NotFound()
