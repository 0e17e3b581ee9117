"""What a customer puts aside: out of the cart, and not forgotten."""

from uuid import UUID

from django.db import transaction

from kit.errors import Conflict, InvalidInput
from marketplace.carts.actions import MAX_LINES, add_to_cart, changed, lock
from marketplace.carts.metrics import counted
from marketplace.carts.models import MAX_QUANTITY, Cart, CartLine, SavedLine


@counted("save_for_later")
@transaction.atomic
def save_for_later(*, cart: Cart, line_id: UUID) -> SavedLine:
    """Take a line out of the cart and put it aside, with what is there of it already.

    Raises Conflict for a line that is gone, InvalidInput when too much is put aside.
    """
    lock(cart)
    line = CartLine.objects.filter(cart=cart, id=line_id).first()
    if line is None:
        raise Conflict("This item is no longer in your cart.")
    saved = SavedLine.objects.filter(cart=cart, offer_id=line.offer_id).first()
    if saved is None:
        if SavedLine.objects.filter(cart=cart).count() >= MAX_LINES:
            raise InvalidInput(f"At most {MAX_LINES} different items can be saved for later.")
        saved = SavedLine(cart=cart, offer_id=line.offer_id, quantity=0)
    saved.quantity = min(saved.quantity + line.quantity, MAX_QUANTITY)
    saved.price_seen_minor = line.price_seen_minor
    saved.save()
    line.delete()
    changed(cart)
    return saved


@transaction.atomic
def move_back(*, cart: Cart, saved_id: UUID) -> CartLine:
    """Put into the cart what was put aside. Raises NotForSale, VendorAway, CartFull; then it stays where it is."""
    lock(cart)
    saved = SavedLine.objects.filter(cart=cart, id=saved_id).first()
    if saved is None:
        raise Conflict("This item is no longer among what you saved.")
    line = add_to_cart(cart=cart, offer_id=saved.offer_id, quantity=saved.quantity)
    saved.delete()
    return line


@transaction.atomic
def forget_saved(*, cart: Cart, saved_id: UUID) -> None:
    """Done twice it is done once."""
    lock(cart)
    SavedLine.objects.filter(cart=cart, id=saved_id).delete()
