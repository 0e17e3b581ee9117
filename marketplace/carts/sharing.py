"""A cart to show to somebody else: a copy that says what is in it and nothing of whose it is."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from kit import clock
from kit.errors import Conflict, SoukError
from marketplace.carts.actions import add_to_cart, lock, new_token, token_hash
from marketplace.carts.models import Cart, SharedCart, SharedLine
from marketplace.catalog.models import VendorCard

SHARED_FOR = timedelta(days=30)
MAX_SHARES = 20
LONG = ("description", "attributes", "search")


class NothingToShare(Conflict):
    code = "cart_empty"


class SharedGone(Conflict):
    """The link is too old, or whoever shared it has ended it."""

    code = "shared_cart_gone"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a shared cart over: how many lines went in, and what could not, with why."""

    added: int
    left_out: list[tuple[str, str]]


@transaction.atomic
def share_cart(*, cart: Cart) -> tuple[SharedCart, str]:
    """A copy of what is in the cart now, and the token by which anybody sees it. What changes later does not show there.

    We keep the token's hash only. Of many copies the oldest go. Raises NothingToShare.
    """
    lock(cart)
    lines = list(cart.lines.values_list("offer_id", "quantity"))
    if not lines:
        raise NothingToShare("There is nothing in your cart to share.")
    token, now = new_token(), clock.now()
    shared = SharedCart.objects.create(
        cart=cart, token_hash=token_hash(token), made_at=now, expires_at=now + SHARED_FOR
    )
    SharedLine.objects.bulk_create(
        SharedLine(shared=shared, offer_id=offer_id, quantity=quantity, position=position)
        for position, (offer_id, quantity) in enumerate(lines)
    )
    kept = SharedCart.objects.filter(cart=cart).order_by("-made_at", "-id").values_list("id", flat=True)[:MAX_SHARES]
    SharedCart.objects.filter(cart=cart).exclude(id__in=list(kept)).delete()
    return shared, token


def end_shares(*, cart: Cart) -> int:
    """Nobody sees a copy of this cart any more; gives how many there were."""
    found = SharedCart.objects.filter(cart=cart)
    count = found.count()
    found.delete()
    return count


def shared_by(token: str) -> SharedCart:
    """The copy that a token opens. Raises SharedGone."""
    found = (
        SharedCart.objects.filter(token_hash=token_hash(token), expires_at__gt=clock.now()).first() if token else None
    )
    if found is None:
        raise SharedGone("This shared cart is gone: the link is too old, or it was ended.")
    return found


def shared_lines(shared: SharedCart) -> list[SharedLine]:
    """Its lines with their offers and listings, and the cards of their vendors as `card`. Two statements."""
    related = ("offer__listing__category", "offer__listing_variant")
    rows = shared.lines.select_related(*related).defer(*(f"offer__listing__{name}" for name in LONG))
    lines = list(rows)
    cards = VendorCard.objects.in_bulk({line.offer.vendor_id for line in lines})
    for line in lines:
        line.card = cards.get(line.offer.vendor_id)
    return lines


@transaction.atomic
def take_shared(*, cart: Cart, shared: SharedCart) -> Taken:
    """Put what a shared cart holds into one's own, as far as it can be had; the rest is named."""
    added, left_out = 0, []
    for line in shared_lines(shared):
        try:
            with transaction.atomic():
                add_to_cart(cart=cart, offer_id=line.offer_id, quantity=line.quantity)
            added += 1
        except SoukError as error:
            left_out.append((line.offer.listing.title, str(error)))
    return Taken(added, left_out)
