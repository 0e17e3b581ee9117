"""From a cart to the promotions it may use, and from its quote to what its customer reads of its coupons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money
from marketplace.carts import actions as carts
from marketplace.carts.models import Cart
from marketplace.carts.queries import CartContents
from marketplace.catalog.models import Listing, Offer, VendorCard
from marketplace.checkout.queries import cart_to_order, quote_cart
from marketplace.checkout.quote import Quote, VendorQuote
from marketplace.checkout.tries import count_try
from marketplace.orders.models import Order, StockHold
from marketplace.promotions.codes import clean_code
from marketplace.promotions.discounts import Applied, Missed, Why
from marketplace.promotions.models import Promotion
from marketplace.promotions.one_piece import taken_off_one
from marketplace.promotions.queries import Buyer, Hindrance, Offered, is_anything_automatic, offered

TRIES_A_MINUTE = 15
# Of several promotions with one code, the first of these that is true of one is what its customer reads.
_ORDER: list[StrEnum] = [
    *(Why.MINIMUM, Why.NOT_COMBINABLE, Why.NO_EFFECT, Hindrance.ALREADY_USED, Hindrance.NOT_FIRST_ORDER),
    *(Why.USED_UP, Hindrance.USED_UP, Hindrance.NOT_YET, Hindrance.PAUSED, Hindrance.EXPIRED, Why.OTHER_GOODS),
]
# What more in the cart, or less beside it, may mend: such a coupon stays in the cart and waits for that.
_WAITS = {Why.MINIMUM, Why.NOT_COMBINABLE, Why.NO_EFFECT}
# What says of a placed order that its customer was promised something else than it gives.
_BROKEN = {*Hindrance, Why.USED_UP}


class CouponRefused(InvalidInput):
    """The coupon takes nothing off this cart, and why: `code` is `coupon_` and the reason."""

    def __init__(self, reason: str, words: str):
        super().__init__(words, field="code")
        self.code = f"coupon_{reason}"


class CouponGone(Conflict):
    """A coupon in the cart can no longer be used: it was used up, say, since it was put in."""

    code = "coupon_gone"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code in the cart: what it takes off, or why it does not. `reason` is a stable word, empty where it does."""

    code: str
    name: str
    amount_minor: int = 0
    reason: str = ""
    words: str = ""


def buyer_of(user: User | None, email: str) -> Buyer:
    """Who buys, with the address they order with."""
    return Buyer(user.pk if user else None, email, lambda: _has_ordered(user, email))


def _known(cart: Cart) -> Buyer | None:
    """Whose cart it is, by the account alone; a guest is not known before checkout."""
    user_id = cart.user_id
    if user_id is None:
        return None
    mine = Order.objects.filter(user=user_id, stock_hold=StockHold.ALLOCATED)
    return Buyer(user_id, "", mine.exists)


def _has_ordered(user: User | None, email: str) -> bool:
    """Whether this customer has paid for anything before."""
    mine = Q(email__iexact=email) if user is None else Q(email__iexact=email) | Q(user=user)
    return Order.objects.filter(mine, stock_hold=StockHold.ALLOCATED).exists()


def offered_to(
    found: CartContents, *, buyer: Buyer | None, codes: Sequence[str] | None = None, lock: bool = False
) -> Offered:
    """The promotions for a cart. At most three queries; see `promotions.queries.offered`."""
    return offered(
        vendors={line.offer.vendor_id for line in found.lines},
        codes=found.cart.codes if codes is None else codes,
        buyer=buyer,
        at=clock.now(),
        lock=lock,
    )


def quoted(found: CartContents, *, prices: dict[UUID, int] | None = None) -> tuple[Quote, list[Coupon]]:
    """What a cart costs now, and what is to be said of its coupons."""
    promotions = offered_to(found, buyer=_known(found.cart))
    costs = quote_cart(found, prices=prices, promotions=promotions.terms)
    return costs, coupons_of(found.cart.codes, costs, promotions)


def reduced_prices(offers: Sequence[Offer]) -> dict[UUID, int]:
    """What one piece of each costs, in minor units, with what takes something off it by itself, for anybody; those of which
    nothing is taken are left out. The offers have their listings. At most two queries.
    """
    found = offered(vendors={offer.vendor_id for offer in offers}, codes=(), buyer=None, at=clock.now())
    for_all = [terms for terms in found.terms if not terms.is_first_order_only]
    prices = {}
    for offer in offers if for_all else ():
        off = taken_off_one(offer, for_all).whole
        if off:
            prices[offer.id] = offer.price_minor - off
    return prices


def reduced_listings(listings: Iterable[Listing], *, shop: str = "") -> dict[UUID, int]:
    """What the cheapest piece of each costs with what applies by itself, where that is less than the listing says; with
    `shop`, of that vendor. One query where nothing applies by itself, at most four.
    """
    wanted = {listing.id: listing.price_minor for listing in listings if listing.in_stock}
    if not wanted or not is_anything_automatic():
        return {}
    there = Offer.objects.filter(listing__in=wanted, is_visible=True, available__gt=0).select_related("listing")
    if shop:
        there = there.filter(vendor_id__in=VendorCard.objects.filter(slug=shop).values("vendor_id"))
    offers = list(there)
    reduced = reduced_prices(offers)
    prices: dict[UUID, int] = {}
    for offer in offers:
        price = reduced.get(offer.id, offer.price_minor)
        prices[offer.listing_id] = min(price, prices.get(offer.listing_id, price))
    return {listing_id: price for listing_id, price in prices.items() if price < wanted[listing_id]}


