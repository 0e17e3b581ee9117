"""One cart on many hosts: how a browser gets, on a shop front, the key to the cart it has on the marketplace.

No cookie is for both: a vendor's own domain is another site, and one for all hosts of the marketplace would be sent to every
shop front. So the browser itself goes to the marketplace and back. The shop front gives it a secret to go with (`state`,
kept in that browser's session); the marketplace, which alone knows the browser's cart, sends it back with a code that is
bound to host and state, good for a minute and once (`issue`); the shop front makes a `CartKey` of it (`redeem`).

The marketplace's own cart token never leaves its host.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum

from accounts.handoff import SECONDS, HandoffRefused
from accounts.models import User
from kit import clock
from marketplace.carts.actions import MAX_LINES, changed, lock, new_token, token_hash
from marketplace.carts.models import MAX_QUANTITY, Cart, CartKey, CartLine

KEY_SECONDS = 60 * 86400
GONE = "This cart is gone: its customer has just signed in. Go back to the shop and try again."


def issue(*, cart: Cart, host: str, state: str) -> str:
    """A code by which the browser that holds `state` may have a key to this cart on `host`. It says nothing by itself."""
    code = secrets.token_urlsafe(32)
    kept = {"cart": str(cart.id), "host": host, "state": state, "issued": clock.now().timestamp()}
    cache.set(_name(code), kept, timeout=2 * SECONDS)
    return code


def redeem(*, code: str, host: str, states: set[str]) -> tuple[Cart, str]:
    """The cart a code is for, and the state it was made for: one of those that this browser went to the marketplace with.

    Raises HandoffRefused unless it is for here and this browser, fresh and unused. A code that was tried is used up.
    """
    kept: dict[str, Any] | None = cache.get(_name(code)) if code else None
    if kept is None or not cache.add(f"{_name(code)}:used", 1, timeout=4 * SECONDS):
        raise HandoffRefused(
            "This link to your cart was used before, or is too old. Go back to the shop and try again."
        )
    cache.delete(_name(code))
    if kept["host"] != host or kept["state"] not in states:
        raise HandoffRefused("This link to a cart was made for another browser or shop.")
    if not kept["issued"] - 5 <= clock.now().timestamp() < kept["issued"] + SECONDS:
        raise HandoffRefused("This link to your cart has expired; it is good for a minute.")
    cart = Cart.objects.filter(id=UUID(kept["cart"])).first()
    if cart is None:
        raise HandoffRefused(GONE)
    return cart, str(kept["state"])


@transaction.atomic
def give_key(*, cart: Cart, host: str, vendor_id: UUID, old_token: str) -> str:
    """The token of a key to this cart on `host`: a new one, or the old one when that opens this very cart.

    A guest whose old key opens another guest's cart has lost the marketplace's cookie meanwhile. What this vendor's goods
    are in that cart is copied into the new one: of the rest the key says nothing, so a stolen one brings nothing to light.
    Raises HandoffRefused when the cart has become a customer's, by signing in, since its code was taken.
    """
    if not Cart.objects.select_for_update().filter(id=cart.id).exists():
        raise HandoffRefused(GONE)
    old = _key(host, old_token)
    if old is not None and old.cart_id == cart.id:
        return old_token
    if old is not None:
        if old.cart.user_id is None:
            _copy(old.cart, cart, vendor_id)
        old.delete()
    CartKey.objects.filter(cart=cart, expires_at__lte=clock.now()).delete()
    token = new_token()
    CartKey.objects.create(cart=cart, host=host, token_hash=token_hash(token), expires_at=_end(clock.now()))
    return token


def cart_of_key(*, host: str, token: str) -> Cart | None:
    """The cart that a key opens here."""
    key = _key(host, token)
    return key.cart if key else None


def count_of_key(*, host: str, token: str) -> int:
    """How many pieces are in it; 0 without a key. One query."""
    if not token:
        return 0
    keys = CartKey.objects.filter(host=host, token_hash=token_hash(token), expires_at__gt=clock.now())
    return CartLine.objects.filter(cart__in=keys.values("cart_id")).aggregate(count=Sum("quantity"))["count"] or 0


def end_keys(user: User) -> None:
    """The customer has signed out: no shop front's browser reaches their cart by an earlier key."""
    CartKey.objects.filter(cart__user=user).delete()


def _copy(source: Cart, target: Cart, vendor_id: UUID) -> None:
    lock(target)
    have = {line.offer_id: line for line in target.lines.all()}
    for line in source.lines.filter(offer__vendor_id=vendor_id):
        kept = have.get(line.offer_id)
        if kept is not None:
            kept.quantity = min(max(kept.quantity, line.quantity), MAX_QUANTITY)
            kept.save(update_fields=["quantity"])
        elif len(have) < MAX_LINES:
            have[line.offer_id] = CartLine.objects.create(
                cart=target, offer_id=line.offer_id, quantity=line.quantity, price_seen_minor=line.price_seen_minor
            )
    changed(target)


def _key(host: str, token: str) -> CartKey | None:
    if not token:
        return None
    found = CartKey.objects.select_related("cart").filter(host=host, token_hash=token_hash(token))
    return found.filter(expires_at__gt=clock.now()).first()


def _end(now: datetime) -> datetime:
    return now + timedelta(seconds=KEY_SECONDS)


def _name(code: str) -> str:
    return f"cart-code:{hashlib.sha256(code.encode()).hexdigest()}"
