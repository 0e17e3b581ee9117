"""What only a shop front has: its pages about the vendor, and its way to the one cart."""

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.handoff import safe_path
from kit.errors import NotAllowed, SoukError
from kit.links import absolute_url, front_url
from marketplace.carts import keys
from marketplace.carts.actions import NotForSale, add_to_cart
from marketplace.carts.keys import cart_of_key
from marketplace.carts.models import Cart
from marketplace.catalog.models import Offer
from marketplace.catalog.queries import NotListed, vendor_card
from marketplace.web.storefront import present
from marketplace.web.storefront.visitor import (
    cart_for,
    cart_of,
    front_host,
    give_cart,
    give_key,
    key_token,
    see_other,
    shop_front,
)
from tenants.vendors.countries import VENDOR_COUNTRIES
from tenants.vendors.models import TextKind, Vendor
from tenants.vendors.queries import front_of, texts_of

# --- Pages ------------------------------------------------------------------------------------------------------------


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who is behind the shop: its own words, else the story told on the marketplace."""
    vendor = _front(request)
    text = texts_of(vendor.id).get(TextKind.ABOUT) or vendor.story
    try:
        card = vendor_card(vendor.slug)
    except NotListed as error:
        raise Http404(str(error)) from None
    context = {
        "vendor": present.vendor(card) | {"tagline": card.tagline},
        "place": ", ".join(filter(None, (card.city, VENDOR_COUNTRIES.get(card.country, card.country)))),
        "joined_at": card.joined_at,
        "shipping": present.shipping_words(card),
        "arrives": present.arrives(card.handling_days, card.transit_days),
        "text": text,
    }
    return render(request, "storefront/about.html", context)


POLICIES = (TextKind.RETURNS, TextKind.SHIPPING, TextKind.PRIVACY, TextKind.IMPRINT)


@require_safe
def policy(request: HttpRequest, kind: str) -> HttpResponse:
    """One of the vendor's policies. Its imprint also names the company as the marketplace knows it."""
    vendor = _front(request)
    text = texts_of(vendor.id).get(kind, "") if kind in POLICIES else ""
    if not text and kind != TextKind.IMPRINT:
        raise Http404("This shop has no such page.")
    company = []
    if kind == TextKind.IMPRINT:
        country = VENDOR_COUNTRIES.get(vendor.country, vendor.country)
        company = [
            {"label": "Company", "value": vendor.legal_name},
            {"label": "Address", "value": ", ".join([*vendor.postal_address, country])},
            {"label": "E-mail", "value": vendor.email},
            *([{"label": "VAT number", "value": vendor.vat_id}] if vendor.vat_id else []),
        ]
    label = TextKind(kind).label
    return render(request, "storefront/policy.html", {"title": label, "text": text, "company": company})


def _front(request: HttpRequest) -> Vendor:
    """The vendor whose host this is. On the marketplace's own there are no such pages."""
    vendor = shop_front(request)
    if vendor is None:
        raise Http404("This page is on a shop's own host.")
    return vendor


# --- The cart ---------------------------------------------------------------------------------------------------------

# Where a browser may go on to on the marketplace, with the cart it has by then.
GOES_TO = {"cart": "storefront:cart", "checkout": "storefront:checkout"}
# The session of this browser on the shop front keeps with which secrets it left for the marketplace, and what for.
_LEFT, _LEFT_AT_ONCE = "cart_states", 5


@require_safe
@never_cache
def cart(request: HttpRequest) -> HttpResponse:
    """`/cart/front/`, where marketplace and shop front meet about the cart; `marketplace.carts.keys` says how."""
    if shop_front(request) is None:
        return _send_back(request)
    if "code" in request.GET:
        return _arrive(request)
    if "none" in request.GET:
        return _come_back_without(request)
    return leave(request, next_path=safe_path(request.GET.get("next", "/")))


