"""The customer says how a vendor's parcel shall go."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from marketplace.carts.actions import keep_methods, lock
from marketplace.carts.models import Cart
from marketplace.checkout.actions import MethodGone
from marketplace.checkout.queries import cart_to_order, quote_cart


@transaction.atomic
def choose_methods(*, cart: Cart, methods: Mapping[UUID, str]) -> None:
    """Keep the shipping methods with the cart, by vendor: all of them or none. Placing takes them, the pages show them.

    What the parcel goes by already changes nothing, so that a form that only repeats it leaves the cart as it was seen.
    Raises MethodGone for a vendor that is not in the cart, and for a method that it does not offer for this parcel.
    """
    if not methods:
        return
    lock(cart)
    found = cart_to_order(cart)
    parcels = {part.vendor_id: part.shipment for part in quote_cart(found).vendors}
    news = {}
    for vendor_id, key in methods.items():
        parcel = parcels.get(vendor_id)
        if parcel is None:
            raise MethodGone({}, "Nothing of this shop can be ordered from your cart.")
        if parcel.offered.by_key(key) is None:
            card = found.vendors[vendor_id]
            words = f"{card.name} does not offer this delivery for your parcel. Choose another one."
            raise MethodGone({vendor_id: card.slug}, words)
        if parcel.is_stale or parcel.chosen is None or parcel.chosen.key != key:
            news[vendor_id] = key
    if news:
        keep_methods(cart=cart, methods=news)
