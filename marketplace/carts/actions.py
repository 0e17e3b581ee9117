"""Filling a cart, and making a guest's cart a customer's."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from kit import clock
from kit.errors import Conflict, InvalidInput
from marketplace.carts.metrics import counted
from marketplace.carts.models import MAX_CODES, MAX_GIFT_CARDS, MAX_QUANTITY, MAX_WISHES, Cart, CartLine
from marketplace.catalog.models import Offer, VendorCard
from taxonomy.tax import SELLING_COUNTRIES
from tenants.vendors.vacation import VendorAway

MAX_LINES = 100
_COUNTRIES = {code for code, _ in SELLING_COUNTRIES}


class NotForSale(Conflict):
    """The offer is gone, hidden, or has nothing left."""

    code = "not_for_sale"


class CartFull(InvalidInput):
    code = "cart_full"


def new_token() -> str:
    """A guest's cart token: goes into a cookie, only its hash is kept."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def ensure_cart(*, user: User | None, token: str, country: str = "DE") -> Cart:
    """The person's cart, made if need be: a signed-in customer's own, else the one the token names."""
    if user is not None:
        cart, _ = Cart.objects.get_or_create(user=user, defaults={"country": country})
    else:
        cart, _ = Cart.objects.get_or_create(token_hash=token_hash(token), user=None, defaults={"country": country})
    return cart


@counted("add")
@transaction.atomic
def add_to_cart(*, cart: Cart, offer_id: UUID, quantity: int = 1) -> CartLine:
    """Put `quantity` more of an offer into the cart.

    Raises NotForSale, VendorAway, InvalidInput for a quantity out of range, CartFull.
    """
    _check_quantity(quantity)
    lock(cart)
    offer = _offer(offer_id)
    card = VendorCard.objects.filter(vendor_id=offer.vendor_id).first()
    if card is not None and (away := card.away_words()):
        raise VendorAway(f"{card.name}: {away[:1].lower()}{away[1:]}", field="offer")
    lines = {line.offer_id: line for line in CartLine.objects.filter(cart=cart)}
    line = lines.get(offer.id)
    wanted = quantity + (line.quantity if line else 0)
    if wanted > min(offer.available, MAX_QUANTITY):
        raise NotForSale(_left(offer, line.quantity if line else 0), field="quantity")
    if line is None:
        if len(lines) >= MAX_LINES:
            raise CartFull(f"A cart holds at most {MAX_LINES} different items.")
        line = CartLine(cart=cart, offer=offer, quantity=0)
    line.quantity, line.price_seen_minor = wanted, offer.price_minor
    line.save()
    changed(cart)
    return line


@counted("set_quantity")
@transaction.atomic
def set_quantity(*, cart: Cart, line_id: UUID, quantity: int) -> None:
    """Change a line; zero removes it. Raises InvalidInput, NotForSale. A line that is gone already stays gone."""
    if quantity == 0:
        remove_line(cart=cart, line_id=line_id)
        return
    _check_quantity(quantity)
    lock(cart)
    line = CartLine.objects.select_related("offer").filter(cart=cart, id=line_id).first()
    if line is None:
        raise Conflict("This item is no longer in your cart.")
    if quantity > line.quantity and quantity > line.offer.available:
        raise NotForSale(_left(line.offer, 0), field="quantity")
    line.quantity, line.price_seen_minor = quantity, line.offer.price_minor
    line.save(update_fields=["quantity", "price_seen_minor"])
    changed(cart)


@counted("remove")
@transaction.atomic
def remove_line(*, cart: Cart, line_id: UUID) -> None:
    lock(cart)
    if CartLine.objects.filter(cart=cart, id=line_id).delete()[0]:
        changed(cart)


@transaction.atomic
def see_prices(*, cart: Cart, prices: Mapping[UUID, int]) -> None:
    """The customer has been shown these prices, in minor units by line; nothing else about the cart changes."""
    lock(cart)
    for line in cart.lines.filter(id__in=prices):
        line.price_seen_minor = prices[line.id]
        line.save(update_fields=["price_seen_minor"])


@counted("set_country")
@transaction.atomic
def set_country(*, cart: Cart, country: str) -> None:
    """Where it goes, which decides the VAT shown. Raises InvalidInput for a country we do not sell to."""
    if country not in _COUNTRIES:
        raise InvalidInput("We do not ship to this country yet; choose one from the list.", field="country")
    if cart.country != country:
        lock(cart)
        # What was chosen is a way to another country.
        cart.country, cart.shipping = country, {}
        cart.save(update_fields=["country", "shipping"])
        changed(cart)


