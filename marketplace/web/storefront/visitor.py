"""Who is looking: the customer or guest behind a request, with the cart and the orders this browser may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from kit.links import absolute_url
from kit.permission import open_to
from marketplace.carts.actions import ensure_cart, new_token
from marketplace.carts.models import Cart
from marketplace.carts.queries import find_cart
from marketplace.orders.models import Order
from tenants.vendors.models import Vendor

CART_COOKIE = "souk_cart"
KEY_COOKIE = "souk_cart_key"
CART_SECONDS = 60 * 86400
ORDERS_REMEMBERED = 20
_ORDERS = "orders"

View = Callable[..., HttpResponse]


def customers(view: View) -> View:
    """For pages of whoever is signed in, which find by them what is theirs; others are sent to sign in first."""
    return open_to("customer")(login_required(view))


def market_only(view: View) -> View:
    """For pages that a shop front does not have: there they lead to the marketplace's own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if shop_front(request) is None:
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(absolute_url("market", request.get_full_path()))

    return guarded


def shop_front(request: HttpRequest) -> Vendor | None:
    """The vendor whose host this is; None on the marketplace's own."""
    found: Vendor | None = getattr(request, "shop_front", None)
    return found


def front_host(request: HttpRequest) -> str:
    """The name a shop front is found under, without port."""
    return str(request.front_host)  # type: ignore[attr-defined]


def person(request: HttpRequest) -> User | None:
    """Who is signed in; nobody ever is on a shop front."""
    if shop_front(request) is not None:
        return None
    user = getattr(request, "user", None)
    return user if isinstance(user, User) or getattr(user, "is_authenticated", False) else None


def cart_token(request: HttpRequest) -> str:
    """The token a guest's browser carries; "" without one, or with something that is none of ours."""
    return _token(request, CART_COOKIE)


def key_token(request: HttpRequest) -> str:
    """The token of this shop front's key to the visitor's cart, likewise."""
    return _token(request, KEY_COOKIE)


def _token(request: HttpRequest, cookie: str) -> str:
    token = request.COOKIES.get(cookie, "")
    return token if 20 <= len(token) <= 64 and token.isascii() else ""


def cart_of(request: HttpRequest) -> Cart | None:
    return find_cart(user=person(request), token=cart_token(request))


def cart_for(request: HttpRequest) -> tuple[Cart, str]:
    """The visitor's cart, made if need be, and the new token a guest's browser must be given ("" when it has one)."""
    user, token = person(request), cart_token(request)
    fresh = "" if user or token else new_token()
    return ensure_cart(user=user, token=token or fresh), fresh


def give_cart(response: HttpResponse, token: str) -> HttpResponse:
    """Put a new token into the guest's browser, for sixty days."""
    return _keep(response, CART_COOKIE, token)


def give_key(response: HttpResponse, token: str) -> HttpResponse:
    """The same of a shop front's key."""
    return _keep(response, KEY_COOKIE, token)


def _keep(response: HttpResponse, cookie: str, token: str) -> HttpResponse:
    if token:
        response.set_cookie(
            cookie,
            token,
            max_age=CART_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def is_forgetful(request: HttpRequest) -> bool:
    """Whether what was put into this session will not be there at the next request: while Valkey does not answer."""
    request.session.save()
    return bool(request.session.is_unkept)  # type: ignore[attr-defined]


def remember_order(request: HttpRequest, order: Order) -> None:
    """This browser may see the order from now on, without the key in its address."""
    known = [known for known in request.session.get(_ORDERS, []) if known != str(order.id)]
    request.session[_ORDERS] = [*known, str(order.id)][-ORDERS_REMEMBERED:]


def remembers_order(request: HttpRequest, order_id: UUID) -> bool:
    return str(order_id) in request.session.get(_ORDERS, [])


def see_other(url: str) -> HttpResponse:
    """After a POST: go there, with GET, whatever the browser would rather do."""
    return HttpResponse(status=303, headers={"Location": iri_to_uri(url)})


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form names in `next`."""
    asked = request.POST.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else otherwise
