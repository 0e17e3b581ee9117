"""What lies beside the cart: what was saved for later, copies for others, and the one mail about a cart that was left."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.errors import SoukError
from kit.links import absolute_url
from marketplace.carts import saving, sharing
from marketplace.carts.models import SavedLine, SharedLine
from marketplace.carts.reminding import ends_reminders, refuse_reminder, want_reminder
from marketplace.carts.sharing import SharedGone
from marketplace.web.storefront import present
from marketplace.web.storefront.visitor import cart_for, cart_of, give_cart, person, see_other


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Out of the cart, and put aside."""
    cart, line_id = cart_of(request), _uuid(request.POST.get("line", ""))
    if cart and line_id:
        _told(request, lambda: saving.save_for_later(cart=cart, line_id=line_id))
    return _to_cart()


@require_POST
def move_back(request: HttpRequest) -> HttpResponse:
    cart, saved_id = cart_of(request), _uuid(request.POST.get("saved", ""))
    if cart and saved_id:
        _told(request, lambda: saving.move_back(cart=cart, saved_id=saved_id))
    return _to_cart()


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    cart, saved_id = cart_of(request), _uuid(request.POST.get("saved", ""))
    if cart and saved_id:
        saving.forget_saved(cart=cart, saved_id=saved_id)
    return _to_cart()


# --- For others -------------------------------------------------------------------------------------------------------


@never_cache
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """A copy of the cart, and its link: shown once, for we keep no way to make it again."""
    cart = cart_of(request)
    if cart is None:
        return _to_cart()
    try:
        made, token = sharing.share_cart(cart=cart)
    except SoukError as error:
        messages.error(request, str(error))
        return _to_cart()
    url = absolute_url("market", reverse("storefront:shared_cart", args=[token]))
    return render(request, "storefront/cart_shared.html", {"url": url, "expires_at": made.expires_at})


@require_POST
def end_shares(request: HttpRequest) -> HttpResponse:
    cart = cart_of(request)
    count = sharing.end_shares(cart=cart) if cart else 0
    messages.success(request, "Nobody sees your cart by a link any more." if count else "There was no link to end.")
    return _to_cart()


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody shared: to look at, and to take over."""
    found = _shared(token)
    lines = [_shared_line(line) for line in sharing.shared_lines(found)]
    context = {"lines": lines, "token": token, "can_take": any(not line["problem"] for line in lines)}
    return render(request, "storefront/shared_cart.html", context)


@require_POST
def take_shared(request: HttpRequest, token: str) -> HttpResponse:
    """All of it that can be had goes into the visitor's own cart."""
    found = _shared(token)
    cart, fresh = cart_for(request)
    taken = sharing.take_shared(cart=cart, shared=found)
    if taken.added:
        messages.success(request, f"{taken.added} article{'s' if taken.added > 1 else ''} of it are in your cart.")
    for title, why in taken.left_out[:5]:
        messages.error(request, f"{title}: {why}")
    return give_cart(_to_cart(), fresh)


# --- The mail ---------------------------------------------------------------------------------------------------------


@require_POST
def reminder(request: HttpRequest) -> HttpResponse:
    """A signed-in customer wants the one mail about a cart that was left, or does not."""
    cart = cart_of(request)
    if cart is None or person(request) is None:
        return _to_cart()
    if request.POST.get("remind"):
        want_reminder(cart=cart)
        messages.success(request, "We write to you once if you leave this cart, and never after you have ordered.")
    else:
        refuse_reminder(cart_id=cart.id)
        messages.success(request, "We do not write to you about your cart.")
    return _to_cart()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_end(request: HttpRequest, cart_id: UUID, token: str) -> HttpResponse:
    """The link in the mail: one click more, for programs open links too."""
    if not ends_reminders(cart_id, token):
        raise Http404("This link is not one of ours.")
    if request.method == "POST":
        refuse_reminder(cart_id=cart_id)
    return render(request, "storefront/reminder_end.html", {"done": request.method == "POST"})


# --- Their parts ------------------------------------------------------------------------------------------------------


def saved_line(saved: SavedLine) -> dict[str, Any]:
    """Something that was put aside, as the cart's page shows it."""
    offer, listing = saved.offer, saved.offer.listing
    problem = "" if offer.is_visible and offer.available else "Sold out." if offer.is_visible else "No longer for sale."
    return {
        "id": saved.id,
        **_article(offer, saved.quantity),
        "url": f"{reverse('storefront:listing', args=[listing.slug])}?v={offer.listing_variant_id}"
        if listing.is_visible
        else "",
        "note": present.price_note(saved.price_seen_minor, offer.price_minor, offer.currency),
        "problem": problem,
    }


def _shared_line(line: SharedLine) -> dict[str, Any]:
    offer = line.offer
    away = line.card.away_words() if line.card else ""
    problem = away
    if not offer.is_visible:
        problem = "No longer for sale."
    elif offer.available < line.quantity:
        problem = f"Only {offer.available} left." if offer.available else "Sold out."
    return {
        **_article(offer, line.quantity),
        "url": reverse("storefront:listing", args=[offer.listing.slug]) if offer.listing.is_visible else "",
        "note": f"From {line.card.name}" if line.card else "",
        "problem": problem,
    }


def _article(offer: Any, quantity: int) -> dict[str, Any]:
    listing = offer.listing
    return {
        "title": listing.title,
        "image_url": present.thumbnail(listing.pictures[0]["path"]) if listing.pictures else "",
        "options": present.options(offer.listing_variant.options),
        "quantity": quantity,
        "unit_minor": offer.price_minor,
        "amount_minor": offer.price_minor * quantity,
        "currency": offer.currency,
    }


def _shared(token: str) -> Any:
    try:
        return sharing.shared_by(token)
    except SharedGone as error:
        raise Http404(str(error)) from None


def _told(request: HttpRequest, act: Any) -> None:
    try:
        act()
    except SoukError as error:
        messages.error(request, str(error))


def _to_cart() -> HttpResponse:
    return see_other(reverse("storefront:cart"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