@transaction.atomic
def set_company(*, cart: Cart, company: str, vat_id: str) -> None:
    """For whom it is bought, which decides the VAT shown: a company and its VAT number, both checked by the caller."""
    if (cart.company, cart.vat_id) != (company, vat_id):
        lock(cart)
        cart.company, cart.vat_id = company, vat_id
        cart.save(update_fields=["company", "vat_id"])


@counted("choose_shipping")
@transaction.atomic
def keep_methods(*, cart: Cart, methods: Mapping[UUID, str]) -> None:
    """Remember how the parcels of some vendors shall go: keys by vendor, which the caller has looked at."""
    lock(cart)
    cart.shipping = Cart.objects.values_list("shipping", flat=True).get(id=cart.id)
    kept = {**cart.shipping, **{str(vendor): key for vendor, key in methods.items()}}
    if kept != cart.shipping:
        cart.shipping = kept
        cart.save(update_fields=["shipping"])
        changed(cart)


@counted("put_coupon")
@transaction.atomic
def put_coupon(*, cart: Cart, code: str) -> None:
    """Keep a coupon's code; that it may be used is known. One that is there stays. Raises CartFull."""
    _keep(cart, "codes", code, most=MAX_CODES, what="coupons", field="code")


@counted("drop_coupon")
@transaction.atomic
def drop_coupon(*, cart: Cart, code: str) -> None:
    """Take a code out of the cart; one that is not in it stays out."""
    _let_go(cart, "codes", code)


@counted("choose_means")
@transaction.atomic
def put_gift_card(*, cart: Cart, card_id: UUID) -> None:
    """Pay with this gift card, which is known to be good. One that is there stays. Raises CartFull."""
    _keep(cart, "gift_cards", str(card_id), most=MAX_GIFT_CARDS, what="gift cards", field="gift_card")


@counted("choose_means")
@transaction.atomic
def drop_gift_card(*, cart: Cart, card_id: UUID) -> None:
    """Do not pay with this gift card; one that is not in the cart stays out."""
    _let_go(cart, "gift_cards", str(card_id))


def _keep(cart: Cart, column: str, value: str, *, most: int, what: str, field: str) -> None:
    kept = _kept(cart, column)
    if value in kept:
        return
    if len(kept) >= most:
        raise CartFull(f"A cart takes at most {most} {what}. Take one out first.", field=field)
    _keep_these(cart, column, [*kept, value])


def _let_go(cart: Cart, column: str, value: str) -> None:
    kept = _kept(cart, column)
    if value in kept:
        _keep_these(cart, column, [each for each in kept if each != value])


def _kept(cart: Cart, column: str) -> list[str]:
    """What the cart has there now, locked; the instance gets it."""
    lock(cart)
    kept: list[str] = Cart.objects.values_list(column, flat=True).get(id=cart.id)
    setattr(cart, column, kept)
    return kept


def _keep_these(cart: Cart, column: str, values: list[str]) -> None:
    setattr(cart, column, values)
    cart.save(update_fields=[column])
    changed(cart)


@counted("choose_means")
@transaction.atomic
def use_credit(*, cart: Cart, wanted: bool) -> None:
    """Pay with the customer's store credit as far as it goes, or leave it."""
    lock(cart)
    if Cart.objects.values_list("uses_credit", flat=True).get(id=cart.id) != wanted:
        cart.uses_credit = wanted
        cart.save(update_fields=["uses_credit"])
        changed(cart)