def leave(
    request: HttpRequest, *, next_path: str = "/", to: str = "", wanted: tuple[UUID, int] | None = None
) -> HttpResponse:
    """From a shop front to the marketplace, to come back with a code; then to `next_path` here, or on to the cart there.

    `wanted` is an offer and a quantity, put into the cart on coming back.
    """
    state = secrets.token_urlsafe(18)
    purpose = {"next": next_path, "to": to, "wanted": [str(wanted[0]), wanted[1]] if wanted else None}
    left = list(request.session.get(_LEFT, {}).items())[1 - _LEFT_AT_ONCE :]
    request.session[_LEFT] = dict([*left, (state, purpose)])
    query = {"front": front_host(request), "state": state, **({"new": "1"} if wanted or to else {})}
    return see_other(f"{absolute_url('market', reverse('storefront:front_cart'))}?{urlencode(query)}")


def onward(request: HttpRequest, to: str) -> HttpResponse:
    """From a shop front to the cart or the checkout; by way of a code if a cart is known here, so that it is the same."""
    if cart_of_key(host=front_host(request), token=key_token(request)) is None:
        return see_other(absolute_url("market", reverse(GOES_TO[to])))
    return leave(request, to=to)


def _send_back(request: HttpRequest) -> HttpResponse:
    """On the marketplace: to that shop front, with a code for this browser's cart. Without a state it is asked for first.

    The address is one that a vendor has: nobody is sent anywhere else. Only a browser that goes there as a whole comes
    with a cart; a picture or a frame on some other page is refused.
    """
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise NotAllowed("This is a page of its own.")
    host = request.GET.get("front", "").lower()
    vendor = front_of(host)
    if vendor is None or not vendor.may_sell:
        raise Http404("There is no such shop.")
    there, state = front_url(host, reverse("storefront:front_cart")), request.GET.get("state", "")[:64]
    if not state:
        return HttpResponseRedirect(f"{there}?{urlencode({'next': safe_path(request.GET.get('next', '/'))})}")
    if cart_of(request) is None and "new" not in request.GET:
        return HttpResponseRedirect(f"{there}?{urlencode({'none': state})}")
    found, fresh = cart_for(request)
    code = keys.issue(cart=found, host=host, state=state)
    return give_cart(HttpResponseRedirect(f"{there}?{urlencode({'code': code})}"), fresh)


def _come_back_without(request: HttpRequest) -> HttpResponse:
    """There is no cart on the marketplace: nothing to have a key to."""
    left: dict[str, Any] = request.session.get(_LEFT, {})
    purpose = left.pop(request.GET["none"], None)
    request.session[_LEFT] = left
    return HttpResponseRedirect(safe_path(purpose["next"]) if purpose else "/")


def _arrive(request: HttpRequest) -> HttpResponse:
    """Back on the shop front: make a key of the code, and go on with what the browser had left for."""
    vendor, host = _front(request), front_host(request)
    left: dict[str, Any] = request.session.get(_LEFT, {})
    found, state = keys.redeem(code=request.GET.get("code", ""), host=host, states=set(left))
    purpose = left.pop(state)
    request.session[_LEFT] = left
    token = keys.give_key(cart=found, host=host, vendor_id=vendor.id, old_token=key_token(request))
    if purpose["wanted"]:
        offer_id, quantity = purpose["wanted"]
        try:
            messages.success(request, put_in(found, vendor, UUID(offer_id), quantity))
        except SoukError as error:
            messages.error(request, str(error))
    route = GOES_TO.get(purpose["to"])
    url = absolute_url("market", reverse(route)) if route else safe_path(purpose["next"])
    return give_key(HttpResponseRedirect(url), token)


def put_in(found: Cart, vendor: Vendor, offer_id: UUID, quantity: int) -> str:
    """Put the vendor's own offer into a cart, and say so. Raises NotForSale, also for another vendor's, and CartFull."""
    if not Offer.objects.filter(id=offer_id, vendor_id=vendor.id).exists():
        raise NotForSale(f"{vendor.name} does not sell this.")
    line = add_to_cart(cart=found, offer_id=offer_id, quantity=quantity)
    return f"{line.offer.listing.title} is in your cart."
