"""A waiting room as who waits sees it: a place, how many are ahead, how long it takes, and then the way to the checkout."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from kit import clock
from marketplace.carts.models import Cart, CartLine
from marketplace.catalog.models import Listing, VendorCard
from marketplace.waiting import actions
from marketplace.waiting.actions import RoomOver
from marketplace.waiting.live import room_topic
from marketplace.waiting.models import WaitingRoom
from marketplace.waiting.queries import Standing, Where
from marketplace.web.live import live_page
from marketplace.web.storefront import present
from marketplace.web.storefront.visitor import cart_for, cart_of, give_cart, person, see_other

# Whoever waits longer asks in between: somebody may have changed the rate.
LONGEST_SECONDS = 300


@never_cache
@require_safe
def room(request: HttpRequest, room_id: UUID) -> HttpResponse:
    user, cart = person(request), cart_of(request)
    try:
        standing = actions.look(
            room_id=room_id, cart_id=cart.id if cart else None, user_id=user.id if user is not None else None
        )
    except WaitingRoom.DoesNotExist:
        raise Http404("There is no such waiting room.") from None
    listing = Listing.objects.filter(id=standing.room.listing_id).first()
    vendor = VendorCard.objects.filter(vendor_id=standing.room.vendor_id).first()
    return live_page(
        request,
        "storefront/waiting_room.html",
        {
            "room": standing.room,
            "standing": standing,
            "where": str(standing.where),
            "opened": standing.room.opens_at <= clock.now(),
            "minutes": -(-(standing.wait_seconds or 0) // 60),
            "ask_in": _ask_in(standing),
            "listing": listing,
            "image_url": next((image["url"] for image in present.images(listing)), "") if listing else "",
            "vendor": vendor,
            "is_in_cart": cart is not None
            and CartLine.objects.filter(cart=cart, offer__product_id=standing.room.product_id).exists(),
        },
        part="storefront/_waiting_room.html",
        topics=(room_topic(room_id),),
        who=None if standing.where == Where.OVER else _listener(user, cart),
        said="Something has changed in the waiting room.",
    )


@never_cache
@require_POST
def place(request: HttpRequest, room_id: UUID) -> HttpResponse:
    """Take a place. It is the cart's, so it is there wherever the cart is."""
    if not WaitingRoom.objects.filter(id=room_id).exists():
        raise Http404("There is no such waiting room.")
    user = person(request)
    cart, fresh = cart_for(request)
    try:
        actions.join(room_id=room_id, cart_id=cart.id, user_id=user.id if user is not None else None)
    except RoomOver as error:
        messages.info(request, str(error))
    return give_cart(see_other(reverse("storefront:waiting_room", args=[room_id])), fresh)


def _listener(user: User | None, cart: Cart | None) -> str:
    """Who listens, by what a waiting guest has: a cart. The streams of each are counted."""
    if user is not None:
        return f"user:{user.id}"
    return f"cart:{cart.id}" if cart is not None else ""


def _ask_in(standing: Standing) -> int:
    """Seconds until the page had better ask again by itself; 0: not before it hears."""
    now = clock.now()
    if standing.where == Where.ADMITTED and standing.until is not None:
        left = standing.until - now
    elif standing.wait is not None:
        left = standing.wait
    else:
        return 0
    return min(int(left.total_seconds()) + 1, LONGEST_SECONDS)
