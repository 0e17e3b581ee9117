"""The wishlist: of whoever is signed in, and of a guest's browser until then."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kit.errors import SoukError
from marketplace.carts import wishing
from marketplace.carts.models import Wish
from marketplace.carts.wishing import ChooseFirst, wishes_of
from marketplace.catalog.models import Listing
from marketplace.web.storefront import present
from marketplace.web.storefront.visitor import back_to, cart_for, cart_of, give_cart, person, see_other


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    rows = [_shown(wish) for wish in wishes_of(cart_of(request))]
    return render(request, "storefront/wishes.html", {"rows": rows, "is_guest": person(request) is None})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    cart, fresh = cart_for(request)
    try:
        wish = wishing.wish_for(cart=cart, listing_id=_listing(request))
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{wish.listing.title} is on your wishlist.")
    return give_cart(see_other(back_to(request, reverse("storefront:wishes"))), fresh)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    cart, listing_id = cart_of(request), _listing(request)
    if cart is not None:
        wishing.forget_wish(cart=cart, listing_id=listing_id)
    return see_other(reverse("storefront:wishes"))


@require_POST
def to_cart(request: HttpRequest) -> HttpResponse:
    cart, listing_id = cart_of(request), _listing(request)
    if cart is None:
        return see_other(reverse("storefront:wishes"))
    try:
        line = wishing.put_in_cart(cart=cart, listing_id=listing_id)
    except ChooseFirst as error:
        messages.info(request, str(error))
        slug = Listing.objects.filter(id=listing_id, is_visible=True).values_list("slug", flat=True).first()
        return see_other(reverse("storefront:listing", args=[slug]) if slug else reverse("storefront:wishes"))
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{line.offer.listing.title} is in your cart.")
    return see_other(reverse("storefront:wishes"))


@require_POST
def news(request: HttpRequest) -> HttpResponse:
    """One mail when it is there again or costs less: only of whoever is signed in, who asks for it."""
    user = person(request)
    if user is None:
        messages.info(request, "Sign in, and we know where to write to.")
        return see_other(f"{reverse('account_login')}?next={reverse('storefront:wishes')}")
    wishing.want_news(user=user, listing_id=_listing(request), wanted=request.POST.get("wanted") == "yes")
    return see_other(reverse("storefront:wishes"))


def _listing(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("listing", ""))
    except ValueError:
        raise Http404("There is no such article.") from None


def _shown(wish: Wish) -> dict[str, Any]:
    listing = wish.listing
    return {
        "product": present.product(listing),
        "is_gone": not listing.is_visible,
        "note": present.price_note(wish.price_seen_minor, listing.price_minor, listing.currency),
        "news": wish.news_wanted_at is not None,
    }