@counted("merge")
@transaction.atomic
def merge_carts(*, token: str, user: User) -> Cart:
    """At sign-in: what the guest had put in joins the customer's own cart, quantities added up to what may be had."""
    own = ensure_cart(user=user, token="")
    guest = Cart.objects.select_for_update().filter(token_hash=token_hash(token), user=None).first()
    if guest is None:
        return own
    lock(own)
    have = {line.offer_id: line for line in own.lines.all()}
    for line in guest.lines.select_related("offer"):
        if line.offer_id in have:
            kept = have[line.offer_id]
            kept.quantity = max(kept.quantity, min(kept.quantity + line.quantity, line.offer.available, MAX_QUANTITY))
            kept.save(update_fields=["quantity"])
        elif len(have) < MAX_LINES:
            line.cart = own
            line.save(update_fields=["cart"])
            have[line.offer_id] = line
    kept = own.shipping if own.country == guest.country else {}
    own.country, own.shipping = guest.country, {**kept, **guest.shipping}
    own.reminder_wanted_at = own.reminder_wanted_at or guest.reminder_wanted_at
    own.codes = list(dict.fromkeys([*guest.codes, *own.codes]))[:MAX_CODES]
    own.gift_cards = list(dict.fromkeys([*guest.gift_cards, *own.gift_cards]))[:MAX_GIFT_CARDS]
    own.save(update_fields=["country", "shipping", "codes", "gift_cards", "reminder_wanted_at"])
    guest.keys.update(cart=own)  # shop fronts go on with the cart that is theirs now
    guest.shares.update(cart=own)
    _merge_saved(guest, own)
    _merge_wishes(guest, own)
    guest.delete()
    changed(own)
    return own


@counted("take_bought")
@transaction.atomic
def take_bought(*, cart_id: UUID, user_id: UUID | None, bought: Mapping[UUID, int], placed_at: datetime) -> None:
    """After an order was paid: what was bought, by offer, leaves the cart it came from, or the customer's own if that was
    merged at sign-in. What was put in after the order was placed stays. Done twice, it takes nothing more."""
    cart = Cart.objects.select_for_update().filter(id=cart_id).first()
    if cart is None and user_id is not None:
        cart = Cart.objects.select_for_update().filter(user_id=user_id).first()
    if cart is None:
        return
    for line in cart.lines.filter(offer_id__in=bought, added_at__lte=placed_at):
        line.quantity -= bought[line.offer_id]
        if line.quantity > 0:
            line.added_at = clock.now()  # what is left was meant besides
            line.save(update_fields=["quantity", "added_at"])
        else:
            line.delete()
    # What is put in from now on is another cart, of which one may be reminded once more; a guest is asked anew. A coupon was
    # for that purchase; whoever has it for another writes it again.
    cart.reminded_at, cart.codes, cart.gift_cards = None, [], []
    if cart.user_id is None:
        cart.reminder_to, cart.reminder_wanted_at = "", None
    cart.save(update_fields=["reminded_at", "reminder_to", "reminder_wanted_at", "codes", "gift_cards"])
    changed(cart)


def _merge_saved(guest: Cart, own: Cart) -> None:
    """What the guest had put aside is the customer's now; of what both had, the larger quantity."""
    have = {saved.offer_id: saved for saved in own.saved.all()}
    for saved in guest.saved.order_by("saved_at", "id"):
        kept = have.get(saved.offer_id)
        if kept is not None:
            kept.quantity = max(kept.quantity, saved.quantity)
            kept.save(update_fields=["quantity"])
        elif len(have) < MAX_LINES:
            saved.cart = own
            saved.save(update_fields=["cart"])
            have[saved.offer_id] = saved


def _offer(offer_id: UUID) -> Offer:
    offer = Offer.objects.filter(id=offer_id, is_visible=True, listing__is_visible=True).first()
    if offer is None:
        raise NotForSale("This item is no longer for sale.")
    return offer


def _left(offer: Offer, in_cart: int) -> str:
    if offer.available == 0:
        return "This item is sold out."
    already = f"; you have {in_cart} in your cart already" if in_cart else ""
    return f"Only {min(offer.available, MAX_QUANTITY)} can be ordered{already}."


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidInput(f"Choose a quantity from 1 to {MAX_QUANTITY}.", field="quantity")


def lock(cart: Cart) -> None:
    """One change of a cart at a time; the instance gets the version it has in the database."""
    cart.version = Cart.objects.select_for_update().values_list("version", flat=True).get(id=cart.id)


def changed(cart: Cart) -> None:
    cart.version += 1
    cart.changed_at = clock.now()
    Cart.objects.filter(id=cart.id).update(version=F("version") + 1, changed_at=cart.changed_at)


def _merge_wishes(guest: Cart, own: Cart) -> None:
    """At sign-in: what a guest wished for is the customer's. Both carts are locked."""
    have = set(own.wishes.values_list("listing_id", flat=True))
    for wish in guest.wishes.order_by("wished_at", "id"):
        if wish.listing_id not in have and len(have) < MAX_WISHES:
            wish.cart = own
            wish.save(update_fields=["cart"])
            have.add(wish.listing_id)
