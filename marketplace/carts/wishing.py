"""What a customer wishes for: articles to come back to, and, where they ask for it, one mail when something changes."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.links import absolute_url
from kit.money import Money
from marketplace.carts.actions import add_to_cart, lock
from marketplace.carts.models import MAX_WISHES, Cart, CartLine, Wish
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import best_offer
from notifications.actions import send

log = structlog.get_logger(__name__)
# Prices and stock that go up and down make one mail in so long.
BETWEEN_MAILS = timedelta(days=1)


class ChooseFirst(Conflict):
    """The article comes in several kinds, of which one has to be chosen, or nobody has it."""

    code = "choose_first"


@transaction.atomic
def wish_for(*, cart: Cart, listing_id: UUID) -> Wish:
    """Remember an article. Twice is once. Raises Conflict for what is not for sale any more, InvalidInput for too many."""
    lock(cart)
    found = Wish.objects.filter(cart=cart, listing_id=listing_id).first()
    if found is not None:
        return found
    listing = Listing.objects.filter(id=listing_id, is_visible=True).first()
    if listing is None:
        raise Conflict("This article is not for sale any more.")
    if Wish.objects.filter(cart=cart).count() >= MAX_WISHES:
        raise InvalidInput(f"At most {MAX_WISHES} articles can be wished for.")
    return Wish.objects.create(
        cart=cart,
        listing=listing,
        price_seen_minor=listing.price_minor,
        was_in_stock=listing.in_stock,
        wished_at=clock.now(),
    )


@transaction.atomic
def forget_wish(*, cart: Cart, listing_id: UUID) -> None:
    """Done twice it is done once."""
    lock(cart)
    Wish.objects.filter(cart=cart, listing_id=listing_id).delete()


@transaction.atomic
def put_in_cart(*, cart: Cart, listing_id: UUID) -> CartLine:
    """Out of the wishes, into the cart. Raises ChooseFirst, NotForSale, VendorAway, CartFull; then it stays wished for."""
    lock(cart)
    offer = best_offer(listing_id)
    if offer is None:
        raise ChooseFirst("Choose on its page which one it is to be.")
    line = add_to_cart(cart=cart, offer_id=offer.id)
    Wish.objects.filter(cart=cart, listing_id=listing_id).delete()
    return line


@transaction.atomic
def want_news(*, user: User, listing_id: UUID, wanted: bool) -> None:
    """One mail, or none, when it is there again or costs less. Only of whoever has an account, and asks for it."""
    rows = Wish.objects.select_for_update(of=("self",)).select_related("listing")
    wish = rows.filter(cart__user=user, listing_id=listing_id).first()
    if wish is None or wanted == (wish.news_wanted_at is not None):
        return
    wish.news_wanted_at = clock.now() if wanted else None
    wish.price_seen_minor, wish.was_in_stock = wish.listing.price_minor, wish.listing.in_stock
    wish.save(update_fields=["news_wanted_at", "price_seen_minor", "was_in_stock"])


def wishes_of(cart: Cart | None) -> list[Wish]:
    """Newest first, each with its listing. One statement."""
    if cart is None:
        return []
    return list(Wish.objects.filter(cart=cart).select_related("listing").order_by("-wished_at", "id"))


def tell_of_wishes(batch: int = 200) -> int:
    """Write to whoever asked for it that something is there again, or costs less; gives how many. Each change once."""
    there = Q(was_in_stock=False, listing__in_stock=True)
    cheaper = Q(listing__in_stock=True, listing__price_minor__lt=F("price_seen_minor"))
    wanted = Q(news_wanted_at__isnull=False, listing__is_visible=True, cart__user__is_active=True)
    rested = Q(told_at=None) | Q(told_at__lte=clock.now() - BETWEEN_MAILS)
    found = Wish.objects.filter(wanted, rested, there | cheaper)
    sent = 0
    for wish_id in list(found.order_by("id").values_list("id", flat=True)[:batch]):
        try:
            sent += _tell(wish_id)
        except Exception:  # whatever is wrong with one, the others are looked at
            log.exception("wish_not_told_of", wish=str(wish_id))
    # What went is waited for from now on.
    Wish.objects.filter(was_in_stock=True, listing__in_stock=False).update(was_in_stock=False)
    return sent


@transaction.atomic
def _tell(wish_id: UUID) -> int:
    wish = Wish.objects.select_for_update(of=("self",)).select_related("listing", "cart__user").get(id=wish_id)
    listing, user, now = wish.listing, wish.cart.user, clock.now()
    is_back, was = not wish.was_in_stock, wish.price_seen_minor
    if user is None or wish.news_wanted_at is None:
        return 0
    wish.was_in_stock, wish.price_seen_minor, wish.told_at = listing.in_stock, listing.price_minor, now
    wish.save(update_fields=["was_in_stock", "price_seen_minor", "told_at"])
    context = {
        "title": listing.title,
        "is_back": is_back,
        "price": str(Money(listing.price_minor, listing.currency)),
        "was": str(Money(was, listing.currency)) if listing.price_minor < was else "",
        "url": absolute_url("market", f"/p/{listing.slug}/"),
        "article": listing.title,
    }
    send(f"wish:{wish.id}:{now:%Y%m%d%H%M%S}", "wish_news", user.email, context)
    return 1
