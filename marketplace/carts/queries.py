"""Reading a cart."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from accounts.models import User
from marketplace.carts.actions import token_hash
from marketplace.carts.models import Cart, CartLine, SavedLine
from marketplace.catalog.models import VendorCard

LONG = ("description", "attributes", "search")


@dataclass(frozen=True)
class CartContents:
    """A cart's lines with their offers and listings, and the cards of their vendors. Two queries, whatever the size."""

    cart: Cart
    lines: list[CartLine]
    vendors: dict[UUID, VendorCard]


def find_cart(*, user: User | None, token: str) -> Cart | None:
    """The person's cart, if there is one."""
    if user is not None:
        return Cart.objects.filter(user=user).first()
    return Cart.objects.filter(token_hash=token_hash(token), user=None).first() if token else None


def contents(cart: Cart) -> CartContents:
    related = ("offer", "offer__listing", "offer__listing_variant", "offer__listing__category")
    # The long columns stay where they are.
    lines = list(cart.lines.select_related(*related).defer(*(f"offer__listing__{name}" for name in LONG)))
    cards = VendorCard.objects.in_bulk({line.offer.vendor_id for line in lines}) if lines else {}
    words = {vendor_id: card.away_words() for vendor_id, card in cards.items()}
    for line in lines:
        line.away = words.get(line.offer.vendor_id, "")
    return CartContents(cart, lines, cards)


def saved_of(cart: Cart) -> list[SavedLine]:
    """What was put aside, the latest first. One query."""
    rows = cart.saved.select_related("offer__listing__category", "offer__listing_variant")
    return list(rows.defer(*(f"offer__listing__{name}" for name in LONG)))


def item_count(cart: Cart | None) -> int:
    """How many pieces are in it: the number beside the cart in the header."""
    if cart is None:
        return 0
    return CartLine.objects.filter(cart=cart).aggregate(count=Sum("quantity"))["count"] or 0


def item_count_of(*, user: User | None, token: str) -> int:
    """The same for whoever is looking, in one query; none for a guest without a cart."""
    if user is None and not token:
        return 0
    lines = (
        CartLine.objects.filter(cart__user=user)
        if user
        else CartLine.objects.filter(cart__token_hash=token_hash(token), cart__user=None)
    )
    return lines.aggregate(count=Sum("quantity"))["count"] or 0