def add_coupon(*, cart: Cart, code: str, who: str) -> Coupon:
    """Put a coupon's code into the cart, however it was typed. One that waits for more in the cart is kept and says so.

    `who` tries it: so many codes a minute, that nobody finds one by guessing. Raises CouponRefused, TooManyTries.
    """
    count_try("coupon", who, TRIES_A_MINUTE, field="code")
    code = clean_code(code)
    if not code:
        raise CouponRefused("missing", "Write the coupon's code.")
    found = cart_to_order(cart)
    if not found.lines:
        raise CouponRefused("empty_cart", "Put something into your cart first.")
    codes = list(dict.fromkeys([*cart.codes, code]))
    promotions = offered_to(found, buyer=_known(cart), codes=codes)
    coupon = coupons_of([code], quote_cart(found, promotions=promotions.terms), promotions)[0]
    if coupon.reason and coupon.reason not in _WAITS:
        raise CouponRefused(coupon.reason, coupon.words)
    carts.put_coupon(cart=cart, code=code)
    return coupon


def coupons_of(codes: Sequence[str], costs: Quote, promotions: Offered) -> list[Coupon]:
    """What each code takes off, or why it does not."""
    return [_coupon(code, costs, promotions) for code in codes]


def check_kept(costs: Quote, promotions: Offered) -> None:
    """Raises CouponGone when a coupon of the cart was good when it was put in and is no longer, whatever is bought."""
    for code in sorted({promotion.code for promotion, _ in promotions.hindered} | _used_up(costs)):
        coupon = _coupon(code, costs, promotions)
        if coupon.reason in _BROKEN:
            raise CouponGone(f"{coupon.words} Nothing has been ordered yet: take the coupon {code} out, then order.")


def _used_up(costs: Quote) -> set[str]:
    return {missed.terms.code for missed in costs.discounts.missed if missed.why == Why.USED_UP and missed.terms.code}


def promotions_on(part: VendorQuote, costs: Quote) -> list[dict[str, Any]]:
    """What was taken off one vendor's part, by the name of each promotion: kept with the order."""
    return [
        {
            "id": str(one.terms.id),
            "name": one.terms.name,
            "code": one.terms.code,
            "vendor_minor": one.by_vendor[part.vendor_id].vendor,
            "platform_minor": one.by_vendor[part.vendor_id].platform,
        }
        for one in costs.discounts.applied
        if part.vendor_id in one.by_vendor
    ]


def _coupon(code: str, costs: Quote, promotions: Offered) -> Coupon:
    applied = [one for one in costs.discounts.applied if one.terms.code == code]
    if applied:
        return Coupon(code, _names(applied), sum(one.whole.whole for one in applied))
    reasons: list[tuple[StrEnum, Missed | Promotion]] = [
        (missed.why, missed) for missed in costs.discounts.missed if missed.terms.code == code
    ]
    reasons += [(hindrance, promotion) for promotion, hindrance in promotions.hindered if promotion.code == code]
    if not reasons:
        return Coupon(code, "", reason="unknown", words=f"There is no coupon {code}. Check how it is spelled.")
    reason, about = min(reasons, key=lambda each: _ORDER.index(each[0]))
    name = about.terms.name if isinstance(about, Missed) else about.name
    return Coupon(code, name, reason=str(reason), words=_words(code, reason, about, costs.currency))


def _names(applied: Sequence[Applied]) -> str:
    return ", ".join(dict.fromkeys(one.terms.name for one in applied))


def _words(code: str, reason: StrEnum, about: Missed | Promotion, currency: str) -> str:
    if isinstance(about, Missed) and reason == Why.MINIMUM:
        least, missing = Money(about.terms.minimum_minor, currency), Money(about.missing_minor, currency)
        return f"{code} is from {least} of the goods it is on: {missing} are missing."
    if isinstance(about, Promotion) and reason == Hindrance.EXPIRED and about.ends_at is not None:
        return f"{code} expired on {about.ends_at:%-d %B %Y}."
    if isinstance(about, Promotion) and reason == Hindrance.NOT_YET:
        return f"{code} is good from {about.starts_at:%-d %B %Y} on."
    words: dict[StrEnum, str] = {
        Why.OTHER_GOODS: f"{code} is not for the goods in your cart.",
        Why.NOT_COMBINABLE: f"{code} cannot be combined with the other discount in your cart.",
        Why.NO_EFFECT: f"{code} takes nothing off: what it is for is free already.",
        Why.USED_UP: f"{code} is used up.",
        Hindrance.USED_UP: f"{code} is used up.",
        Hindrance.PAUSED: f"{code} cannot be used at the moment.",
        Hindrance.ALREADY_USED: f"You have used {code} already.",
        Hindrance.NOT_FIRST_ORDER: f"{code} is for a first order only.",
    }
    return words[reason]
